"""Builds the producers' routes and what stands behind them: the one place where they are wired, for production and for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

from psycopg_pool import AsyncConnectionPool
from starlette.routing import Route

from producers.files.files import Files
from producers.http.actions import citizen_action, office_action
from producers.http.additions import add
from producers.http.bridge import AsyncPublisher
from producers.http.bulk import bulk_action
from producers.http.contact import contact
from producers.http.contract import ADD, BULK_ACTION, CITIZEN_ACTION, CONTACT, DROP_TEMPLATE, KEEP_TEMPLATE, OFFICE_ACTION, SAME_AS, SUBMIT
from producers.http.files import file_routes
from producers.http.form import submit_from_page
from producers.http.hotline import hotline_routes
from producers.http.keys import Keys
from producers.http.open311 import open311_routes
from producers.http.overload import Overload
from producers.http.petitions import submit
from producers.http.provider import provider_routes
from producers.http.same import same_as
from producers.http.sessions import session_routes
from producers.http.state import Intake
from producers.http.templates import drop_template, keep_template
from producers.intake.vault import AsyncVault
from producers.kafka.publisher import Limits, Publisher
from producers.pages import intake_pages
from producers.settings import HttpSettings
from schemas.events import tracking
from schemas.events.sealing import sealing
from schemas.identity.callers import Callers, knowing
from schemas.platform.pools import still_open


class Routes(list[Route]):
    """The routes; `ready`: whether a request could be served now; `overload`: wants to be told how many petitions wait; `files`: what was
    uploaded, for whoever shows it."""

    def __init__(self, routes: list[Route], ready: Callable[[], bool], overload: Overload, files: Files) -> None:
        super().__init__(routes)
        self.ready, self.overload, self.files = ready, overload, files


@asynccontextmanager
async def prepare(settings: HttpSettings, *, publisher: Publisher | None = None, callers: Callers | None = None) -> AsyncIterator[Routes]:
    """The routes of intake, actions and sessions while their connections live. Kafka and PostgreSQL may come later or go: 503 meanwhile.

    `callers`: of the process, where it has them already.
    """
    async with nullcontext(callers) if callers else knowing(settings) as known, _serving(settings, publisher, known) as routes:
        yield routes


@asynccontextmanager
async def _serving(settings: HttpSettings, publisher: Publisher | None, callers: Callers) -> AsyncIterator[Routes]:
    overload = Overload(settings.longest_wait_s)
    own = publisher or Publisher(settings, _limits(settings))
    if publisher is None:
        own.connect_soon()
    pool = AsyncConnectionPool(
        settings.database_url.get_secret_value(),
        min_size=1,
        max_size=8,
        timeout=2,
        open=False,
        check=still_open,
        kwargs={"autocommit": True},
    )
    await pool.open()
    intake = Intake(
        settings,
        tracking.Keys(settings.tracking_secrets()),
        settings.clock(),
        callers,
        AsyncPublisher(own, asyncio.get_running_loop()),
        pool,
        AsyncVault(pool),
        Keys(pool),
        overload,
        Files(settings, pool),
        sealing(settings).open_value,
    )
    sweeping = asyncio.create_task(intake.files.sweeping.forever())
    try:
        yield Routes([*routes_of(intake), *intake_pages()], lambda: own.ready, overload, intake.files)
    finally:
        sweeping.cancel()
        if publisher is None:
            await asyncio.to_thread(own.close, 2.0)
        await pool.close()


def routes_of(intake: Intake) -> list[Route]:
    return [
        SUBMIT.route(submit(intake)),
        ADD.route(add(intake)),
        *hotline_routes(intake),
        Route("/petitions", submit_from_page(intake), methods=["POST"]),
        CITIZEN_ACTION.route(citizen_action(intake)),
        SAME_AS.route(same_as(intake)),
        OFFICE_ACTION.route(office_action(intake)),
        *file_routes(intake),
        BULK_ACTION.route(bulk_action(intake)),
        KEEP_TEMPLATE.route(keep_template(intake)),
        DROP_TEMPLATE.route(drop_template(intake)),
        *open311_routes(intake),
        CONTACT.route(contact(intake)),
        *session_routes(intake),
        *provider_routes(intake),
    ]


def _limits(settings: HttpSettings) -> Limits:
    return Limits(settings.delivery_timeout_ms, settings.patience_ms, settings.max_pending)
