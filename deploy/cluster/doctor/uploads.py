"""Uploaded files: each that is known lies in the store, and nothing else does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from deploy.cluster.doctor.finding import Finding, mind, not_here, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from producers.files.settings import FileSettings
from producers.files.store import is_here, store_of

_ROWS = "select file_id, status from file"


def stored(site: Patient) -> list[Finding]:
    """As many rows as files. Raises StoreAway."""
    settings = site.read(FileSettings)
    if not is_here(settings):
        return [not_here("no uploaded files lie here (FILES_DIR)")]
    store = store_of(settings)
    before = asyncio.run(store.ids())
    rows: dict[str, str] = dict(site.database.execute(_ROWS).fetchall())
    after = asyncio.run(store.ids())
    kept = {file_id for file_id, status in rows.items() if status != "arriving"}
    # A row comes before its bytes and goes after them; one that came or went in between is in one of the two looks.
    return or_fine(_differences(kept - before - after, (before & after) - rows.keys()), f"{len(kept)} files")


def _differences(lost: set[str], left: set[str]) -> Iterator[Finding]:
    if lost:
        yield wrong(f"{len(lost)} files are known and not in the store", "petitions restore BACKUP --key KEY --only uploads")
    if left:
        yield mind(
            f"{len(left)} files lie in the store and nobody knows them, as after a restore of the database",
            "petitions rebuild files: takes up what the record names, removes the rest",
        )
