"""The shapes of what is shown, and of the desk's own small bodies, for the published contract. The values are made in `consumers.views`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, Field, StringConstraints

from schemas.events.base import Level, PersonId, PetitionId
from schemas.events.files import FileRef
from schemas.events.intake import Classification, Location
from schemas.events.standing import CaseView, ClockView, State
from schemas.events.strings import Clean


class NamedOffice(BaseModel):
    code: str
    name: str


class Entry(BaseModel):
    """Something that happened to a petition. `seq` counts from 1 without gaps; what citizens do not see is left out."""

    id: str
    seq: int
    type: str
    time: AwareDatetime
    title: str
    details: dict[str, Any]


class CitizenEntry(Entry):
    message: str = Field(description="What happened, in a sentence.")
    short: bool = Field(False, description="An older line, without message and details: they come with `before`.")


class OfficeEntry(Entry):
    state: State
    office: str | None
    deadline: AwareDatetime | None


class Said(BaseModel):
    """What the petitioner handed in, without the contact."""

    text: str = ""
    location: Location | None = None
    media_urls: list[str] = []
    files: list[FileRef] = Field([], description="To be fetched under `files/{id}` of the petition.")
    submitted_at: AwareDatetime | None = None


class PetitionStatus(BaseModel):
    """Where a petition stands, for its citizen."""

    petition_id: PetitionId
    tracking_code: str
    state: State
    state_name: str
    category: str
    category_name: str
    level: Level
    urgent: bool
    office: NamedOffice
    deadline: AwareDatetime | None
    received_at: AwareDatetime
    escalation: int
    language: str = Field(description="Of the petition, ISO 639-1.")
    sandbox: bool = Field(description="It only tries the pipeline out: no office gets it.")
    rating: int | None
    parts: list[str] = Field(description="Tracking codes of the petitions that were split from this one.")
    origin: str | None = Field(description="The tracking code of the petition from which this one was split.")
    said: Said | None = Field(description="What was handed in; null for the moment until it can be shown, or when it was erased.")
    timeline: list[CitizenEntry]
    share_url: str = Field(description="A page that shows the petition to whoever has its address, and lets nobody act.")


class SharedPetition(BaseModel):
    """What a citizen shares of a petition: no word that a citizen wrote, and nothing with which one could act."""

    state: State
    state_name: str
    category: str
    category_name: str
    level: Level
    urgent: bool
    office: NamedOffice
    deadline: AwareDatetime | None
    received_at: AwareDatetime
    escalation: int
    timeline: list[CitizenEntry]


class QueueItem(BaseModel):
    """One case of an office's queue. `overdue`: late now; `missed`: once late."""

    petition_id: PetitionId
    seq: int
    role: Literal["owner", "decider", "superior", "co-office"] | None
    state: State
    level: Level
    urgent: bool
    category: str
    category_name: str
    text: str
    language: str = Field(description="Of the petition, ISO 639-1: the citizen must understand the answer.")
    channel: str
    ward: str | None
    office: NamedOffice
    received_at: AwareDatetime
    deadline: AwareDatetime | None
    clocks: list[ClockView]
    overdue: bool
    missed: bool
    transfers: int
    reopened: int
    escalation: int
    escalated_to: str | None
    decider: str | None
    followers: int
    officer: str | None = Field(description="The person of the office who works on it, by id.")
    held_until: AwareDatetime | None = Field(description="So long it is his who took it.")


class Queue(BaseModel):
    office: str
    items: list[QueueItem]
    next: str | None = Field(description="The `cursor` of the next page; null at the end.")


class QueueCase(QueueItem):
    """With everything that the office needs to work on it; `actions`: what it may ask for now."""

    location: Location | None
    media_urls: list[str]
    files: list[FileRef] = Field(description="To be fetched under `files/{id}` of the case.")
    submitted_at: AwareDatetime | None
    classification: Classification | None
    case: CaseView
    timeline: list[OfficeEntry]
    actions: list[str]


class FoundCase(QueueItem):
    updated_at: AwareDatetime


class AtCase(BaseModel):
    """Somebody who has a case open."""

    person_id: str
    name: str
    writing: bool


class AtCaseOfOffice(AtCase):
    petition_id: PetitionId


class Cases(BaseModel):
    """`people`: names by id; `present`: who of the office has what open."""

    office: str
    items: list[FoundCase]
    next: str | None = Field(description="The `cursor` of the next page; null at the end.")
    people: dict[str, str]
    present: list[AtCaseOfOffice]


class Count(BaseModel):
    number: int
    exact: bool = Field(description="False: there are more.")


class ViewRequest(BaseModel):
    """`query`: the parameters of `findCases`, as they stand in an address."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), Clean]
    query: Annotated[str, StringConstraints(max_length=2000, pattern=r"^[!-~]*$")]
    shared: bool = False


class SavedView(BaseModel):
    id: int
    name: str
    query: str
    shared: bool
    mine: bool


class SavedViews(BaseModel):
    views: list[SavedView]


class Colleague(BaseModel):
    """`cases`: the open ones that he has."""

    id: str
    name: str
    away_until: AwareDatetime | None
    stand_in: str | None
    cases: int


class Colleagues(BaseModel):
    people: list[Colleague]
    me: str | None


class AbsenceRequest(BaseModel):
    """`until` null: here again. `stand_in`: a person of the office, to whose own cases these belong meanwhile."""

    until: AwareDatetime | None = None
    stand_in: PersonId | None = None


class PresenceRequest(BaseModel):
    """`open` false: the page has been left."""

    open: bool = True
    writing: bool = False


class Present(BaseModel):
    present: list[AtCase]
    again_seconds: int


class OfficeOfList(BaseModel):
    code: str
    name_vi: str
    name_en: str
    parent: str


class CategoryOfList(BaseModel):
    code: str
    name_vi: str
    name_en: str
    default_owner: str
    urgency_hint: str


class WardOfList(BaseModel):
    code: str
    name_vi: str
    full_name_vi: str
    kind: Literal["ward", "commune"]
    office: str
    lat: float
    long: float
    area_km2: float


class Offices(BaseModel):
    offices: list[OfficeOfList]


class Categories(BaseModel):
    categories: list[CategoryOfList]


class Wards(BaseModel):
    wards: list[WardOfList]


Position = Annotated[list[float], Field(min_length=2, max_length=2)]
"""A list of two, not a tuple: checkers of OpenAPI do not all know `prefixItems`."""


class MapTiles(BaseModel):
    """Under the outlines, in Web Mercator."""

    url: str = Field(description="With {z}, {x} and {y}.")
    attribution: str


class WardOutlines(BaseModel):
    tiles: MapTiles | None = Field(description="None where the operator has named no server of tiles.")
    outlines: dict[str, list[list[Position]]] = Field(description="By code, the outer rings: longitude and latitude (WGS 84).")
