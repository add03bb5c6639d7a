"""The right to be forgotten, for files: `erase_files` is all that `petitions forget` has to call."""

from __future__ import annotations

import asyncio

import psycopg

from producers.files.register import FORGET
from producers.files.settings import FileSettings
from producers.files.store import StoreAway, is_here, store_of


def erase_files(petition_id: str, settings: FileSettings) -> int:
    """Erase every file that the petition, its notes and its answers have, bytes first; how many there were.

    A row goes only after its bytes, so whoever is interrupted calls again. Raise StoreAway, psycopg.OperationalError.
    """
    store = store_of(settings)
    with psycopg.connect(settings.database_url.get_secret_value(), autocommit=True, connect_timeout=10) as table:
        ids = [str(row[0]) for row in table.execute("select file_id from file where petition_id = %s", (petition_id,))]
        if ids and not is_here(settings):
            raise StoreAway("there are files of this petition, and FILES_DIR is not where they lie: nothing was deleted")
        for file_id in ids:
            asyncio.run(store.remove(file_id))
            table.execute(FORGET, (file_id,))
    return len(ids)
