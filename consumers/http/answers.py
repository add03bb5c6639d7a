"""The shapes of what is shown, for the published contract. The values are made in `consumers.views`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, Field

from schemas.events.base import Level, PetitionId
from schemas.events.case import CaseView, ClockView, State
from schemas.events.files import FileRef
from schemas.events.intake import Classification, Location


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
    sandbox: bool = Field(description="It only tries the pipeline out: no office gets it.")
    rating: int | None
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


class WardOutlines(BaseModel):
    outlines: dict[str, list[list[tuple[float, float]]]] = Field(description="By code, the outer rings: longitude and latitude (WGS 84).")
