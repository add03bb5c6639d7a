"""Who wants the digest, of which offices, and where: receivers of the kind `person`, through anybody's synchronous connection.

An address is sealed under a key that follows from the deployment's oldest secret: staff have no petition whose key could be taken. Who
wants it no more is deleted."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

from consumers.notifier import addresses, signing
from consumers.notifier.addresses import SecretKeys
from consumers.notifier.policy import DigestPolicy

Connection = psycopg.Connection[Any]
_MINE = "select address, address_hash, wants from notice_receiver where holder_kind = 'person' and holder = %s"
# The row stays when the address changes: what was told this morning is not told again.
_CHANGE = """
update notice_receiver set address = %(address)s, address_hash = %(hash)s, language = %(language)s,
       wants = (select array_agg(distinct office order by office) from unnest(wants || %(office)s::text) as office)
where holder_kind = 'person' and holder = %(person)s returning id
"""
_ADD = """
insert into notice_receiver (id, holder_kind, holder, medium, address, address_hash, language, wants, state)
values (%(id)s, 'person', %(person)s, 'email', %(address)s, %(hash)s, %(language)s, array[%(office)s::text], 'active')
"""
_LESS = "update notice_receiver set wants = array_remove(wants, %s) where holder_kind = 'person' and holder = %s"
_NONE = "delete from notice_receiver where holder_kind = 'person' and holder = %s and wants = '{}'"


@dataclass(frozen=True, slots=True)
class Wish:
    """Where somebody wants it, and of which offices."""

    address: str
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """`person` wants that of `office`, too; all goes to this address from now on."""

    person: str
    office: str
    address: str
    language: str


def is_taken(address: str, policy: DigestPolicy) -> bool:
    """An address of the city's own, never a citizen's: its domain, or one above it, is among the policy's."""
    domain = address.rpartition("@")[2].lower()
    return any(domain == one or domain.endswith(f".{one}") for one in policy.domains)


def wish_of(connection: Connection, secret: bytes, person: str) -> Wish | None:
    row = connection.execute(_MINE, (person,)).fetchone()
    if row is None:
        return None
    found = addresses.unseal(SecretKeys(secret), "", row[1], row[0])
    return Wish(str(found["address"]) if found else "", tuple(row[2]))


def ask(connection: Connection, secret: bytes, asked: Asked) -> None:
    """From the next morning on that is not over."""
    hashed = signing.address_hash((secret,), "email", asked.address)
    sealed = addresses.seal(SecretKeys(secret), "", hashed, {"address": asked.address})
    given = {**asdict(asked), "address": sealed, "hash": hashed, "id": secrets.token_hex(12)}
    with connection.transaction():
        if connection.execute(_CHANGE, given).fetchone() is None:
            connection.execute(_ADD, given)


def stop(connection: Connection, person: str, office: str) -> None:
    """Of this office no more; of none left, the address goes, too."""
    with connection.transaction():
        connection.execute(_LESS, (office, person))
        connection.execute(_NONE, (person,))
