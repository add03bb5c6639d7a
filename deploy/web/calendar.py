"""`GET /v1/calendar`: the service's clock and the working hours around now, so that pages count working time as the deadlines do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.events.base import Level
from schemas.platform.clock import Clock
from schemas.platform.settings import ProcessSettings
from schemas.web.contract import Answer, Operation
from streams.case.policy.compiled import Policy
from streams.case.policy.directory import PolicyDirectory
from streams.case.time.calendar import HOUR_MS, Calendar
from streams.settings import StreamSettings

BACK_MS, AHEAD_MS = 45 * 24 * HOUR_MS, 120 * 24 * HOUR_MS


class Hours(BaseModel):
    """Working periods around now, each from and to (ms since the epoch); `day_ms`: working time of a day."""

    day_ms: int
    periods: list[Annotated[list[int], Field(min_length=2, max_length=2)]]


class CalendarAnswer(BaseModel):
    """`now`: ms since the epoch on the service's clock, which runs `scale` times as fast as the wall clock; `levels`: a level's calendar,
    by its place in `calendars`."""

    now: int
    scale: float
    policy: str
    calendars: list[Hours]
    levels: dict[Level, int]


CALENDAR = Operation(
    name="getCalendar",
    method="GET",
    path="/v1/calendar",
    tag="Reference data",
    summary="The service's clock, and the working hours by which deadlines count.",
    answer=Answer("Clock and hours.", CalendarAnswer),
)


def hours_around(policy: Policy, now_ms: int) -> dict[str, Any]:
    """`{calendars: [{day_ms, periods: [[start, end]]}], levels: {level: index}}`; instants in ms since the epoch."""
    found: list[Calendar] = []
    levels: dict[str, int] = {}
    for level in Level:
        calendar = policy.levels[level].calendar
        if calendar not in found:
            found.append(calendar)
        levels[level.value] = found.index(calendar)
    return {"calendars": [_shown(calendar, now_ms - BACK_MS, now_ms + AHEAD_MS) for calendar in found], "levels": levels}


def _shown(calendar: Calendar, first: int, last: int) -> dict[str, Any]:
    periods = [
        (max(start, first), min(end, last))
        for start, end in zip(calendar.starts, calendar.ends, strict=True)
        if end > first and start < last
    ]
    return {"day_ms": calendar.day_ms, "periods": periods}


def body(policy: Policy, clock: Clock, scale: float) -> Mapping[str, Any]:
    """`now`: ms since the epoch on the service's clock, which runs `scale` times as fast as the wall clock."""
    now_ms = clock.now_ms()
    return {"now": now_ms, "scale": scale, "policy": policy.version, **hours_around(policy, now_ms)}


def calendar_route(settings: ProcessSettings) -> Route:
    policies = PolicyDirectory(StreamSettings().policy_dir, every_s=30)
    clock = settings.clock()

    async def show(_: Request) -> Response:
        content = body(policies.book().current, clock, settings.clock_scale)
        return Response(orjson.dumps(content), 200, {"Cache-Control": "no-store"}, "application/json")

    return CALENDAR.route(show)
