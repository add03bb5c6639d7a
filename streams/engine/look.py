"""Looking into a store that another process may have open: read only, as it stood when it was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rocksdict import AccessType, Rdict

from streams.engine.store import POSITION, layout, unpack_position


class UnreadableStore(RuntimeError):
    """There is no store, or it is damaged."""


class Look:
    """A store's content. `position`: the changelog offset up to which it is complete, None when it is empty."""

    def __init__(self, db: Any) -> None:
        raw = db.get(POSITION)
        self.position = None if raw is None else unpack_position(raw)
        self._families = {name: db.get_column_family(name) for name in ("entries", "timers")}

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Key and entry as it is on disk (see store.py), by key."""
        yield from self._families["entries"].items()

    def timers(self) -> Iterator[bytes]:
        """Due instant and key, the earliest first."""
        yield from self._families["timers"].keys()

    def close(self) -> None:
        for family in self._families.values():
            family.close()


@contextmanager
def looking(path: Path) -> Iterator[Look]:
    """The store in that directory. Raises UnreadableStore."""
    if not (path / "CURRENT").exists():
        raise UnreadableStore(f"{path}: there is no store")
    try:
        db = Rdict(str(path), layout(), column_families={"entries": layout(), "timers": layout()}, access_type=AccessType.read_only())
    except Exception as error:  # rocksdict raises bare Exception
        raise UnreadableStore(f"{path}: {error}") from error
    look = Look(db)
    try:
        yield look
    finally:
        look.close()
        db.close()
