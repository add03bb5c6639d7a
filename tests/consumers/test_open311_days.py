"""What a stranger finds over Open311 by a span of time, on a real database."""

from __future__ import annotations

from datetime import datetime, timedelta

from schemas.platform.instants import HANOI
from tests.consumers.web import Web

AT = datetime.now(HANOI).replace(hour=9, minute=17, second=5, microsecond=0) - timedelta(days=1)


async def test_a_stranger_finds_a_request_by_its_day_and_not_by_its_minute(web: Web) -> None:
    """Updates likewise; the channel that handed it in finds it by the minute."""
    _, life = web.life(start=AT)
    web.project(*life.sent)
    midnight = AT.replace(hour=0, minute=0, second=0)
    key = {"api_key": web.credentials["intake"]["ihanoi"]}

    async def found(what: str, start: datetime, end: datetime, **more: str) -> list[str]:
        span = {"start_date": start.isoformat(), "end_date": end.isoformat(), **more}
        listed = (await web.client.get(f"/open311/v2/{what}.json", params=span)).json()
        return [one.get("requested_datetime") or one["updated_datetime"] for one in listed]

    spans = {
        "the day": (midnight, midnight + timedelta(days=1)),
        "its begin": (midnight, midnight + timedelta(seconds=1)),
        "the minute": (AT - timedelta(minutes=1), AT + timedelta(minutes=3)),
    }
    for what in ("requests", "servicerequestupdates"):
        strangers = {name: await found(what, *span) for name, span in spans.items()}
        own = {name: len(await found(what, *span, **key)) for name, span in spans.items()}

        assert strangers == {"the day": [midnight.isoformat()], "its begin": [midnight.isoformat()], "the minute": []}
        assert own == {"the day": 1, "its begin": 0, "the minute": 1}
