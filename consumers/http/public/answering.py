"""What the public calls share: the petitions as anybody may read of them, and answers that may be kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from consumers.http.public.finding import Page, page
from consumers.http.state import Views
from consumers.read_model.public import Row, Wanted
from consumers.read_model.words import marker
from consumers.views import public
from consumers.views.public import Json
from schemas.events.numbers import Numbers
from schemas.platform.clock import Clock
from schemas.platform.instants import to_datetime
from schemas.reference.texts import Language
from schemas.web.assets import tagged, unless_known

SECONDS = 60
"""So long an answer may be kept: by browsers, and by caches in front of the service."""


@dataclass(frozen=True, slots=True)
class Showing:
    """`clock`: the service's."""

    views: Views
    numbers: Numbers
    clock: Clock

    @classmethod
    def of(cls, views: Views) -> Showing:
        return cls(views, Numbers(views.keys.secrets), views.settings.clock())

    @property
    def now(self) -> datetime:
        return to_datetime(self.clock.now_ms())

    async def page(self, wanted: Wanted, street: str | None = None) -> Page:
        """See `finding.page`."""
        return await page(self.views.reader, wanted, street, marker(self.views.keys.secrets))

    def lines(self, rows: Iterable[Row], lang: Language) -> list[Json]:
        return [public.line(row, self.numbers.of(row["petition_id"]), lang) for row in rows]


def cacheable(request: Request, body: bytes, media_type: str = "application/json", seconds: int = SECONDS) -> Response:
    """The answer, which may be kept for so long; afterwards 304 tells a caller that what he has is the newest."""
    response = unless_known(request, body, tagged(body), media_type, f"public, max-age={seconds}")
    response.headers["Vary"] = "Accept-Language"
    return response
