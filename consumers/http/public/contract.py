"""The calls that show what anybody may read, as the published contract has them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from consumers.http.answers import NamedOffice
from consumers.incidents.compare import FIELD
from consumers.read_model.public import UNLISTED
from consumers.views.statistics import LEAST
from schemas.events.numbers import NUMBER_PATTERN
from schemas.events.standing import State
from schemas.web.contract import Answer, Operation, Parameter, Refusal

TAG = "Public"
MOST, USUAL = 100, 50
MOST_MONTHS = 24
_AWAY: Refusal = (503, "database-unavailable")
_NUMBER = Parameter("number", "The petition's public number.", {"type": "string", "pattern": NUMBER_PATTERN}, "path")
_LISTED = [state.value for state in State if state not in UNLISTED]


class PublicWard(BaseModel):
    code: str
    name: str


class PublicPetition(BaseModel):
    """A petition as anybody may read of it. Days are Hanoi's."""

    number: str = Field(description="What it is called in public. No tracking code and no way to act follows from it.")
    state: State
    state_name: str
    category: str
    category_name: str
    ward: PublicWard | None
    street: str | None = Field(description="One of the city's streets, where the address names it without any number.")
    office: NamedOffice
    received_on: date
    deadline_on: date | None
    changed_on: date
    late: bool = Field(description="A clock to answer, or to keep a promise, has run out.")
    result: str | None = Field(description="How it was answered: done, not done, …")
    result_name: str | None
    followers: int = Field(description="How many others have reported the same.")


class PublicStep(BaseModel):
    type: str
    title: str
    on: date
    office: NamedOffice


class PublicPetitionWhole(PublicPetition):
    steps: list[PublicStep]


class PublicPetitions(BaseModel):
    items: list[PublicPetition]
    next: str | None = Field(description="`cursor` of the next page.")


class Nearby(BaseModel):
    items: list[PublicPetition]


class Line(BaseModel):
    """Figures of one ward, category, office or month; all None where `few`."""

    code: str | None
    name: str | None
    received: int | None
    answered: int | None = Field(description="Answers given.")
    in_time: int | None = Field(description="Of those, given in time.")
    overdue: int | None = Field(description="Received in the span, and late now.")
    share: float | None = Field(description="In time among all that had to be given: those given, and those late now.")
    median_hours: float | None = Field(description="From reception to answer, in hours by the clock on the wall.")
    stars: float | None = Field(description="Mean of the ratings.")
    few: bool = Field(description=f"About fewer than {LEAST} petitions, or next to such a line: not told.")


class Statistics(BaseModel):
    span: dict[str, str] = Field(description="`from` and `to`: the first and the last month.")
    at: AwareDatetime = Field(description="As of when; those of the last twelve months may be some minutes old in a large city.")
    total: Line
    by_ward: list[Line]
    by_category: list[Line]
    by_office: list[Line]
    by_month: list[Line]


class OpenDataFile(BaseModel):
    name: str
    url: str
    bytes: int


class OpenData(BaseModel):
    day: date | None = Field(description="None where nothing is published.")
    files: list[OpenDataFile]


def _many(name: str, what: str, known: list[str] | None = None) -> Parameter:
    one: dict[str, Any] = {"type": "string", "enum": known} if known else {"type": "string"}
    return Parameter(name, f"{what}; may be given several times.", {"type": "array", "items": one})


def _public(name: str, path: str, summary: str, answer: Answer, *parameters: Parameter, refusals: tuple[Refusal, ...] = ()) -> Operation:
    return Operation(
        name=name,
        method="GET",
        path=f"/v1/public/{path}",
        tag=TAG,
        summary=summary,
        parameters=parameters,
        answer=answer,
        refusals=(*refusals, _AWAY),
    )


_STREET = {"type": "string", "pattern": "^[a-z-]+$"}
_INVALID: Refusal = (400, "invalid")
PETITIONS = _public(
    "listPublicPetitions",
    "petitions",
    "Petitions about something in the street, the newest first: where each stands, and nothing that anybody wrote.",
    Answer("A page.", PublicPetitions),
    _many("ward", "Only in this ward, by code"),
    Parameter("street", "Only where this street is shown, by code: its name in small letters without marks, `lang-ha`.", _STREET),
    _many("category", "Only of this category", sorted(FIELD)),
    _many("state", "Only in this state", _LISTED),
    Parameter("received_from", "Received on that day or later.", {"type": "string", "format": "date"}),
    Parameter("received_to", "Received on that day or before.", {"type": "string", "format": "date"}),
    Parameter("limit", "Petitions of a page.", {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}),
    Parameter("cursor", "`next` of the page before.", {"type": "string", "pattern": NUMBER_PATTERN}),
    refusals=(_INVALID,),
)
PETITION = _public(
    "getPublicPetition",
    "petitions/{number}",
    "One of them, with what the city did, day by day.",
    Answer("The petition.", PublicPetitionWhole),
    _NUMBER,
    refusals=((404, "unknown-petition"),),
)
NEARBY = _public(
    "listPetitionsNearby",
    "nearby",
    "What is being worked on near a place, for who is about to report it. Places are compared by cells of a hundred metres.",
    Answer("The newest few.", Nearby),
    Parameter("category", "Of this category; of one about no thing in the street there are none.", {"type": "string"}),
    Parameter("ward", "In this ward, by code."),
    Parameter("lat", "Degrees north.", {"type": "number"}),
    Parameter("long", "Degrees east.", {"type": "number"}),
    refusals=(_INVALID,),
)
STATISTICS = _public(
    "getPublicStatistics",
    "statistics",
    "Received, answered, in time, late, median reply and rating; by ward, category, office and month.",
    Answer("The figures.", Statistics),
    Parameter("from", "First month; else the last twelve.", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}, example="2026-01"),
    Parameter("to", f"Last month, {MOST_MONTHS} in all at most.", {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"}, example="2026-11"),
    refusals=(_INVALID,),
)
_ATOM = Answer("An Atom feed (RFC 4287) of the newest changes.", media_types=("application/atom+xml",))
_CODE = Parameter("code", "Its code.", where="path", example="00070")
WARD_FEED = _public(
    "followWard", "wards/{code}.atom", "Follow a ward in any reader of feeds.", _ATOM, _CODE, refusals=((404, "not-found"),)
)
STREET_FEED = _public(
    "followStreet",
    "streets/{code}.atom",
    "Follow a street likewise; of petitions whose address has a number the street is not told.",
    _ATOM,
    Parameter("code", "Its name in small letters without marks.", _STREET, "path", example="pho-hue"),
    refusals=((404, "not-found"),),
)
CATEGORY_FEED = _public(
    "followCategory", "categories/{code}.atom", "Follow a category likewise.", _ATOM, _CODE, refusals=((404, "not-found"),)
)
OPEN_DATA = _public(
    "listOpenData", "open-data", "The newest day's files, where the operator publishes some.", Answer("The files.", OpenData)
)
_DAY = Parameter("day", "The day.", {"type": "string", "format": "date"}, "path")
OPEN_DATA_FILE = _public(
    "getOpenData",
    "open-data/{day}/{name}",
    "One of them; `datapackage.json` says what each column means.",
    Answer("The file.", media_types=("text/csv", "application/x-ndjson", "application/vnd.apache.parquet", "application/json")),
    _DAY,
    Parameter("name", "Its name.", where="path", example="petitions.csv"),
    refusals=((404, "not-found"),),
)
OPERATIONS = (PETITIONS, PETITION, NEARBY, STATISTICS, WARD_FEED, STREET_FEED, CATEGORY_FEED, OPEN_DATA, OPEN_DATA_FILE)
