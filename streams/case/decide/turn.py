"""One decision while it is being made: the case so far, what has happened, and what other petitions must be told.

A `Turn` lives for one call of the machine and is filled in order; what comes out of it, `Decision`, is immutable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec.structs import replace

from schemas.events.base import Actor, Role
from streams.case.decide.rules import Rule
from streams.case.decide.state import Case
from streams.case.policy.book import Book
from streams.case.policy.compiled import LevelRules, Limits, Policy


@dataclass(frozen=True, slots=True)
class Setting:
    """What decisions depend on beside case and command.

    `tolerance_ms` raises the outage tolerance, for scaled clocks. `away`: the pipeline's latest absence, from and until (ms UTC).
    """

    book: Book
    tolerance_ms: int = 0
    away: tuple[int, int] | None = None


class Who(msgspec.Struct, frozen=True, gc=False):
    """Who acts, as it stands in events."""

    role: Role
    office: str | None = None
    id: str | None = None

    @classmethod
    def of(cls, actor: Actor) -> Who:
        return cls(actor.role, actor.office, actor.id)


SYSTEM = Who(Role.SYSTEM)


class CaseChange(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened: the case before and after it, at an instant (ms UTC), and the event type's own fields.

    `asked_at`: when the broker took in the action that led to it (ms UTC); None when none did.
    """

    what: str
    at: int
    asked_at: int | None
    who: Who
    cause: str
    reason: str | None
    before: Case
    after: Case
    detail: Mapping[str, Any]


class Message(msgspec.Struct, frozen=True, gc=False):
    """A request to another petition's case: the fields of an action of `schemas.events.actions`, without who and when. `SPLIT_OFF` is no
    action but the beginning of that case: the fields of `schemas.events.actions.SplitOff`, without which and when."""

    to: str
    action: str
    fields: Mapping[str, Any]


SPLIT_OFF = "split-off"


class UsedText(msgspec.Struct, frozen=True):
    """An answer that went out: the office's memory of its texts takes it up, in every partition. It counts `until` (ms UTC)."""

    office: str
    mark: int
    petition: str
    until: int


class Decision(msgspec.Struct, frozen=True, gc=False):
    """`case` None: nothing to keep (the petition is unknown). `ignored`: a repeat that changes nothing."""

    case: Case | None
    events: tuple[CaseChange, ...] = ()
    messages: tuple[Message, ...] = ()
    copy: UsedText | None = None
    ignored: bool = False


class Turn:
    """Two instants (ms UTC). `asked`: when the broker took the action in; whether something came in time is judged by it, so that
    nobody is late for the pipeline's sake. `now`: when it is decided and everybody can see it; what begins with it, such as a new
    clock, begins then. `asked_at` is None while no action is decided, but what time brings about. `mark`, `copies` and
    `urgent`: see `Command`.
    """

    __slots__ = (
        "asked_at",
        "case",
        "cause",
        "copies",
        "copy",
        "events",
        "mark",
        "messages",
        "now",
        "policy",
        "reason",
        "setting",
        "urgent",
        "who",
    )

    def __init__(self, case: Case, setting: Setting, now: int, who: Who, cause: str, *, reason: str | None = None) -> None:
        self.case = case
        self.setting = setting
        self.policy: Policy = setting.book.get(case.policy)
        self.now = now
        self.who = who
        self.cause = cause
        self.reason = reason
        self.asked_at: int | None = None
        self.mark = 0
        self.copies = 0
        self.urgent = False
        self.copy: UsedText | None = None
        self.events: list[CaseChange] = []
        self.messages: list[Message] = []

    @property
    def asked(self) -> int:
        """When the broker took in what is decided; without an action, now."""
        return self.now if self.asked_at is None else self.asked_at

    @property
    def tolerance(self) -> int:
        """A delay beyond this many milliseconds is an outage of the pipeline."""
        return max(self.policy.outage_tolerance_ms, self.setting.tolerance_ms)

    @property
    def rules(self) -> LevelRules:
        return self.policy.levels[self.case.level]

    @property
    def limits(self) -> Limits:
        return self.policy.limits[self.case.category, self.case.level]

    def tell(self, what: str, detail: Mapping[str, Any], **changes: Any) -> None:
        """The case changes in these fields, and that is an event. In another office's hands nobody has it yet."""
        before = self.case
        if changes.get("office", before.office) != before.office:
            changes |= {"officer": None, "held_until": None}
        self.case = replace(before, seq=before.seq + 1, **changes)
        self.events.append(CaseChange(what, self.now, self.asked_at, self.who, self.cause, self.reason, before, self.case, detail))

    def refuse(self, action: str, rule: Rule) -> None:
        """Nothing changes but the count of events; whoever asked sees why."""
        self.tell("action-refused", {"action": action, "rule": rule.value})

    def send(self, to: str, action: str, **fields: Any) -> None:
        self.messages.append(Message(to, action, fields))

    def split_off(self, to: str, **fields: Any) -> None:
        self.send(to, SPLIT_OFF, **fields)

    def decision(self) -> Decision:
        return Decision(self.case, tuple(self.events), tuple(self.messages), self.copy)
