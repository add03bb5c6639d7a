"""Where a case stands: its states, its clocks, the view of it, and what every event on the record carries."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, Field

from schemas.events.base import Actor, CategoryCode, Level, Model, OfficeCode, PersonId, PetitionId, WardCode


class State(StrEnum):
    RECEIVED = "received"  # in triage: no office yet
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    INFORMATION_REQUESTED = "information-requested"
    DECISION_REQUIRED = "decision-required"  # passed around: the common superior decides
    PROMISED = "promised"
    ANSWERED = "answered"
    CLOSED = "closed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


WORK_STATES = frozenset(
    {State.RECEIVED, State.ASSIGNED, State.ACCEPTED, State.INFORMATION_REQUESTED, State.DECISION_REQUIRED, State.PROMISED}
)
"""States in which an office, or triage, still has to do something: nobody has answered yet."""
OPEN_STATES = WORK_STATES | {State.ANSWERED}
"""States in which somebody still has to act; `answered` waits for the citizen's rating."""


class ClockName(StrEnum):
    """The clocks of a case: to accept (or to triage), to answer, to keep a promise, to rate."""

    ACCEPT = "accept"
    ANSWER = "answer"
    PROMISE = "promise"
    RATING = "rating"


class ClockView(Model):
    """One running or paused clock: when it started, when it is due, how far its ladder has been climbed (0 to 5)."""

    name: ClockName
    started_at: AwareDatetime
    due_at: AwareDatetime
    paused_at: AwareDatetime | None = None
    step: int = 0


class CaseView(Model):
    """A case as everybody may see it (no personal data). `deadline` is what the citizen was told."""

    state: State
    category: CategoryCode
    level: Level
    office: OfficeCode | None
    """The office that must act; None while the petition waits in triage."""
    co_offices: tuple[OfficeCode, ...] = ()
    ward_code: WardCode | None = None
    received_at: AwareDatetime
    deadline: AwareDatetime | None = None
    clocks: tuple[ClockView, ...] = ()
    escalation: int = 0
    """0 none, 1 head of the office, 2 city office (vp-ubnd), 3 chairman's list (ubnd-tp)."""
    escalated_to: OfficeCode | None = None
    decider: OfficeCode | None = None
    """In `decision-required`: the superior who must decide."""
    transfers: int = 0
    reopened: int = 0
    breached: bool = False
    """A deadline passed in the present round, that to accept included."""
    missed: bool = False
    """Once late in the present round: a deadline to answer or a promised date passed (`schemas.events.lateness`)."""
    rating: int | None = None
    leader: PetitionId | None = None
    followers: int = 0
    language: str = "vi"
    """Of the petition, ISO 639-1: what its citizen is told by the service is in it where there are texts for it."""
    sandbox: bool = False
    """Of the channel for trying out (`schemas.events.intake.SANDBOX`): no office's business."""
    officer: PersonId | None = None
    """The person of the office who works on it; for offices alone, as `held_until`."""
    held_until: AwareDatetime | None = None
    """So long it is his who took it; None: he was given it, or nobody has it."""
    policy_version: str


class CaseEvent(Model):
    """Common to all: who, when, why, through which cause, and the clocks before; after is in `case.clocks`."""

    what: ClassVar[str]

    petition_id: PetitionId
    seq: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    asked_at: AwareDatetime | None = None
    """When the broker took in the action that led to this: whether something came in time goes by it. None when no action did."""
    actor: Actor
    cause: str
    """Id of the event that led to this one, or `timer:<clock>:<step>`."""
    reason: str | None = None
    clocks_before: tuple[ClockView, ...] = ()
    case: CaseView
    chain: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """The hash over this event and all before it in its partition (`schemas.events.chain`)."""
