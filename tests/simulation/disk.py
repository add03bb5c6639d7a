"""A store in memory that keeps the store's contract (tests/engine/test_store.py), on a disk that outlives its process."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from streams.engine.store import decode
from streams.engine.types import Entry


@dataclass(slots=True)
class Platter:
    """What is on the disk of one store: entries, timers and the changelog's position, each kept for itself as RocksDB does."""

    entries: dict[bytes, bytes] = field(default_factory=dict)
    timers: set[tuple[int, bytes]] = field(default_factory=set)
    position: int | None = None

    def copy(self) -> Platter:
        return Platter(dict(self.entries), set(self.timers), self.position)


class MemoryStore:
    """See streams.engine.store.Store."""

    def __init__(self, platter: Platter) -> None:
        self._platter: Platter | None = platter

    @property
    def _disk(self) -> Platter:
        assert self._platter is not None, "closed"
        return self._platter

    @property
    def position(self) -> int | None:
        return self._disk.position

    def read(self, keys: Collection[bytes]) -> dict[bytes, Entry]:
        entries = self._disk.entries
        return {key: decode(entries[key]) for key in sorted(keys) if key in entries}

    def apply(self, puts: Mapping[bytes, bytes | None], before: Mapping[bytes, Entry], position: int) -> None:
        disk = self._disk
        for key, raw in puts.items():
            if (old := before.get(key)) is not None and old.due_ms is not None:
                disk.timers.discard((old.due_ms, key))
            if raw is None:
                disk.entries.pop(key, None)
                continue
            disk.entries[key] = bytes(raw)
            if (due := decode(bytes(raw)).due_ms) is not None:
                disk.timers.add((due, key))
        disk.position = position

    def next_due(self) -> int | None:
        return min(self._disk.timers)[0] if self._disk.timers else None

    def due(self, now_ms: int, limit: int) -> list[bytes]:
        return [key for at, key in sorted(self._disk.timers) if at <= now_ms][:limit]

    def count_timers(self) -> int:
        return len(self._disk.timers)

    def close(self) -> None:
        self._platter = None


class MemoryDisk:
    """Implements `ports.Disk` for one machine."""

    def __init__(self) -> None:
        self.platters: dict[int, Platter] = {}
        self.aside: list[Platter] = []

    async def open(self, partition: int) -> Any:
        return MemoryStore(self.platters.setdefault(partition, Platter()))

    def set_aside(self, partition: int) -> str:
        self.aside.append(self.platters.pop(partition))
        return f"{partition}.aside"
