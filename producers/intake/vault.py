"""The petitioner's contact: sealed before it leaves the process, erased by deleting a key.

Each petition has its own random key (AES-256-GCM) in the table `contact_key`. The key is stored before the event is published, so
no event ever carries a contact that nobody can open. Deleting the key erases the contact from every topic, copy and backup.
Form of a sealed contact: `v1.` and base64url of nonce (12 bytes), ciphertext and tag; the petition id is bound in as associated
data.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from producers.intake.requests import Contact
from schemas.events.contacts import NONCE, PREFIX, open_contact
from schemas.platform.pools import still_open_now

# The row stays after an erasure (`key` is null then), so that a late repeat of the petition cannot bring the contact back.
STORE_KEY = """
insert into contact_key (petition_id, key, phone) values (%s, %s, %s)
on conflict (petition_id) do update set petition_id = excluded.petition_id
returning key
"""
# In the order of their ids, so that two who store many at once do not wait for each other for ever.
STORE_KEYS = """
insert into contact_key (petition_id, key, phone) select * from unnest(%s::text[], %s::bytea[], %s::bytea[]) order by 1
on conflict (petition_id) do update set petition_id = excluded.petition_id
returning petition_id, key
"""
READ_KEY = "select key from contact_key where petition_id = %s"
ERASE_KEY = "update contact_key set key = null, phone = null where petition_id = %s and key is not null"


class VaultUnavailable(Exception):
    """The keys cannot be reached; the petition was not published."""


class NoVault(Exception):
    """A contact was given to a producer that cannot seal it."""

    def __init__(self) -> None:
        super().__init__("a contact can only be taken with a vault: its key must be stored before the petition is published")


class Erased(Exception):
    """The contact was erased, or this petition never had one."""


class Vault(Protocol):
    """Keys by petition for callers that may block."""

    def key_for(self, petition_id: str) -> bytes | None:
        """The petition's key, made and stored if there is none; None when it was erased."""
        ...


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def seal(key: bytes, petition_id: str, contact: Contact) -> str:
    nonce = secrets.token_bytes(NONCE)
    data = contact.model_dump_json(exclude_none=True).encode()
    sealed = AESGCM(key).encrypt(nonce, data, petition_id.encode())
    return PREFIX + base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(key: bytes, petition_id: str, sealed: str) -> Contact:
    """Open a sealed contact; raise ValueError when key, petition or text do not belong together."""
    return Contact.model_validate_json(open_contact(key, petition_id, sealed))


class PostgresVault:
    """For libraries and tools: blocks, one small pool of connections."""

    def __init__(self, database_url: str) -> None:
        self._pool = ConnectionPool(
            database_url, min_size=0, max_size=4, open=True, timeout=3, check=still_open_now, kwargs={"autocommit": True}
        )

    def key_for(self, petition_id: str) -> bytes | None:
        return self._one(STORE_KEY, petition_id, new_key(), None)

    def keys_for(self, phones: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
        """The same for many petitions at once. `phones`: by petition, the mark of its contact's number, as for `AsyncVault.key_for`."""
        rows = (list(phones), [new_key() for _ in phones], list(phones.values()))
        return {petition_id: None if key is None else bytes(key) for petition_id, key in self._all(STORE_KEYS, rows)}

    def read(self, petition_id: str) -> bytes:
        """The key of a petition; raise Erased when there is none."""
        key = self._one(READ_KEY, petition_id)
        if key is None:
            raise Erased(petition_id)
        return key

    def erase(self, petition_id: str) -> bool:
        """Delete the key; False when there was none. The contact is gone everywhere from this moment on; what else is erased and what keeps
        it so after a restore: consumers/read_model/forgetting.py."""
        return self._changed(ERASE_KEY, petition_id)

    def close(self) -> None:
        self._pool.close()

    def _changed(self, query: str, petition_id: str) -> bool:
        try:
            with self._pool.connection() as connection:
                return connection.execute(query, (petition_id,)).rowcount > 0
        except (psycopg.OperationalError, TimeoutError) as error:
            raise VaultUnavailable(str(error)) from error

    def _one(self, query: str, *values: Any) -> bytes | None:
        row = next(iter(self._all(query, values)), None)
        return None if row is None or row[0] is None else bytes(row[0])

    def _all(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        try:
            with self._pool.connection() as connection:
                return connection.execute(query, values).fetchall()
        except (psycopg.OperationalError, TimeoutError) as error:
            raise VaultUnavailable(str(error)) from error


class AsyncVault:
    """The same for the event loop, on a pool that belongs to the caller."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def key_for(self, petition_id: str, phone: bytes | None = None) -> bytes | None:
        """The petition's key, made and stored if there is none; None when it was erased. `phone`: the mark of its contact's number
        (`schemas.events.phones`), by which the hotline finds it for a caller."""
        return await self._one(STORE_KEY, petition_id, new_key(), phone)

    async def read(self, petition_id: str) -> bytes | None:
        """The petition's key; None when there is none or it was erased."""
        return await self._one(READ_KEY, petition_id)

    async def _one(self, query: str, *values: Any) -> bytes | None:
        try:
            async with self._pool.connection() as connection:
                row = await (await connection.execute(query, values)).fetchone()
        except (psycopg.OperationalError, TimeoutError) as error:
            raise VaultUnavailable(str(error)) from error
        return None if row is None or row[0] is None else bytes(row[0])
