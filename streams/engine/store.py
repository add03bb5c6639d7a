"""A partition's state: RocksDB with two column families, `entries` by key and `timers` by due instant.

On disk an entry is its due instant (8 bytes, big-endian ms, 0 for none) and then the value; a timer is the due instant and then
the key, so that "what is due" is a range scan from the start. The changelog's record values are the entries as they are on disk.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch

from streams.engine.types import Entry

_DUE = struct.Struct(">Q")
_NONE = _DUE.pack(0)
POSITION = b"changelog-position"
_MB = 1024 * 1024
_CACHE = Cache(128 * _MB)  # shared by all stores of the process


def encode(entry: Entry) -> bytes:
    return (_DUE.pack(entry.due_ms) if entry.due_ms else _NONE) + entry.value


def unpack_position(raw: bytes) -> int:
    """What stands under POSITION."""
    return int(_DUE.unpack(raw)[0])


def decode(raw: bytes) -> Entry:
    due: int = _DUE.unpack_from(raw)[0]
    return Entry(raw[8:], due or None)


def layout(write_buffer: int = _MB) -> Options:
    """How a store, or one of its families, is laid out; the write buffer in bytes."""
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.create_missing_column_families(True)
    options.set_write_buffer_size(write_buffer)
    options.set_max_write_buffer_number(3)
    options.set_max_total_wal_size(64 * _MB)
    options.set_keep_log_file_num(2)
    options.set_max_open_files(256)
    table = BlockBasedOptions()
    table.set_block_cache(_CACHE)
    table.set_bloom_filter(10, False)
    table.set_cache_index_and_filter_blocks(True)
    options.set_block_based_table_factory(table)
    return options


class Store:
    """One partition's entries and timers on this machine's disk.

    `position`: the changelog offset up to which it is complete, None when new. It holds nothing that the changelog does not: lost, it is
    built again; behind, it is caught up. That is why it need outlive a crash of the process only, not one of the machine.

    One owner, one thread at a time (`read` alone may run beside the owner in a thread). What blocks: every call reads or writes the disk,
    for microseconds where it is in memory, for as long as the disk takes where not. What raises: RocksDB's bare `Exception`, on a damaged
    or full disk; then nothing of the call has happened, and the process ends. What a crash leaves: whole calls of `apply`.
    """

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True, exist_ok=True)
        families = {"entries": layout(16 * _MB), "timers": layout(4 * _MB)}
        self._db = Rdict(str(path), layout(), column_families=families)
        self._entries = self._db.get_column_family("entries")
        self._timers = self._db.get_column_family("timers")
        self._entries_cf = self._db.get_column_family_handle("entries")
        self._timers_cf = self._db.get_column_family_handle("timers")
        raw = self._db.get(POSITION)
        self.position: int | None = None if raw is None else unpack_position(raw)
        self._scan_from = b"\0"  # timers before it are fired: do not walk over their tombstones again
        self._next_due: int | None = None
        self._next_known = False

    def read(self, keys: Collection[bytes]) -> dict[bytes, Entry]:
        """The entries that exist, by key."""
        wanted: list[Any] = sorted(keys)  # RocksDB finds and writes neighbours a fifth to a third faster
        values: list[bytes | None] = cast("list[bytes | None]", self._entries.get(wanted)) if wanted else []
        return {key: decode(raw) for key, raw in zip(wanted, values, strict=True) if raw is not None}

    def apply(self, puts: Mapping[bytes, bytes | None], before: Mapping[bytes, Entry], position: int) -> None:
        """Write encoded entries (None removes one), their timers and the changelog's position at once, or nothing of it.

        `before` must have the entries that are replaced: their timers go.
        """
        batch = WriteBatch(raw_mode=True)
        put, delete, entries, timers = batch.put, batch.delete, self._entries_cf, self._timers_cf
        for key in sorted(puts):
            raw, old = puts[key], before.get(key)
            due = _NONE if raw is None else raw[:8]
            was = _NONE if old is None or old.due_ms is None else _DUE.pack(old.due_ms)
            if raw is None:
                delete(key, entries)
            else:
                put(key, raw, entries)
            if was == due:
                continue
            if was != _NONE:
                delete(was + key, timers)
            if due != _NONE:
                timer = due + key
                put(timer, b"", timers)
                self._scan_from = min(self._scan_from, timer)
        put(POSITION, _DUE.pack(position))
        self._db.write(batch)
        self.position = position
        self._next_known = False

    def next_due(self) -> int | None:
        """The earliest due instant, ms since the epoch; None when no timer waits."""
        if not self._next_known:
            iterator = self._timers.iter()
            iterator.seek(self._scan_from)
            self._next_due = None
            if iterator.valid():
                first: bytes = iterator.key()
                self._scan_from = first
                self._next_due = _DUE.unpack_from(first)[0]
            self._next_known = True
        return self._next_due

    def due(self, now_ms: int, limit: int) -> list[bytes]:
        """At most `limit` keys whose instant has come, oldest first."""
        if (first := self.next_due()) is None or first > now_ms:
            return []
        found: list[bytes] = []
        iterator = self._timers.iter()
        iterator.seek(self._scan_from)
        while len(found) < limit and iterator.valid():
            timer: bytes = iterator.key()
            if _DUE.unpack_from(timer)[0] > now_ms:
                break
            found.append(timer[8:])
            iterator.next()
        return found

    def count_timers(self) -> int:
        """About how many entries wait for a timer (RocksDB's estimate)."""
        return int(self._timers.property_int_value("rocksdb.estimate-num-keys") or 0)

    def close(self) -> None:
        """Release the lock too: RocksDB stays open as long as any handle of it is."""
        for handle in (self._entries, self._timers, self._db):
            handle.close()
        del self._entries, self._timers, self._entries_cf, self._timers_cf, self._db


class StoreLocked(RuntimeError):
    """Another process has the store open."""


def open_store(path: Path) -> Store:
    """Raises StoreLocked while another process has it open."""
    try:
        return Store(path)
    except Exception as error:  # rocksdict raises bare Exception
        if "lock" in str(error).lower():
            raise StoreLocked(str(path)) from error
        raise
