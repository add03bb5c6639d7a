"""Where a worker's stores lie: one folder a stage, in it one a partition."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from schemas.platform.logs import log
from streams.engine.store import Store, StoreLocked, open_store

LOCK_TRIES, LOCK_PAUSE_SECONDS = 20, 0.1


class LocalDisk:
    """Implements `ports.Disk` under `folder`. Raises what RocksDB and the file system raise, which ends the worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._instead: dict[int, str] = {}

    def _path(self, partition: int) -> Path:
        return self._folder / self._instead.get(partition, str(partition))

    async def open(self, partition: int) -> Store:
        """Usually at once. A predecessor on this machine that hangs keeps its lock: then a store of our own is built beside it."""
        for _ in range(LOCK_TRIES):
            try:
                return open_store(self._path(partition))
            except StoreLocked:
                await asyncio.sleep(LOCK_PAUSE_SECONDS)
        self._instead[partition] = f"{partition}-{os.getpid()}"
        log.warning("store-locked", stage=self._folder.name, partition=partition, instead=self._instead[partition])
        return open_store(self._path(partition))

    def set_aside(self, partition: int) -> str:
        path = self._path(partition)
        aside = path.with_name(f"{path.name}.aside-{time.time_ns()}")
        path.rename(aside)
        return aside.name
