"""What the classifier is to reach, and which of it a report does not reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from streams.classify.learning.corpus import STYLES
from streams.classify.learning.measures import Report


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure (None: there was nothing to judge) and its bound: at least, or with `most` at most, so much."""

    what: str
    figure: Callable[[Report], float | None]
    bound: float
    most: bool = False

    def missed(self, report: Report) -> str:
        """In words; empty when it is reached or cannot be judged."""
        found = self.figure(report)
        if found is None or (found <= self.bound if self.most else found >= self.bound):
            return ""
        return f"{self.what} {found:.3f} (goal {'at most ' if self.most else ''}{self.bound:.2f})"


def _right(bound: float) -> Goal:
    return Goal("right", lambda report: report.category.share, bound)


def _kept(bound: float, triage: float) -> tuple[Goal, Goal]:
    return (
        Goal("right of what is kept", lambda report: report.kept.share, bound),
        Goal("sent to triage", lambda report: report.triage.share, triage, most=True),
    )


def _urgent(recall: float, precision: float) -> tuple[Goal, Goal]:
    return (
        Goal("dangers seen", lambda report: report.urgent_recall.share, recall),
        Goal("right of what is called danger", lambda report: report.urgent_precision.share, precision),
    )


CALIBRATED = Goal("calibration error", lambda report: report.calibration_error, 0.05, most=True)
PROSE = (_right(0.93), *_kept(0.97, 0.18), *_urgent(0.97, 0.80), CALIBRATED)
"""For texts as citizens write them to an office."""
VOICES = (_right(0.88), *_kept(0.95, 0.30), *_urgent(0.95, 0.70), CALIBRATED)
"""For texts in other voices: keystrokes, scans, foreign residents, notes, sarcasm."""
ONE_VOICE = (_right(0.80), CALIBRATED)
DANGERS = (*_urgent(0.95, 0.70), CALIBRATED)
"""For texts about danger that is told and not named, and their harmless look-alikes."""


def of(report: Report) -> tuple[Goal, ...]:
    """The goals of a file: those of prose if it has the usual styles only."""
    return PROSE if report.by_style.keys() <= set(STYLES) else VOICES


def missed(on: str, report: Report, goals: Sequence[Goal]) -> Iterator[str]:
    """A line, if there is something to tell."""
    found = [said for goal in goals if (said := goal.missed(report))]
    if found:
        yield f"- {on}: {', '.join(found)}"
