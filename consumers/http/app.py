"""Builds the consumers' routes and what stands behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from starlette.routing import Route

from consumers.dead_letters.watch import DeadLetterWatch
from consumers.http.cases import case_routes
from consumers.http.casework import casework_routes
from consumers.http.departments import department_routes
from consumers.http.desk import desk_routes
from consumers.http.digest import digest_routes
from consumers.http.files import NONE, Files, file_routes
from consumers.http.hotline import hotline_routes
from consumers.http.notices import notice_routes
from consumers.http.open311 import open311_routes
from consumers.http.operations import operations_routes
from consumers.http.petitions import petition_routes
from consumers.http.public import public_routes, usual_figures
from consumers.http.reference import reference_routes
from consumers.http.state import Views, Waiters
from consumers.live.feed import LiveFeed
from consumers.live.queues import QueueFeed
from consumers.pages import view_pages
from consumers.read_model.counting import keep_counting
from consumers.read_model.reading import opened
from consumers.settings import ViewSettings
from schemas.events.sealing import sealing
from schemas.events.tracking import Keys
from schemas.identity.callers import Callers, knowing


class Showing(list[Route]):
    """The routes; `ready` says whether they can be served, `stop` ends all open event streams; `reader`: what they read from; `figures`:
    the public statistics, which somebody has to keep."""

    def __init__(self, views: Views, files: Files = NONE) -> None:
        self.figures = usual_figures(views)
        desk = [*case_routes(views), *desk_routes(views), *digest_routes(views), *casework_routes(views)]
        offices = [*department_routes(views), *hotline_routes(views), *desk, *operations_routes(views)]
        lists, public = reference_routes(views.settings), public_routes(views, self.figures)
        data = [*notice_routes(views), *petition_routes(views), *offices, *lists, *open311_routes(views), *public]
        super().__init__([*data, *file_routes(views, files), *view_pages(views.settings.tiles_origin)])
        self._views = views
        self.reader = views.reader

    def ready(self) -> bool:
        return self._views.live.ready and self._views.queues.tail.ready

    def stop(self) -> None:
        self._views.live.close()
        self._views.queues.close()


@asynccontextmanager
async def prepare(settings: ViewSettings, callers: Callers | None = None, *, files: Files = NONE) -> AsyncIterator[Showing]:
    """The consumers' routes while their connections live. A broker or database that is away is waited for in the background.

    `callers`: of the process, where it has them already; `files`: what was uploaded.
    """
    loop = asyncio.get_running_loop()
    open_value = sealing(settings).open_value
    async with (
        nullcontext(callers) if callers else knowing(settings) as known,
        opened(settings.database_url.get_secret_value(), settings.database_pool, open_value) as reader,
    ):
        live, queues = LiveFeed(settings, settings.live_ring, loop, open_value), QueueFeed(settings, loop)
        dead_letters = DeadLetterWatch(settings, loop)
        views = Views(
            settings=settings,
            keys=Keys(settings.tracking_secrets()),
            callers=known,
            reader=reader,
            live=live,
            queues=queues,
            waiters=Waiters(settings.arrival_waiters),
            dead_letters=dead_letters,
        )
        live.tail.start()
        queues.tail.start()
        dead_letters.tail.start()
        showing = Showing(views, files)
        kept = [asyncio.create_task(work) for work in (keep_counting(reader, settings.clock()), showing.figures.keep())]
        try:
            yield showing
        finally:
            for task in kept:
                task.cancel()
            showing.stop()
            dead_letters.tail.stop()
            await asyncio.to_thread(live.tail.join, 3)
            await asyncio.to_thread(queues.tail.join, 3)
            await asyncio.to_thread(dead_letters.tail.join, 3)
