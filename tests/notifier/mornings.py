"""What goes out once a day, put on its way by hand, and the petitions of which it tells."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

from psycopg_pool import AsyncConnectionPool

from consumers.kafka.records import Record
from consumers.notifier.digest.morning import Worked
from consumers.notifier.digest.rounds import Rounds
from consumers.notifier.policy import NoticePolicy
from consumers.read_model.projection import project
from consumers.read_model.tables import ReadModel
from schemas.events.topics import EVENTS
from tests.consumers.events import START, Life
from tests.notifier.conftest import Notifier


def every_day(_day: date) -> bool:
    return True


def begun(notifier: Notifier, now: datetime, policy: NoticePolicy, worked: Worked) -> int:
    """So many mails are put on their way by a round at this moment."""

    async def look() -> int:
        async with AsyncConnectionPool(notifier.rig.database, open=False, kwargs={"autocommit": True}) as pool:
            return await Rounds(pool, policy, worked).look(now)

    return asyncio.run(look())


def shown(notifier: Notifier, *lives: Life) -> None:
    """The read model has these petitions."""
    model = ReadModel(notifier.rig.database, "test", EVENTS.name)
    records = [Record(n, 1, one.key, one.value, one.headers) for n, one in enumerate(one for life in lives for one in life.sent)]
    model.write(project(records), [])
    model.close()


def life(start: datetime = START, **about: Any) -> Life:
    made = Life(start=start, **about)
    made.begins()
    return made
