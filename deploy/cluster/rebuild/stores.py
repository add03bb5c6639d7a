"""The stages' local stores, made anew from their changelogs beside what is there, compared, and put in its place."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from deploy.cluster.kafka import administering
from deploy.cluster.reading import partitions_of, spans
from deploy.cluster.rebuild.difference import Difference
from deploy.cluster.site import Site
from deploy.errors import Failed
from schemas.commands.progress import Advance, Progress

if TYPE_CHECKING:
    from streams.engine.look import Look
    from streams.engine.positions import Log
    from streams.engine.store import Store


class StoreInUse(Failed):
    """A worker has the store open."""


def rebuild(site: Site, progress: Progress) -> list[Difference]:
    """Every store that lies on this machine. Raises StoreInUse, KafkaUnreachable."""
    from streams.engine.positions import Log
    from streams.topology import TOPOLOGY

    found = []
    for row in TOPOLOGY:
        folder = site.stores / row.stage
        if row.changelog is None or not folder.is_dir():
            continue
        with administering(site.settings) as admin:
            logs = {tp.partition: Log(begin, end) for tp, (begin, end) in spans(admin, partitions_of(admin, [row.changelog.name])).items()}
        here = {number: log for number, log in sorted(logs.items()) if (folder / str(number)).is_dir()}
        for number, log in here.items():
            with progress(f"{row.stage} {number}", log.end - log.begin) as advance:
                found.append(_rebuild(site, folder / str(number), (row.changelog.name, number), log, advance))
    return found


def _rebuild(site: Site, path: Path, of: tuple[str, int], log: Log, advance: Advance) -> Difference:
    """The store that was there is brought up to the same end first: being behind is nothing wrong."""
    new = path.with_name(f"{path.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    _catch_up(site, path, of, log, lambda _done: None)
    _catch_up(site, new, of, log, advance)
    found = difference(f"{path.parent.name} {path.name}", path, new)
    if found.is_none:
        shutil.rmtree(new)
    else:
        _put_aside(path)
        new.rename(path)
    return found


def _catch_up(site: Site, path: Path, of: tuple[str, int], log: Log, advance: Advance) -> None:
    from streams.engine.restore import catch_up, reader

    async def follow() -> None:
        async for records in catch_up(reader(site.settings), store, of, log):
            advance(records)

    store = _opened(path)
    try:
        if (store.position or 0) <= log.end:  # one that is ahead is of another cluster: the difference will say so
            asyncio.run(follow())
    finally:
        store.close()


def _opened(path: Path) -> Store:
    """One that is damaged is put aside, and an empty one takes its place."""
    from streams.engine.store import StoreLocked, open_store

    try:
        return open_store(path)
    except StoreLocked:
        raise StoreInUse(f"{path} is open: stop the worker that has it") from None
    except Exception:  # noqa: BLE001 -- rocksdict raises bare Exception
        _put_aside(path)
        return open_store(path)


def _put_aside(path: Path) -> None:
    path.rename(path.with_name(f"{path.name}.aside-{time.time_ns()}"))


def difference(what: str, old: Path, new: Path) -> Difference:
    """Entries and timers of two stores, read side by side in the order of their keys. Raises UnreadableStore."""
    from streams.engine.look import looking

    with looking(old) as before, looking(new) as after:
        total = missing = wrong = surplus = 0
        for mine, theirs in _side_by_side(_content(before), _content(after)):
            total += theirs is not None
            missing += mine is None
            surplus += theirs is None
            wrong += mine is not None and theirs is not None and mine != theirs
        return Difference(what, total, missing, wrong, surplus)


Pair = tuple[bytes, bytes]


def _content(look: Look) -> Iterator[Pair]:
    """Entries, then timers; each marked by what it is, so that all keys are in order."""
    return chain(((b"e" + key, value) for key, value in look.entries()), ((b"t" + timer, b"") for timer in look.timers()))


def _side_by_side(mine: Iterator[Pair], theirs: Iterator[Pair]) -> Iterator[tuple[Pair | None, Pair | None]]:
    one, other = next(mine, None), next(theirs, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            yield one, None
            one = next(mine, None)
        elif one is None or other[0] < one[0]:
            yield None, other
            other = next(theirs, None)
        else:
            yield one, other
            one, other = next(mine, None), next(theirs, None)
