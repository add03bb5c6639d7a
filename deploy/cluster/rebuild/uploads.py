"""Uploaded files against the record and the store: what the record names and the table does not know, as after a restore of the database
alone, gets its row again; what nobody knows is removed.

A file has a row before it has bytes, and loses it after them: what lay in the store before the table was read and has no row there is
either named by the record or is left over.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from deploy.cluster.backup.erasures import noted
from deploy.cluster.kafka import administering
from deploy.cluster.migrate import connected
from deploy.cluster.reading import partitions_of, reading, spans
from deploy.cluster.rebuild.difference import Difference
from deploy.cluster.site import Site
from deploy.errors import Failed, Unreachable
from producers.files.directory import private_folder
from producers.files.kinds import Refused, content_of
from producers.files.settings import FileSettings
from producers.files.store import WHOLE, Store, StoreAway, is_here, store_of
from schemas.commands.progress import Progress
from schemas.events.sealing import sealing
from schemas.events.topics import EVENTS
from schemas.platform.settings import KeyringSettings

if TYPE_CHECKING:
    import psycopg

Named = dict[str, tuple[str, dict[str, Any]]]
"""By file: whose it is, and its reference."""
_PATH = re.compile(rb'"sealed":"v1\.([0-9a-f]+)\.')
_ROWS = "select file_id, petition_id from file"
_TAKE_UP = """
insert into file (file_id, token_hash, length, received, status, kind, media_type, size, sha256, petition_id)
values (%(id)s, '', %(size)s, %(size)s, 'ready', %(kind)s, %(media_type)s, %(size)s, %(sha256)s, %(petition_id)s) on conflict do nothing
"""
_GIVE = "update file set petition_id = %s, uploader = null where file_id = %s and petition_id is null"


def rebuild(site: Site, progress: Progress) -> list[Difference]:
    """Roles may go on. `missing`: rows that are there again; `wrong`: rows that are their petition's again; `surplus`: files removed.

    Raises Unreachable, also where the store is not here, NoKeyring, and Failed for a keyring that does not open the record.
    """
    settings = site.read(FileSettings)
    if not is_here(settings):
        raise Unreachable(f"{settings.files_dir} is not where uploaded files lie: give FILES_DIR")
    store = store_of(settings)
    try:
        stored = asyncio.run(store.ids())
        with connected(site.database_url, autocommit=True) as connection:
            return [_mend(settings, store, stored, connection, _named(site, progress))]
    except StoreAway as error:
        raise Unreachable(f"the store of uploaded files does not answer: {error}") from error


def _mend(settings: FileSettings, store: Store, stored: set[str], connection: psycopg.Connection[Any], named: Named) -> Difference:
    rows: dict[str, str | None] = dict(connection.execute(_ROWS).fetchall())
    missing = [file_id for file_id in sorted(stored - rows.keys()) if file_id in named]
    surplus = sorted(stored - rows.keys() - named.keys())
    unowned = [file_id for file_id in named if file_id in rows and rows[file_id] is None]
    for file_id in missing:
        petition_id, reference = named[file_id]
        media_type = asyncio.run(_media_type(settings, store, file_id))
        connection.execute(_TAKE_UP, {**reference, "petition_id": petition_id, "media_type": media_type})
    for file_id in unowned:
        connection.execute(_GIVE, (named[file_id][0], file_id))
    for file_id in surplus:
        asyncio.run(store.remove(file_id))
    return Difference("uploaded files", len(rows.keys() | stored), len(missing), len(unowned), len(surplus))


async def _media_type(settings: FileSettings, store: Store, file_id: str) -> str:
    path = private_folder(private_folder(settings.files_dir) / "arriving") / "rebuild"
    with path.open("wb") as file:
        async for chunk in store.read(file_id, WHOLE):
            file.write(chunk)
    try:
        return content_of(path, settings).media_type
    except Refused:
        return "application/octet-stream"
    finally:
        path.unlink()


def _named(site: Site, progress: Progress) -> Named:
    """What the record names; nothing of who was forgotten."""
    named: Named = {}
    read = _Opener(site)
    with administering(site.settings) as admin, reading(site.settings) as reader:
        found = spans(admin, partitions_of(admin, [EVENTS.name]))
        with progress("events", sum(end - begin for begin, end in found.values())) as advance:
            for tp, span in found.items():
                for batch in reader.between(tp, *span):
                    advance(len(batch))
                    for record in batch:
                        named |= dict(references(read.event(record.value or b"{}")))
    return named


class _Opener:
    """Opens events. What cannot be opened though nobody asked for that is another deployment's: then every file would seem left over."""

    def __init__(self, site: Site) -> None:
        self._open = sealing(site.read(KeyringSettings)).open_value
        self._forgotten = {one.path.encode() for one in noted(site).values() if one.path}

    def event(self, value: bytes) -> Any:
        opened = self._open(value)
        if b'"sealed":null' in opened and not self._forgotten.issuperset(_PATH.findall(value)):
            raise Failed("the keyring does not open this record: nothing was changed")
        return msgspec.json.decode(opened)


def references(event: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, dict[str, Any]]]]:
    """File, and whose it is with its reference: what a follower added is the follower's, a public answer the leader's."""
    own = event.get("petition_id", "")
    for whose, files in (
        (own, (event.get("petition") or {}).get("files")),
        (event.get("follower") or own, event.get("files")),
        (event.get("leader") or own, (event.get("detail") or {}).get("files")),
    ):
        yield from ((one["id"], (whose, one)) for one in files or ())
