"""What the handlers need, built once for a process."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from producers.files.files import Files
from producers.http.bridge import AsyncPublisher
from producers.http.keys import Keys
from producers.http.overload import Overload
from producers.intake.vault import AsyncVault
from producers.settings import HttpSettings
from schemas.events import tracking
from schemas.events.sealing import OpenValue
from schemas.identity.callers import Callers
from schemas.platform.clock import Clock


@dataclass(frozen=True, slots=True)
class Intake:
    settings: HttpSettings
    codes: tracking.Keys
    clock: Clock
    callers: Callers
    publisher: AsyncPublisher
    pool: AsyncConnectionPool
    vault: AsyncVault
    keys: Keys
    overload: Overload
    files: Files
    open_value: OpenValue
