"""What the verifier found."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Report:
    """Counts of what is wrong (that `blame` raised; all 0 when right), and measures, in seconds."""

    petitions: int = 0
    accepted: int = 0
    events: int = 0
    deadlines: int = 0
    citizens: int = 0
    """So many tracking pages were compared."""
    lost_petitions: int = 0
    unknown_petitions: int = 0
    lost_actions: int = 0
    doubled_events: int = 0
    holes_in_order: int = 0
    dead_letters: int = 0
    deadlines_lost: int = 0
    deadlines_doubled: int = 0
    deadlines_early: int = 0
    queue_lost: int = 0
    queue_unknown: int = 0
    queue_doubled: int = 0
    queue_disordered: int = 0
    view_lost: int = 0
    view_unknown: int = 0
    view_differs: int = 0
    citizen_differs: int = 0
    citizen_doubled: int = 0
    backlog_gone_seconds: float = 0.0
    """After the last fault, until everything acknowledged stood in record, queues and read model; the load's own end included."""
    latest_deadline_seconds: float = 0.0
    """How late a warning or a breach was at most, by the city's clock: outages are in it."""
    longest_gap_seconds: float = 0.0
    """Without any event while petitions came in."""
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """The five longest: (when it began, Unix time, seconds)."""
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Nothing was blamed."""
        return not self.examples

    def blame(self, name: str, what: str) -> None:
        setattr(self, name, getattr(self, name) + 1)
        examples = self.examples.setdefault(name, [])
        if len(examples) < 5:
            examples.append(what)
