"""The senders: an event loop in a thread beside the consumer. Lanes that are due are sent side by side, each delivery by itself."""

from __future__ import annotations

import asyncio
import os
import random
import sys
import threading
import time
from datetime import timedelta
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from consumers.notifier.digest.morning import Worked
from consumers.notifier.digest.rounds import Rounds
from consumers.notifier.failing import Ended, Never, NotTaken
from consumers.notifier.lanes import LEASE_SECONDS, Lanes
from consumers.notifier.policy import MEDIA, NoticePolicy
from consumers.notifier.post import Post
from consumers.notifier.retry import is_over, pause_seconds
from consumers.settings import NotifierSettings
from schemas.events.sealing import Keys
from schemas.platform import metrics
from schemas.platform.clock import Clock, to_datetime
from schemas.platform.logs import log

_IDLE_SECONDS = 0.5
_TELL_EVERY_SECONDS = 5.0
_SWEEP_EVERY_SECONDS = 3600.0
_ROUND_EVERY_SECONDS = 20.0
_SEND_SECONDS = LEASE_SECONDS / 2
"""A send that takes longer is given up well before another process may take the lane."""
_CHANCE = random.SystemRandom()


class Senders:
    """`step` sends what is due, once around; `run` does so until it is told to stop."""

    def __init__(self, lanes: Lanes, post: Post, rounds: Rounds, policy: NoticePolicy, *, clock: Clock, settings: NotifierSettings) -> None:
        self._lanes, self._post, self._rounds, self._policy, self._clock = lanes, post, rounds, policy, clock
        self._media, self._limit = ("webhook", *settings.media()), settings.notifier_lanes
        self._tell_at = self._sweep_at = self._round_at = 0.0
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, stopping: threading.Event) -> None:
        """A lane that answers slowly holds up none of the others: new ones are taken as soon as there is room."""
        while not stopping.is_set():
            try:
                taken = await self._begin()
                await self._look_after()
            except (psycopg.OperationalError, PoolTimeout) as error:
                log.warning("database-unavailable", error=type(error).__name__)
                taken = 0
            if not taken:
                await asyncio.sleep(_IDLE_SECONDS)
        await self.finish()

    async def step(self) -> int:
        """Send what is due, one of each lane, and wait for it; how many were tried."""
        taken = await self._begin()
        await self.finish()
        return taken

    async def finish(self) -> None:
        await asyncio.gather(*self._under_way)

    async def _begin(self) -> int:
        room = self._limit - len(self._under_way)
        rows = await self._lanes.take(self._media, to_datetime(self._clock.now_ms()), room) if room > 0 else []
        for row in rows:
            task = asyncio.create_task(self._one(row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        await asyncio.sleep(0)
        return len(rows)

    async def _one(self, row: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(_SEND_SECONDS):
                told = await self._post.send(row)
        except Ended:
            await self._lanes.end(row)
            metrics.NOTICES().labels(row["medium"], "ended").inc()
        except (NotTaken, TimeoutError) as error:
            await self._failed(row, error)
        except (psycopg.OperationalError, PoolTimeout):
            raise  # the database is away; the lease runs out, and it is tried again
        except Exception as error:  # noqa: BLE001 -- a notice that cannot be made must not hold up its lane for ever
            await self._failed(row, Never(type(error).__name__))
        else:
            await self._lanes.done(row, silent=not told)
            metrics.NOTICES().labels(row["medium"], "sent" if told else "silent").inc()

    async def _failed(self, row: dict[str, Any], error: Exception) -> None:
        age = to_datetime(self._clock.now_ms()) - row["created_at"]
        parked = isinstance(error, Never) or is_over(self._policy.tries, row["tries"] + 1, max(age, timedelta()))
        pause = 0.0 if isinstance(error, Never) else pause_seconds(self._policy.tries, row["failures"] + 1, _CHANCE.random())
        why = f"{type(error).__name__}: {error}"
        await self._lanes.failed(row, why, pause=pause, parked=parked)
        metrics.NOTICES().labels(row["medium"], "parked" if parked else "failed").inc()
        log.info("notice-not-taken", medium=row["medium"], delivery=row["id"], error=why, parked=parked)

    async def _look_after(self) -> None:
        now = time.monotonic()
        if now >= self._round_at:
            self._round_at = now + _ROUND_EVERY_SECONDS
            await self._rounds.look(to_datetime(self._clock.now_ms()))
        if now >= self._tell_at:
            self._tell_at = now + _TELL_EVERY_SECONDS
            found = {one.medium: one for one in await self._lanes.waiting(to_datetime(self._clock.now_ms()))}
            for medium in ("webhook", *MEDIA):
                one = found.get(medium)
                metrics.NOTICES_DUE().labels(medium).set(one.waiting if one else 0)
                metrics.NOTICES_PARKED().labels(medium).set(one.parked if one else 0)
                metrics.NOTICES_OLDEST().labels(medium).set(one.oldest if one else 0)
        if now >= self._sweep_at:
            self._sweep_at = now + _SWEEP_EVERY_SECONDS
            await self._lanes.sweep()


async def send_until(stopping: threading.Event, settings: NotifierSettings, keys: Keys, policy: NoticePolicy, worked: Worked) -> None:
    """Connections, and the work, until told to stop."""
    url = settings.database_url.get_secret_value()
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(url, min_size=1, max_size=8, open=False, kwargs={"autocommit": True}, timeout=5)
    await pool.open(wait=False)
    post, rounds = Post(settings, keys, pool), Rounds(pool, policy, worked)
    try:
        await Senders(Lanes(pool), post, rounds, policy, clock=settings.clock(), settings=settings).run(stopping)
    finally:
        await post.close()
        await pool.close(timeout=1)


def begin(stopping: threading.Event, settings: NotifierSettings, keys: Keys, policy: NoticePolicy, worked: Worked) -> threading.Thread:
    """Start the thread. Whatever ends it before its time ends the process: the supervisor starts a new one."""

    def work() -> None:
        try:
            asyncio.run(send_until(stopping, settings, keys, policy, worked))
        except Exception as error:  # noqa: BLE001 — whatever it is, the process must not go on without its senders
            log.error("fatal", error=type(error).__name__, exc_info=True)
            sys.stderr.flush()
            os._exit(1)

    thread = threading.Thread(target=work, name="send", daemon=True)
    thread.start()
    return thread
