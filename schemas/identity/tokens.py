"""The table of machines' tokens, for the commands that issue, list, rotate and revoke them. A token is shown once, when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas.platform.credentials import Holder, Kind, digest, new_token

if TYPE_CHECKING:
    from psycopg import Connection

_INSERT = """
insert into machine_token (digest, kind, holder, note, expires_at) values (%s, %s, %s, %s, now() + %s)
returning id, expires_at
"""
_ENROL = "insert into machine_token (digest, kind, holder, from_file) values (%s, %s, %s, true) on conflict do nothing"
_LIST = """
select id, kind, holder, note, from_file, issued_at, expires_at, revoked_at,
       case when revoked_at is not null then 'revoked' when expires_at <= now() then 'expired' else 'valid' end as standing
from machine_token order by kind, holder, issued_at, id
"""
_LIMIT = """
update machine_token set expires_at = least(expires_at, now() + %s)
where id = %s and revoked_at is null and (expires_at is null or expires_at > now())
returning kind, holder, note
"""
_REVOKE = "update machine_token set revoked_at = coalesce(revoked_at, now()) where id = %s returning kind, holder"


class UnknownToken(Exception):
    """There is no token with this id, or none that still holds."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: `token` is known to nobody but who asked for it; `id` names it from now on."""

    token: str
    id: str
    holder: Holder
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of the table; `standing`: valid, expired or revoked. `from_file`: holds as long as it stands in the credentials file, too."""

    id: str
    kind: str
    holder: str
    note: str
    from_file: bool
    issued_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    standing: str


def issue(connection: Connection[Any], holder: Holder, valid: timedelta | None, note: str = "") -> Issued:
    """A new token for the holder; `valid`: None for until it is revoked."""
    token = new_token()
    row = connection.execute(_INSERT, (digest(token), holder.kind, holder.name, note, valid)).fetchone()
    assert row is not None
    return Issued(token, row[0], holder, row[1])


def rotate(connection: Connection[Any], id_: str, valid: timedelta | None, overlap: timedelta) -> Issued:
    """A new token in place of another of the same holder, which goes on for `overlap` at most. Raises UnknownToken."""
    with connection.transaction():
        row = connection.execute(_LIMIT, (overlap, id_)).fetchone()
        if row is None:
            raise UnknownToken(id_)
        return issue(connection, Holder(Kind(row[0]), row[1]), valid, row[2])


def revoke(connection: Connection[Any], id_: str) -> Holder:
    """End the token now; whose it was. Raises UnknownToken."""
    row = connection.execute(_REVOKE, (id_,)).fetchone()
    if row is None:
        raise UnknownToken(id_)
    return Holder(Kind(row[0]), row[1])


def listed(connection: Connection[Any]) -> list[Listed]:
    return [Listed(*row) for row in connection.execute(_LIST)]


def enrol(connection: Connection[Any], holders: Mapping[bytes, Holder]) -> None:
    """Make the credentials file's tokens known by name, so that they can be listed, rotated and revoked; again changes nothing."""
    with connection.cursor() as cursor:
        cursor.executemany(_ENROL, [(key, holder.kind, holder.name) for key, holder in holders.items()])
