"""A citizen's earlier petitions, for the office that has just looked at his contact, of its own cases alone.

Nothing is stored that says which petitions are one person's: the office's contacts are opened, one by one, and compared. So what was
erased is not found, and whoever has the database alone learns nothing of the kind.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from psycopg_pool import AsyncConnectionPool

from producers.intake.requests import Contact
from producers.intake.vault import unseal
from schemas.platform.instants import iso
from schemas.reference import TRIAGE_OFFICE

Row = tuple[str, str, str, datetime, str, bytes]

WITHIN = timedelta(days=365)
LOOKED_THROUGH, SHOWN = 2000, 20
"""The newest of the office's petitions; opening so many takes some hundredths of a second."""
_QUERY = """
select p.petition_id, p.state, p.category, p.received_at, p.petition->>'contact_sealed', k.key
from petition p join contact_key k on k.petition_id = p.petition_id and k.key is not null
where {office} and p.petition_id <> %(petition)s and p.received_at > %(since)s and p.petition->>'contact_sealed' is not null
order by p.received_at desc limit %(most)s
"""


async def earlier(pool: AsyncConnectionPool[Any], office: str, petition_id: str, contact: Contact, now: datetime) -> list[dict[str, Any]]:
    """`{petition_id, state, category, received_at}`, the newest first. Raises psycopg.OperationalError, TimeoutError."""
    whose = "p.office is null" if office == TRIAGE_OFFICE else "p.office = %(office)s"
    given = {"office": office, "petition": petition_id, "since": now - WITHIN, "most": LOOKED_THROUGH}
    async with pool.connection() as connection:
        rows = await (await connection.execute(_QUERY.format(office=whose), given)).fetchall()
    return await asyncio.to_thread(_of_the_same, contact, rows)


def _of_the_same(contact: Contact, rows: Iterable[Row]) -> list[dict[str, Any]]:
    found = [
        {"petition_id": id_, "state": state, "category": category, "received_at": iso(received)}
        for id_, state, category, received, sealed, key in rows
        if is_the_same(contact, _opened(bytes(key), id_, sealed))
    ]
    return found[:SHOWN]


def _opened(key: bytes, petition_id: str, sealed: str) -> Contact | None:
    try:
        return unseal(key, petition_id, sealed)
    except ValueError:
        return None  # of another deployment, or damaged: it is nobody's


def is_the_same(one: Contact, other: Contact | None) -> bool:
    """By phone number or address of mail; a name alone is many people's."""
    if other is None:
        return False
    phones, mails = ({_digits(each.phone) for each in (one, other)}, {(each.email or "").casefold() for each in (one, other)})
    return (len(phones) == 1 and phones != {""}) or (len(mails) == 1 and mails != {""})


def _digits(phone: str | None) -> str:
    digits = re.sub(r"\D", "", phone or "")
    return f"0{digits[2:]}" if digits.startswith("84") else digits
