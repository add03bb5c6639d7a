"""Who follows which place: receivers of the kind `place`, through anybody's synchronous connection.

An address is sealed under a key that follows from the deployment's oldest secret: there is no petition whose key could be taken. Who
does not confirm within a day, or leaves, is deleted."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from consumers.notifier import addresses, book, signing
from consumers.notifier.addresses import SecretKeys
from consumers.notifier.places.place import Place
from schemas.reference.texts import Language

Connection = psycopg.Connection[Any]
AT_MOST = 10
"""Places that an address may follow."""
_PATH = "place"
_IN_TURN = "select pg_advisory_xact_lock(hashtext(%s))"
_FOLLOWED = "select count(*) from notice_receiver where holder_kind = 'place' and address_hash = %s"
_FOLLOW = """
insert into notice_receiver (id, holder_kind, holder, medium, address, address_hash, key_path, language, wants, state)
values (%s, 'place', %s, 'email', %s, %s, %s, %s, '{}', 'waiting')
on conflict (holder, medium, address_hash) where address_hash is not null do nothing returning id
"""


@dataclass(frozen=True, slots=True)
class Wish:
    """`address` would follow the place."""

    place: Place
    address: str
    language: Language


def follow(connection: Connection, named: Sequence[bytes], wish: Wish, due: datetime) -> None:
    """The question whether it is his goes to the address, not before `due`; said again it is the same wish, and no second question.
    `named`: the deployment's secrets. Raise book.TooMany."""
    hashed = signing.address_hash(named, "email", wish.address.casefold())
    sealed = addresses.seal(SecretKeys(named[-1]), _PATH, hashed, {"address": wish.address})
    row = (secrets.token_hex(12), wish.place.holder, sealed, hashed, _PATH, wish.language)
    with connection.transaction():
        connection.execute(_IN_TURN, (hashed,))
        added = connection.execute(_FOLLOW, row).fetchone()
        if added is None:
            return
        if _number(connection, hashed) > AT_MOST or book.asked_lately(connection, hashed) > book.UNCONFIRMED_A_DAY:
            raise book.TooMany(wish.place.holder)
        book.ask(connection, added[0], None, due)


def _number(connection: Connection, hashed: str) -> int:
    row = connection.execute(_FOLLOWED, (hashed,)).fetchone()
    return int(row[0]) if row else 0
