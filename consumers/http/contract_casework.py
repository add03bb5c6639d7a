"""The calls for people at a desk, beside the queue, as the published contract has them."""

from __future__ import annotations

from pydantic import AwareDatetime, BaseModel, Field

from consumers.http.answers import NamedOffice, QueueItem
from schemas.events.actions import ResultKind
from schemas.events.base import Level, PetitionId
from schemas.events.standing import State
from schemas.web.contract import NO_OFFICE, OFFICE_CODE, PETITION_ID, Answer, Caller, Operation, Refusal


class ReplyTemplate(BaseModel):
    """`updated_by`: a person's id; null for the office's own system."""

    name: str
    text: str
    updated_at: AwareDatetime
    updated_by: str | None


class Templates(BaseModel):
    templates: list[ReplyTemplate]


class Side(BaseModel):
    """A petition beside another; words of people are masked for an office that does not answer for it."""

    petition_id: PetitionId
    state: State
    state_name: str
    level: Level
    category: str
    category_name: str
    office: NamedOffice
    ward: str | None
    address: str | None
    lat: float | None
    long: float | None
    received_at: AwareDatetime
    deadline: AwareDatetime | None
    followers: int
    text: str
    media_urls: list[str]


class GivenAnswer(BaseModel):
    at: AwareDatetime
    result: ResultKind
    text: str | None = Field(None, description="Missing when its petitioner was forgotten.")


class Other(Side):
    metres: int | None = Field(description="From this case; null where one of the two has no position.")
    answer: GivenAnswer | None


class Beside(BaseModel):
    """`here`: at the same spot; `similar`: in like words, the answered ones first."""

    here: list[Other]
    similar: list[Other]


class MergeProposal(BaseModel):
    """`petition` would follow `leader`."""

    proposed_at: AwareDatetime
    similarity: float | None
    reason: str | None
    petition: Side
    leader: Side


class MergeProposals(BaseModel):
    proposals: list[MergeProposal]


class MentioningNote(BaseModel):
    text: str
    office: str | None


class Mention(BaseModel):
    at: AwareDatetime
    note: MentioningNote
    petition: Side


class Mentions(BaseModel):
    mentions: list[Mention]


class LateItem(QueueItem):
    reason: str = Field(description="Whose move it is; with `-soon` while there is time.")
    officer: str | None = Field(description="The person who works on it, by id.")


class Share(BaseModel):
    name: str
    number: int


class Late(BaseModel):
    at: AwareDatetime
    items: list[LateItem]
    by_reason: list[Share]
    by_officer: list[Share]
    by_office: list[Share]


class Move(BaseModel):
    """Somebody handed the case on, or urged; `by`: the office that did, null for the system."""

    type: str
    at: AwareDatetime | None
    by: str | None
    to: NamedOffice | None
    reason: str | None


class DecisionItem(QueueItem):
    must_decide: bool = Field(description="The case waits for this office's binding decision; else it has risen to it.")
    moves: list[Move]


class Decisions(BaseModel):
    decisions: list[DecisionItem]


class Guesses(BaseModel):
    """`confirmed`: of the `decided` ones those whose first guess was right."""

    model: str
    first_seen: AwareDatetime
    decided: int
    confirmed: int


class Mistaken(BaseModel):
    guessed: str
    decided: str
    number: int


class Learnt(BaseModel):
    since: AwareDatetime
    models: list[Guesses]
    mistakes: list[Mistaken]
    corrections: int = Field(description="How often citizens said that category or place is wrong.")


_AWAY: tuple[Refusal, ...] = (*NO_OFFICE, (503, "database-unavailable"))


def _reading(name: str, part: str, summary: str, answer: Answer, description: str = "") -> Operation:
    return Operation(
        name=name,
        method="GET",
        path=f"/v1/departments/{{code}}/{part}",
        tag="Offices",
        summary=summary,
        description=description,
        caller=Caller.OFFICE,
        parameters=(OFFICE_CODE,),
        answer=answer,
        refusals=_AWAY,
    )


TEMPLATES = _reading("getTemplates", "templates", "The office's templates of replies.", Answer("By name.", Templates))
PROPOSALS = _reading(
    "getMergeProposals",
    "merge-proposals",
    "Petitions that may be the same matter, to look at and decide.",
    Answer("Open proposals, the newest first.", MergeProposals),
    "For those who may merge: triage sees all, a superior those of the offices below it. Decided by `merge` or `decline-merge`.",
)
MENTIONS = _reading(
    "getMentions",
    "mentions",
    "Notes of the last 30 days that mention the caller.",
    Answer("The newest first; none for an office's own system.", Mentions),
)
LATE = _reading(
    "getLate",
    "late",
    "What is late or will be within a day, in the office and below it.",
    Answer("Cases in the order of the queue, and how many there are by reason, officer and office.", Late),
)
DECISIONS = _reading(
    "getDecisions",
    "decisions",
    "What waits for the office's binding decision, and what has risen to it, with the words of both sides.",
    Answer("Disputes first, then by urgency.", Decisions),
    "Decided by `assign`.",
)
LEARNT = _reading(
    "getLearnt",
    "learnt",
    "What there was to learn from in the last 30 days: triage's decisions beside the guesses, by model, and citizens' corrections.",
    Answer("Numbers for all of the city, the oldest model first; mistakes by how often.", Learnt),
)
BESIDE = Operation(
    name="getBeside",
    method="GET",
    path="/v1/departments/{code}/queue/{petition_id}/beside",
    tag="Offices",
    summary="Other petitions of the same category and ward: at this spot, and in like words with what was answered.",
    caller=Caller.OFFICE,
    parameters=(OFFICE_CODE, PETITION_ID),
    answer=Answer("A few of each.", Beside),
    refusals=(*_AWAY, (404, "unknown-petition")),
)
OPERATIONS = (TEMPLATES, BESIDE, PROPOSALS, MENTIONS, LATE, DECISIONS, LEARNT)
