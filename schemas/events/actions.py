"""Events on `petitions.actions`: what somebody asks for on a case. The case stage decides whether it happens."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, TypeAdapter, model_validator
from pydantic_core import PydanticCustomError

from schemas.events.base import Actor, CategoryCode, Level, Model, OfficeCode, PersonId, PetitionId, Reason, Text, WardCode
from schemas.events.dates import DayOrInstant
from schemas.events.files import Files
from schemas.events.intake import Location
from schemas.events.strings import Clean, Link
from schemas.events.templates import TEMPLATES_AT_MOST, Template

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000), Clean]


class ResultKind(StrEnum):
    """Kết quả: done, will be done by a date, not done because of a reason, not ours because of a reason."""

    DONE = "done"
    WILL_BE_DONE = "will-be-done"
    NOT_DONE = "not-done"
    NOT_OURS = "not-ours"


class RefusalKind(StrEnum):
    """Why a petition is not taken up here; each has its own right address (Decision 1207/QĐ-UBND)."""

    COMPLAINT = "complaint"
    DENUNCIATION = "denunciation"
    STATE_SECRET = "state-secret"  # noqa: S105 -- a kind of reason
    OUTSIDE_HANOI = "outside-hanoi"
    EMERGENCY = "emergency"
    SPAM = "spam"
    TEST = "test"
    THANKS = "thanks"
    ABUSE = "abuse"
    OTHER = "other"


class _Action(Model):
    petition_id: PetitionId
    actor: Actor
    requested_at: AwareDatetime
    seen: Annotated[int, Field(ge=1)] | None = None
    """The newest event of the case (`seq`) that the asker knew; another has come meanwhile: refused. None: whatever has come."""


class Accept(_Action):
    action: Literal["accept"] = "accept"


class Transfer(_Action):
    """Hand on to the proposed office. Never moves the deadline."""

    action: Literal["transfer"] = "transfer"
    to_office: OfficeCode
    reason: Reason


class RequestInformation(_Action):
    action: Literal["request-information"] = "request-information"
    question: Note


class AddInformation(_Action):
    action: Literal["add-information"] = "add-information"
    text: Note
    media_urls: tuple[Link, ...] = Field(default=(), max_length=20)
    files: Files = ()
    urgent: bool | None = None
    """What the sender marks as danger; words of danger in a citizen's text count as much."""


class ContributionKind(StrEnum):
    """What a co-office hands to the owner: a note for the work, or a part of the answer, which the owner sends."""

    NOTE = "note"
    ANSWER_PART = "answer-part"


class Contribute(_Action):
    """By a co-office, for the offices of the case only. Changes nothing but what they know."""

    action: Literal["contribute"] = "contribute"
    kind: ContributionKind
    text: Note
    evidence_urls: tuple[Link, ...] = Field(default=(), max_length=20)
    files: Files = ()


class Extend(_Action):
    """One extension of at most half the limit, with a reason, before the deadline; `working_hours` on the case's calendar."""

    action: Literal["extend"] = "extend"
    working_hours: Annotated[float, Field(gt=0, le=1000)]
    reason: Reason


class Answer(_Action):
    """The office's reply. Its substance is judged by the case stage, not here, so that a poor one is sent back with its reason."""

    action: Literal["answer"] = "answer"
    result: ResultKind
    text: Text
    evidence_urls: tuple[Link, ...] = Field(default=(), max_length=20)
    files: Files = ()
    promise_date: DayOrInstant | None = None
    """For `will-be-done`: an instant, or a day, which then is whole (`streams.case.time.whole_day`)."""
    cause: Annotated[str, Clean] | None = None
    """For `not-done` and `not-ours`: because of what."""
    public: bool = False
    """Says nothing of one person: petitioners who were joined to this petition may read it, too."""
    templates: tuple[Template, ...] = Field(default=(), max_length=TEMPLATES_AT_MOST)
    """Those of the office whose words are in the text: they are nothing of its own. Over HTTP the service looks, not the caller."""


class Reject(_Action):
    """Refuse to take the petition up, with the kind of reason and the right address for the citizen."""

    action: Literal["reject"] = "reject"
    kind: RefusalKind
    reason: Reason
    right_address: Note | None = None


class Rate(_Action):
    action: Literal["rate"] = "rate"
    stars: Annotated[int, Field(ge=1, le=5)]
    comment: Note | None = None


class Reopen(_Action):
    action: Literal["reopen"] = "reopen"
    reason: Reason


class Withdraw(_Action):
    action: Literal["withdraw"] = "withdraw"
    reason: Reason | None = None


class Correct(_Action):
    """The citizen says that the category or the place is wrong, and as far as he knows what is right."""

    action: Literal["correct"] = "correct"
    category: CategoryCode | None = None
    ward_code: WardCode | None = None
    reason: Reason | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Correct:
        if self.category is None and self.ward_code is None and self.reason is None:
            raise PydanticCustomError("nothing_said", "category, ward_code or reason: one is needed")
        return self


class Forget(_Action):
    """Law 91/2025/QH15: what the petitioner wrote, and the contact, are erased; what was done with the petition stays on the record."""

    action: Literal["forget"] = "forget"


class RevealContact(_Action):
    """The responsible office asks to see whom it deals with, and says why; the petitioner reads that it did."""

    action: Literal["reveal-contact"] = "reveal-contact"
    reason: Reason


class LookUp(_Action):
    """The hotline opens the petition for a caller, whose number is its contact; the petitioner reads that it did."""

    action: Literal["look-up"] = "look-up"


class Take(_Action):
    """A person of the responsible office works on the case from now on. It runs out by itself (`streams.case.decide.handlers.desk`)."""

    action: Literal["take"] = "take"


class HandOver(_Action):
    """The case goes to a person of the same office, until it is handed on; without one, back to all of them."""

    action: Literal["hand-over"] = "hand-over"
    to: PersonId | None = None
    reason: Reason | None = None


class Assign(_Action):
    """A binding assignment, by triage (which may also set category and level) or by a superior."""

    action: Literal["assign"] = "assign"
    to_office: OfficeCode
    reason: Reason
    category: CategoryCode | None = None
    level: Level | None = None


class Merge(_Action):
    """This petition becomes a follower of the leading one; its petitioner gets every reply."""

    action: Literal["merge"] = "merge"
    into: PetitionId
    reason: Reason


class Split(_Action):
    """One matter of a petition with several becomes a case of its own; `text`: the words that tell of it. The petition keeps its clock."""

    action: Literal["split"] = "split"
    category: CategoryCode
    text: Note
    level: Level = Level.ORDINARY
    to_office: OfficeCode | None = None
    """None: triage decides. So it does when an office would hand the matter to another."""
    location: Location | None = None
    reason: Reason


class ProposeMerge(_Action):
    """Looks like the same matter as another petition, but not surely: a person decides, by `merge` or by leaving it."""

    action: Literal["propose-merge"] = "propose-merge"
    into: PetitionId
    similarity: Annotated[float, Field(ge=0, le=1)] | None = None
    """None: it is a person who says so."""
    reason: Reason


class Unmerge(_Action):
    action: Literal["unmerge"] = "unmerge"
    reason: Reason


class DeclineMerge(_Action):
    """Looked at both: not the same matter. Answers a proposal; the two are not proposed to each other again."""

    action: Literal["decline-merge"] = "decline-merge"
    into: PetitionId
    reason: Reason


class WriteNote(_Action):
    """For the offices of the case only, in any state. `mentions`: persons who are to read it."""

    action: Literal["note"] = "note"
    text: Note
    mentions: tuple[PersonId, ...] = Field(default=(), max_length=20)


class Urge(_Action):
    """A superior reminds the owner, and says by when it wants to hear. Moves no deadline."""

    action: Literal["urge"] = "urge"
    text: Note
    reply_by: AwareDatetime


class FollowerJoined(_Action):
    """Sent by the case stage from a merged petition to its leader, so that the leader knows whom to tell."""

    action: Literal["follower-joined"] = "follower-joined"
    follower: PetitionId
    category: CategoryCode | None = None
    ward_code: WardCode | None = None
    """What the follower is about: a leader of another category or ward sends it back."""
    level: Level | None = None
    answer_due: AwareDatetime | None = None
    """How urgent it is, and when its citizen was to be answered: what is stricter, the leader takes over (decision 11)."""


class FollowerLeft(_Action):
    action: Literal["follower-left"] = "follower-left"
    follower: PetitionId


class FollowerInformed(_Action):
    """Sent by the case stage from a follower to its leader: what was added there, for the leader's office."""

    action: Literal["follower-informed"] = "follower-informed"
    follower: PetitionId
    received_at: AwareDatetime | None = None
    """When the follower was received: with its key this is sealed on the record."""
    text: Note
    media_urls: tuple[Link, ...] = Field(default=(), max_length=20)
    files: Files = ()
    urgent: bool = False


class LeaderNews(_Action):
    """Sent by the case stage from a leader to each follower: what happened, to be told to its petitioner, in `detail` only what is
    public of it (`schemas.events.case.PUBLIC`)."""

    action: Literal["leader-news"] = "leader-news"
    leader: PetitionId
    event_type: str
    detail: dict[str, object]


class Recompute(_Action):
    """Put an open case under the newest policy; the event that follows has the deadlines before and after."""

    action: Literal["recompute"] = "recompute"
    policy_version: Annotated[str, Clean]
    reason: Reason


class RecordOutage(_Action):
    """The pipeline was away between two instants while this case waited; offices are not blamed for it."""

    action: Literal["record-outage"] = "record-outage"
    away_from: AwareDatetime
    away_until: AwareDatetime


class SplitOff(Model):
    """Sent by the case stage from a petition to the new one, `petition_id`, that one of its matters becomes."""

    petition_id: PetitionId
    origin: PetitionId
    text: Note
    category: CategoryCode
    level: Level
    to_office: OfficeCode | None
    ward_code: WardCode | None
    location: Location | None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    reason: Reason
    actor: Actor
    split_at: AwareDatetime


class TextUsed(Model):
    """Sent by the case stage to all of its partitions: an office answered a petition in these words.

    So that the same words for many petitions are noticed whichever partitions those stand in.
    """

    office: OfficeCode
    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{16}$")]
    petition_id: PetitionId
    counts_until: AwareDatetime


Action = (
    Accept
    | Transfer
    | RequestInformation
    | AddInformation
    | Contribute
    | Extend
    | Answer
    | Reject
    | Rate
    | Reopen
    | Withdraw
    | Correct
    | Forget
    | RevealContact
    | LookUp
    | Take
    | HandOver
    | Assign
    | Merge
    | Split
    | ProposeMerge
    | Unmerge
    | DeclineMerge
    | WriteNote
    | Urge
    | FollowerJoined
    | FollowerLeft
    | FollowerInformed
    | LeaderNews
    | Recompute
    | RecordOutage
)
ACTION: TypeAdapter[Action] = TypeAdapter(Annotated[Action, Field(discriminator="action")])
