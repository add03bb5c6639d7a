"""What nobody has named for a day is erased, and what a forgotten petition had; what nobody has looked at is looked at; what a crash has
left lying is cleared away."""

from __future__ import annotations

import asyncio
import time

import psycopg
from psycopg_pool import PoolTimeout

from producers.files.arriving import Arriving
from producers.files.kinds import Refused
from producers.files.register import Register, Upload
from producers.files.scanner import Scanner, ScannerAway
from producers.files.settings import FileSettings
from producers.files.store import WHOLE, Store, StoreAway
from schemas.platform.logs import log

EVERY_SECONDS = 60.0
_HOUR_SECONDS = 3600


class Sweeping:
    """Any process may do it, and several at once: what one has erased the other does not find."""

    def __init__(self, settings: FileSettings, register: Register, store: Store, scanner: Scanner, arriving: Arriving) -> None:
        self._settings, self._register, self._store, self._scanner, self._arriving = settings, register, store, scanner, arriving

    async def forever(self) -> None:
        """Once a minute; what is away is tried again then."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.once()
            except (StoreAway, psycopg.OperationalError, PoolTimeout, OSError) as error:
                log.warning("files-not-swept", error=type(error).__name__)

    async def once(self) -> None:
        """Raise StoreAway, or what the register raises, where something is away."""
        for file_id in await self._register.unclaimed(self._settings.files_unclaimed_hours * _HOUR_SECONDS):
            async with self._register.forgetting(file_id) as unclaimed:
                if unclaimed:
                    await self._store.remove(file_id)
        for file_id in await self._register.forgotten():
            await self._store.remove(file_id)
            await self._register.forget(file_id)
        for upload in await self._register.held():
            await self._look_at(upload)
        await asyncio.to_thread(self._clear_spool)

    async def _look_at(self, upload: Upload) -> None:
        with self._arriving.spooled() as path:
            with path.open("wb") as file:
                async for chunk in self._store.read(upload.file_id, WHOLE):
                    await asyncio.to_thread(file.write, chunk)
            try:
                await self._scanner.check(path)
            except ScannerAway:
                return
            except Refused:
                log.warning("file-infected", petition=upload.petition_id)
                await self._store.remove(upload.file_id)
                await self._register.forget(upload.file_id)
                return
        await self._register.release(upload.file_id)

    def _clear_spool(self) -> None:
        oldest = time.time() - self._settings.files_unclaimed_hours * _HOUR_SECONDS
        for path in (self._settings.files_dir / "arriving").glob("*"):
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
