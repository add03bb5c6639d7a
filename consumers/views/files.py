"""Which files somebody sees: those that stand in what is shown to him, and whose each of them is. Pure.

So there is no second rule for files: who may see the words of an event may see its files, and who is not shown the one cannot fetch the
other. A public answer's files are its own petition's, whoever follows it; what a follower added is the follower's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from consumers.timeline import TimelineEntry

Json = dict[str, Any]
Details = Callable[[TimelineEntry], Json]


def owners(petition_id: str, given: Iterable[Mapping[str, Any]], entries: Iterable[TimelineEntry], shown: Details) -> dict[str, str]:
    """File id → petition id. `given`: the files shown of the petition itself; `shown`: an entry's details as he sees them."""
    found = {one["id"]: petition_id for one in given}
    for entry in entries:
        found |= dict(_of(entry, shown(entry)))
    return found


def _of(entry: TimelineEntry, details: Json) -> Iterator[tuple[str, str]]:
    own = entry.data["follower"] if entry.what == "follower-informed" else entry.petition_id
    for one in details.get("files") or ():
        yield one["id"], own
    for one in (details.get("detail") or {}).get("files") or ():
        yield one["id"], entry.data["leader"]
