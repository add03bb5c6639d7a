"""Events on `petitions.events`: the record of what happened to a case.

Every event has the whole public view of the case after it (`case`), so that a reader needs no earlier event, and `seq`, which counts a
petition's events from 1 without gaps, so that a reader sees a repeat or a hole. On `petitions.events` itself what people wrote stands in
one field, `sealed` (`schemas.events.sealing`); the models are of events as their readers have them, opened.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from schemas.events.actions import ContributionKind, RefusalKind, ResultKind
from schemas.events.base import CategoryCode, Level, OfficeCode, PersonId, PetitionId, WardCode
from schemas.events.files import FileRef
from schemas.events.intake import Classification, OwnerRule, PetitionSubmitted
from schemas.events.standing import CaseEvent, ClockName


class _First(CaseEvent):
    """A petition's first event, which carries the petition and its classification; `origin`: the petition that it was split from."""

    petition: PetitionSubmitted | None = None
    classification: Classification | None = None
    origin: PetitionId | None = None


class Received(_First):
    """Registered, and waiting in triage for a person."""

    what: ClassVar[str] = "received"


class Assigned(_First):
    """An office owns it: by the classifier (then this may be the first event), by triage, by transfer's end or by a superior."""

    what: ClassVar[str] = "assigned"
    from_office: OfficeCode | None = None
    to_office: OfficeCode
    binding: bool = False
    owner_rule: OwnerRule | None = None
    """When the classifier assigned it: why this office, for the citizen, too."""


class Accepted(CaseEvent):
    what: ClassVar[str] = "accepted"


class InformationRequested(CaseEvent):
    what: ClassVar[str] = "information-requested"
    question: str


class InformationAdded(CaseEvent):
    what: ClassVar[str] = "information-added"
    text: str
    media_urls: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()
    urgent: bool = False
    """It tells of danger, by its words or its sender's mark."""


class Contributed(CaseEvent):
    """A co-office's note, or its part of the answer. For the offices of the case; no citizen sees it."""

    what: ClassVar[str] = "contributed"
    contribution: ContributionKind
    text: str
    evidence_urls: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()


class Resumed(CaseEvent):
    """The answer clock runs again, because information came or the pause ran out."""

    what: ClassVar[str] = "resumed"
    because: Literal["information", "pause-ended", "answered"]


class Extended(CaseEvent):
    what: ClassVar[str] = "extended"
    deadline_before: AwareDatetime
    deadline_after: AwareDatetime


class Transferred(CaseEvent):
    what: ClassVar[str] = "transferred"
    from_office: OfficeCode
    to_office: OfficeCode


class BindingProposed(CaseEvent):
    """A superior's binding assignment, asked for by the first of the two persons whom the policy wants; nothing has changed yet."""

    what: ClassVar[str] = "binding-proposed"
    to_office: OfficeCode
    category: CategoryCode
    level: Level


class DecisionRequired(CaseEvent):
    """Passed around: back to an office that had it, or to a third one. The common superior must decide."""

    what: ClassVar[str] = "decision-required"
    decider: OfficeCode
    proposed_office: OfficeCode
    because: Literal["came-back", "third-office", "not-ours"]


class Promised(CaseEvent):
    """Answered with a date: the case stays open with that date as its second deadline."""

    what: ClassVar[str] = "promised"
    text: str
    promise_date: AwareDatetime
    evidence_urls: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()


class Answered(CaseEvent):
    what: ClassVar[str] = "answered"
    result: ResultKind
    text: str
    evidence_urls: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()
    answer_cause: str | None = None
    in_time: bool
    public: bool = False
    """Petitioners who were joined to this petition may read it, too."""


class AnswerReturned(CaseEvent):
    """An answer without substance went back to the office; the citizen does not see its text and the clock runs on."""

    what: ClassVar[str] = "answer-returned"
    rule: str
    text: str


class Rated(CaseEvent):
    what: ClassVar[str] = "rated"
    stars: int
    comment: str | None = None


class Closed(CaseEvent):
    what: ClassVar[str] = "closed"
    because: Literal["rated", "rating-window-passed"]


class Reopened(CaseEvent):
    what: ClassVar[str] = "reopened"


class Refused(CaseEvent):
    what: ClassVar[str] = "refused"
    kind: RefusalKind
    right_address: str


class Withdrawn(CaseEvent):
    what: ClassVar[str] = "withdrawn"


class Forgotten(CaseEvent):
    """The petitioner asked to be forgotten: the key of all words of this petition is destroyed, and that of the contact."""

    what: ClassVar[str] = "forgotten"


class ContactRevealed(CaseEvent):
    """The responsible office sees the petitioner's contact, for this reason; the petitioner reads it."""

    what: ClassVar[str] = "contact-revealed"


class LookedUp(CaseEvent):
    """The hotline opened it for a caller whose number is the petition's contact; the petitioner reads it."""

    what: ClassVar[str] = "looked-up"


class Taken(CaseEvent):
    """A person of the office works on it. For the office alone; no citizen sees it."""

    what: ClassVar[str] = "taken"
    officer: PersonId
    held_until: AwareDatetime


class HandedOver(CaseEvent):
    """To a person of the office, or to nobody in particular. For the office alone; no citizen sees it."""

    what: ClassVar[str] = "handed-over"
    from_officer: PersonId | None = None
    officer: PersonId | None = None


class Merged(CaseEvent):
    what: ClassVar[str] = "merged"
    into: PetitionId


class Unmerged(CaseEvent):
    what: ClassVar[str] = "unmerged"
    leader: PetitionId


class FollowerAdded(CaseEvent):
    """`level`, `answer_due`: how urgent the follower was, and when its citizen was to be answered."""

    what: ClassVar[str] = "follower-added"
    follower: PetitionId
    level: Level | None = None
    answer_due: AwareDatetime | None = None


class FollowerRemoved(CaseEvent):
    what: ClassVar[str] = "follower-removed"
    follower: PetitionId


class FollowerInformed(CaseEvent):
    """On a leader, for its office and nobody's citizen: what the petitioner of a follower added."""

    what: ClassVar[str] = "follower-informed"
    follower: PetitionId
    received_at: AwareDatetime | None = None
    text: str
    media_urls: tuple[str, ...] = ()
    files: tuple[FileRef, ...] = ()
    urgent: bool = False


class LimitTightened(CaseEvent):
    """What is stricter was taken over: a higher level, an earlier deadline. Because a petition joined that had them, or because of
    danger in what was added, to this petition or to one that follows it."""

    what: ClassVar[str] = "limit-tightened"
    because: Literal["follower-joined", "follower-informed", "information"]
    level_before: Level
    deadline_before: AwareDatetime | None
    deadline_after: AwareDatetime


PUBLIC = ("state", "office", "deadline", "result", "text", "evidence_urls", "files")
"""What other petitioners may know of a petition: where it stands, and of an answer that its office marked as public what it says.
Never a reason, a note, or anything of its citizen's."""


class LeaderReported(CaseEvent):
    """On a follower: something happened to its leader that this petitioner must hear too; `detail` has fields of `PUBLIC`."""

    what: ClassVar[str] = "leader-reported"
    leader: PetitionId
    event_type: str
    detail: dict[str, object]


class Split(CaseEvent):
    """One matter became the petition `into`, with a clock of its own. `part`: which one of this petition; the original is the first, and
    the citizen's code with `-2` opens the second. `to_office` None: in triage."""

    what: ClassVar[str] = "split"
    into: PetitionId
    part: int
    category: CategoryCode
    to_office: OfficeCode | None = None


class Corrected(CaseEvent):
    """The citizen says that category or place is wrong. `from_office`: the office that had not accepted it yet and from which it went to
    triage; None: it stays where it is."""

    what: ClassVar[str] = "corrected"
    category: CategoryCode | None = None
    ward_code: WardCode | None = None
    from_office: OfficeCode | None = None


class MergeProposed(CaseEvent):
    what: ClassVar[str] = "merge-proposed"
    into: PetitionId
    similarity: float | None


class MergeDeclined(CaseEvent):
    """A person looked at both and found that they are not the same matter."""

    what: ClassVar[str] = "merge-declined"
    into: PetitionId


class Noted(CaseEvent):
    """A note within the offices of the case. No citizen sees it."""

    what: ClassVar[str] = "noted"
    text: str
    mentions: tuple[PersonId, ...] = ()


class Urged(CaseEvent):
    """A superior wants to hear of it by `reply_by`. Moves no deadline; no citizen sees it."""

    what: ClassVar[str] = "urged"
    text: str
    reply_by: AwareDatetime


class Warned(CaseEvent):
    """50% or 80% of a clock has passed."""

    what: ClassVar[str] = "warned"
    clock: ClockName
    percent: int


class Breached(CaseEvent):
    """A deadline passed; the head of the office is told."""

    what: ClassVar[str] = "breached"
    clock: ClockName
    deadline: AwareDatetime
    excused: bool = False
    """The deadline fell into a recorded outage of the pipeline: the office is not to blame."""


class Escalated(CaseEvent):
    """One rung further up the ladder. The case stays with its office, which must still answer."""

    what: ClassVar[str] = "escalated"
    clock: ClockName | None = None
    to_office: OfficeCode
    rung: int
    because: Literal["deadline", "passed-around", "reopened-twice"]


class OutageRecorded(CaseEvent):
    what: ClassVar[str] = "outage-recorded"
    away_from: AwareDatetime
    away_until: AwareDatetime


class DeadlineRecomputed(CaseEvent):
    what: ClassVar[str] = "deadline-recomputed"
    policy_before: str
    policy_after: str
    deadline_before: AwareDatetime | None
    deadline_after: AwareDatetime | None


class ActionRefused(CaseEvent):
    """Somebody asked for what the rules do not allow. Nothing changed; the actor sees why."""

    what: ClassVar[str] = "action-refused"
    action: str
    rule: str


CASE_EVENTS: tuple[type[CaseEvent], ...] = (
    Received,
    Assigned,
    Accepted,
    InformationRequested,
    InformationAdded,
    Contributed,
    Resumed,
    Extended,
    Transferred,
    BindingProposed,
    DecisionRequired,
    Promised,
    Answered,
    AnswerReturned,
    Rated,
    Closed,
    Reopened,
    Refused,
    Withdrawn,
    Forgotten,
    ContactRevealed,
    LookedUp,
    Taken,
    HandedOver,
    Merged,
    Unmerged,
    FollowerAdded,
    FollowerRemoved,
    FollowerInformed,
    LimitTightened,
    LeaderReported,
    Split,
    Corrected,
    MergeProposed,
    MergeDeclined,
    Noted,
    Urged,
    *(Warned, Breached, Escalated, OutageRecorded, DeadlineRecomputed, ActionRefused),
)
