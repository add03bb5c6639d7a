"""What the case stage keeps of each petition, as MessagePack in the store. Instants are milliseconds since the epoch (UTC).

The structs are stored as arrays: a new field goes to the end, with a default, so that what was stored before stays readable.
"""

from __future__ import annotations

import msgspec

from schemas.events.base import Level
from schemas.events.standing import ClockName, State


class CaseClock(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A clock of a case. `limit` is working time, extensions included, pauses not; `next_at` when its ladder's next step is due.

    `pauses` has the instants between which the clock stood; `paused_at` says that it stands now; `step` counts climbed steps.
    """

    name: ClockName
    started: int
    limit: int
    due: int
    next_at: int | None
    step: int = 0
    paused_at: int | None = None
    pauses: tuple[tuple[int, int], ...] = ()


class Case(msgspec.Struct, frozen=True, array_like=True, kw_only=True, gc=False):
    """A petition's case: what everybody may see, and what the rules need to remember.

    `proposal`: a binding assignment that waits for a second person: who and for which office, and to which office, category and level.
    `missed`: which of the clocks that the citizen waits for ran out in the present round (`schemas.events.lateness`). `parts`: how many
    matters were split from it; `origin`: the petition that it was split from. `corrected`: its citizen has said that category or
    place is wrong; `notes`: how often he added something.
    """

    id: str
    seq: int = 0
    state: State = State.RECEIVED
    category: str
    level: Level
    office: str | None = None
    co_offices: tuple[str, ...] = ()
    ward: str | None = None
    received: int
    deadline: int | None = None
    clocks: tuple[CaseClock, ...] = ()
    escalation: int = 0
    escalated_to: str | None = None
    decider: str | None = None
    transfers: int = 0
    reopened: int = 0
    breached: bool = False
    rating: int | None = None
    leader: str | None = None
    followers: tuple[str, ...] = ()
    policy: str
    text_mark: int
    had: tuple[str, ...] = ()
    binding: bool = False
    pause_end: int | None = None
    questions: int = 0
    extensions: int = 0
    promises: int = 0
    answer_due: int | None = None
    settled: int | None = None
    resume_state: State | None = None
    outage: tuple[int, int] | None = None
    handled: tuple[int, ...] = ()
    content: int = 0
    missed: tuple[ClockName, ...] = ()
    sandbox: bool = False
    proposal: tuple[str, str, str, str, str] | None = None
    forgotten: bool = False
    language: str = "vi"
    parts: int = 0
    origin: str | None = None
    corrected: bool = False
    officer: str | None = None
    held_until: int | None = None
    notes: int = 0

    def clock(self, name: ClockName) -> CaseClock | None:
        for clock in self.clocks:
            if clock.name == name:
                return clock
        return None


ID_LENGTH = 26
"""Of a petition's id, in characters."""
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Case)


def encode(case: Case) -> bytes:
    return _ENCODER.encode(case)


def decode(stored: bytes) -> Case:
    """Raise msgspec.ValidationError if the bytes are not a case."""
    return _DECODER.decode(stored)


def is_case(key: bytes) -> bool:
    """Whether a key of the store is a petition's, and its value a case; beside them stand offices' texts, the presence, the chain."""
    return len(key) == ID_LENGTH and b":" not in key


def next_due(case: Case) -> int | None:
    """The one instant at which the case must be looked at next: the earliest of its clocks' steps and its pause's end."""
    due = case.pause_end
    for clock in case.clocks:
        at = clock.next_at
        if at is not None and (due is None or at < due):
            due = at
    return due
