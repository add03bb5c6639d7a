"""`POST /v1/drafts`: what a text would become if it were handed in. Nothing is kept, and nobody is told.

Here the classifier is used by the web, which otherwise knows no stage. It is built at the first draft: 0.6 s and 50 MB, for pages that
never ask nothing at all.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from producers.http.body import parse, read_json_body
from schemas.events.base import CategoryCode, Level, Model, Text
from schemas.events.intake import Location, PetitionKind
from schemas.events.strings import LETTERS_AT_LEAST, says_enough
from schemas.platform.logs import log
from schemas.reference import TRIAGE_OFFICE, Category, Office, categories, offices, wards
from schemas.reference.texts import Language
from schemas.web import Problem, endpoint, json, language
from schemas.web.contract import NO_JSON, Answer, Body, Operation
from streams.classify.build import UNUSABLE, classifier
from streams.classify.found import Asked, Classification
from streams.classify.routing.routes import sure_ward

Classify = Callable[[Sequence[Asked]], Sequence[Classification]]
AT_ONCE = 30
"""Drafts that are worked on or wait, in this process: about a tenth of a second's work once the classifier is there."""


class Draft(Model):
    """A petition that is being written; `category`: what its writer says that it is about."""

    location: Location | None = None
    category: CategoryCode | None = None
    text: Text = Field(default="", validate_default=True)

    @field_validator("text")
    @classmethod
    def _says_something(cls, text: str, info: ValidationInfo) -> str:
        place = info.data.get("location")
        if not says_enough(text) and not (place and place.is_given):
            raise PydanticCustomError("too_little", "needs at least {ge} letters, or a place", {"ge": LETTERS_AT_LEAST})
        return text


class Named(BaseModel):
    code: str
    name: str


class Preview(BaseModel):
    """What it would become as it stands. `office` None: a person would sort it first; `ward` None: not certain."""

    kind: PetitionKind
    category: Named
    office: Named | None
    why: str | None = Field(description="The rule by which it would go to this office.")
    ward: Named | None
    level: Level
    call: list[str] = Field(description="Numbers to call at once instead.")
    language: str = Field(description="Of the text, ISO 639-1.")


DRAFT = Operation(
    name="tryPetition",
    method="POST",
    path="/v1/drafts",
    tag="Citizens",
    summary="See what a text would become, without handing it in.",
    description="Nothing is stored. What the citizen corrects goes with the petition: `category`, and `location.ward_code`.",
    body=Body(Draft, {"words": {"text": "Đèn đường ngõ 12 phố Huế hỏng ba hôm nay", "location": {"ward_code": "00082"}}}),
    answer=Answer("What it would become.", Preview),
    refusals=(*NO_JSON, (503, "busy")),
)


def draft_route(body_limit: int, build: Callable[[], Classify] = lambda: classifier().classify_texts) -> Route:
    """`build`: makes the classifier; called once, off the event loop."""
    drafts = Drafts(build)

    async def handle(request: Request) -> Response:
        draft = parse(Draft, await read_json_body(request, body_limit))
        found = await drafts.classified(Asked(draft.text, draft.location, draft.category))
        return json(preview(found, language(request)).model_dump(mode="json"))

    return DRAFT.route(endpoint(handle, away=()))


class Drafts:
    """Classifies one at a time, off the event loop, with the classifier that the first of them builds. A few wait; more are not taken, so
    that what a preview costs is bounded whoever asks for it."""

    def __init__(self, build: Callable[[], Classify]) -> None:
        self._build = build
        self._classify: Classify | None = None
        self._one_by_one, self._here = asyncio.Lock(), 0

    async def classified(self, asked: Asked) -> Classification:
        """Raise Problem 503 when too many wait, or the classifier cannot be built."""
        if self._here >= AT_ONCE:
            raise Problem(503, "busy", headers={"Retry-After": "1"})
        self._here += 1
        try:
            async with self._one_by_one:
                return await asyncio.to_thread(self._classified, asked)
        except UNUSABLE as error:
            log.error("request-failed", path=DRAFT.path, error=type(error).__name__)
            raise Problem(503, "busy") from None
        finally:
            self._here -= 1

    def _classified(self, asked: Asked) -> Classification:
        if self._classify is None:
            self._classify = self._build()
        return self._classify([asked])[0]


def preview(found: Classification, lang: Language) -> Preview:
    """What the writer is shown of a classification."""
    ward = wards().get(sure_ward(found.place) or "")
    office = None if found.triage or found.office == TRIAGE_OFFICE else offices()[found.office]
    return Preview(
        kind=found.kind,
        category=_named(categories()[found.category], lang),
        office=office and _named(office, lang),
        why=(found.owner_rule.vi if lang == "vi" else found.owner_rule.en) if found.owner_rule and office else None,
        ward=ward and Named(code=ward.code, name=ward.full_name_vi if lang == "vi" else f"{ward.name_vi} {ward.kind}"),
        level=found.level,
        call=list(found.call),
        language=found.language,
    )


def _named(one: Category | Office, lang: Language) -> Named:
    return Named(code=one.code, name=one.name_vi if lang == "vi" else one.name_en)
