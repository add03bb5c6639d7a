"""Who is to be told: receivers in PostgreSQL, through anybody's synchronous connection. Citizens subscribe, confirm and leave; endpoints of
offices and channels are added by command."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from consumers.notifier import addresses, signing
from consumers.notifier.addresses import Keys

Connection = psycopg.Connection[Any]
AT_MOST = 6
"""Receivers of a petition."""
UNCONFIRMED_A_DAY = 3
"""Questions whether an address is its giver's, to one address: nobody is pestered with them."""
_MINE = "select count(*) from notice_receiver where holder_kind = 'citizen' and holder = %s and address_hash <> %s"
_PESTERED = """
select count(*) from notice_receiver where address_hash = %s and state = 'waiting' and created_at > now() - interval '1 day'
"""
_SUBSCRIBE = """
insert into notice_receiver (id, holder_kind, holder, medium, address, address_hash, key_path, language, wants, state)
values (%s, 'citizen', %s, %s, %s, %s, %s, %s, %s, %s) on conflict (holder, medium, address_hash) where address_hash is not null
do update set wants = excluded.wants, language = excluded.language returning id
"""
_LEAVE = "delete from notice_receiver where id = %s and holder_kind in ('citizen', 'person', 'place')"
_OF_PETITION = "select medium, state, wants from notice_receiver where holder_kind = 'citizen' and holder = %s order by created_at"
_CONFIRM = """
insert into notice_delivery (receiver, petition_id, event_id, type, seq, at, due_at)
values (%s, %s, %s, 'confirm', 0, now(), %s) on conflict (receiver, event_id) do nothing
"""


class TooMany(Exception):
    """The petition has as many receivers as it may, or the address has been asked for too many confirmations."""


class Erased(Exception):
    """The petition was forgotten: nobody is told of it any more."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A citizen's wish. `address`: of a browser its subscription, as JSON; `code`: his tracking code where he gave it, for links that only
    he gets; `thread`: the mail that he wrote, which ours answer."""

    petition_id: str
    key_path: str
    medium: str
    address: str
    notices: frozenset[str]
    language: str = "vi"
    code: str | None = None
    thread: str | None = None


Sealer = Callable[..., str]
"""`subscribe` with keys and secrets already given."""


def subscribe(
    keys: Keys, named: Sequence[bytes], connection: Connection, wanted: Wanted, *, confirmed: bool = False, due: datetime | None = None
) -> str:
    """The receiver's id. `named`: the deployment's secrets. Not confirmed: its confirmation is the first thing sent there, not before
    `due`; said twice it is one wish. Raises TooMany, Erased."""
    hashed = signing.address_hash(named, wanted.medium, wanted.address)
    with connection.transaction():
        _not_too_many(connection, wanted.petition_id, hashed, confirmed=confirmed)
        receiver = secrets.token_hex(12)
        opened = {"address": wanted.address, "code": wanted.code, "thread": wanted.thread}
        sealed = addresses.seal(keys, wanted.key_path, hashed, opened)
        if sealed is None:
            raise Erased(wanted.petition_id)
        state = "active" if confirmed else "waiting"
        row = (receiver, wanted.petition_id, wanted.medium, sealed, hashed, wanted.key_path, wanted.language, sorted(wanted.notices), state)
        found = connection.execute(_SUBSCRIBE, row).fetchone()
        receiver = str(found[0]) if found else receiver
        if not confirmed:
            ask(connection, receiver, wanted.petition_id, due or datetime.now(UTC))
    return receiver


def ask(connection: Connection, receiver: str, petition_id: str | None, due: datetime) -> None:
    """The question whether the address is his goes to this receiver, not before `due`; once."""
    connection.execute(_CONFIRM, (receiver, petition_id, f"confirm-{receiver}", due))


def asked_lately(connection: Connection, hashed: str) -> int:
    """To how many questions of the last day nobody has answered at this address."""
    row = connection.execute(_PESTERED, (hashed,)).fetchone()
    return int(row[0]) if row else 0


def _not_too_many(connection: Connection, petition_id: str, hashed: str, *, confirmed: bool) -> None:
    row = connection.execute(_MINE, (petition_id, hashed)).fetchone()
    if (row and row[0] >= AT_MOST) or (not confirmed and asked_lately(connection, hashed) >= UNCONFIRMED_A_DAY):
        raise TooMany(petition_id)


def confirm(connection: Connection, receiver: str) -> bool:
    """The address is its citizen's; False when there is no such wish."""
    return connection.execute("update notice_receiver set state = 'active' where id = %s", (receiver,)).rowcount > 0


def leave(connection: Connection, receiver: str) -> bool:
    """Nothing is sent there any more, what waits included; False when nobody was there."""
    return connection.execute(_LEAVE, (receiver,)).rowcount > 0


def forget_addresses(connection: Connection, petition_id: str) -> int:
    """Erase every address of this petition's citizen and all that waits to be told of it, to whomever; how many addresses that were."""
    gone = connection.execute("delete from notice_receiver where holder_kind = 'citizen' and holder = %s", (petition_id,)).rowcount
    connection.execute("delete from notice_delivery where petition_id = %s and type <> 'forgotten'", (petition_id,))
    return gone


def of_petition(connection: Connection, petition_id: str) -> list[dict[str, Any]]:
    """Its receivers without their addresses: medium, state, wants."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(_OF_PETITION, (petition_id,)).fetchall()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Of an office or channel; `version` of its secret."""

    id: str
    holder_kind: str
    holder: str
    url: str
    wants: list[str]
    version: int
    created_at: datetime


_ENDPOINT = "id, holder_kind, holder, url, wants, secret, created_at"
_ADD = f"""
insert into notice_receiver (id, holder_kind, holder, medium, url, wants, state)
values (%s, %s, %s, 'webhook', %s, %s, 'active') returning {_ENDPOINT}
"""  # noqa: S608 — constants


def add_endpoint(connection: Connection, holder_kind: str, holder: str, url: str, wants: list[str]) -> Endpoint:
    """Raise psycopg.errors.UniqueViolation when it is there already."""
    row = connection.execute(_ADD, (secrets.token_hex(12), holder_kind, holder, url, wants)).fetchone()
    assert row is not None
    return Endpoint(*row)


def endpoints(connection: Connection) -> list[Endpoint]:
    rows = connection.execute(f"select {_ENDPOINT} from notice_receiver where medium = 'webhook' order by holder_kind, holder, created_at")  # noqa: S608
    return [Endpoint(*row) for row in rows]


def remove_endpoint(connection: Connection, receiver: str) -> bool:
    return connection.execute("delete from notice_receiver where id = %s and medium = 'webhook'", (receiver,)).rowcount > 0


def rotate(connection: Connection, receiver: str, overlap: timedelta) -> int | None:
    """The version of the new secret; until the overlap has passed, both sign. None when there is no such endpoint."""
    row = connection.execute(
        "update notice_receiver set secret = secret + 1, secret_until = now() + %s where id = %s and medium = 'webhook' returning secret",
        (overlap, receiver),
    ).fetchone()
    return int(row[0]) if row else None
