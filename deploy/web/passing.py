"""Rows that are there for a while alone are deleted when their time is over, whoever comes or does not come meanwhile: the page on privacy
says how long."""

from __future__ import annotations

import threading
from datetime import timedelta

import psycopg

from consumers.desk import presence
from schemas.identity import provider, sessions, signing_in
from schemas.identity.settings import IdentitySettings
from schemas.platform.logs import log

EVERY_SECONDS = 60.0


class Sweeper:
    """Once a minute, in a thread of its own, until told to stop; what is away is tried again then."""

    def __init__(self, settings: IdentitySettings) -> None:
        self._settings = settings
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="sweeper", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                sweep(self._settings)
            except psycopg.OperationalError as error:
                log.warning("passing-not-swept", error=type(error).__name__)


def sweep(settings: IdentitySettings) -> None:
    """Sessions, failed sign-ins, visits to the provider and presences that are over. Any process may do it, and several at once."""
    idle = timedelta(minutes=settings.session_idle_minutes)
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True, connect_timeout=3) as connection:
        connection.execute(sessions.OVER, (idle,))
        for over in (signing_in.OVER, provider.OVER, presence.OVER):
            connection.execute(over)
