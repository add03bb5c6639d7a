"""A caller's petitions by his number, and the record of who has searched for whom: the one is not to be had without the other."""

from __future__ import annotations

from typing import Any

from consumers.read_model.reading import Reader

# One statement: what cannot be put on record is not answered. A number that no petition has as its contact leaves no mark.
_SEARCH = """
with found as materialized (
    select p.petition_id, p.view, p.received_at from contact_key k join petition p using (petition_id)
    where k.phone = %(phone)s and k.key is not null order by p.received_at desc, p.petition_id limit %(most)s
), noted as (
    insert into number_search (person_id, phone, found)
    select %(person)s, case when count(*) > 0 then %(phone)s::bytea end, count(*) from found
)
select petition_id, view from found order by received_at desc, petition_id
"""
NOBODYS = "phone is not null and not exists (select from contact_key where contact_key.phone = number_search.phone)"
"""Of a search whose number is nobody's contact any more, and whose mark of it goes."""
FORGET_MARKS = f"update number_search set phone = null where {NOBODYS}"  # noqa: S608 — a constant
"""Said again it does nothing more."""
SEARCHES = """
select s.at, p.login, p.name, s.found, s.phone is not null as known from number_search s join person p on p.id = s.person_id
where s.at > now() - make_interval(days => %(days)s) and (%(phone)s::bytea is null or s.phone = %(phone)s) order by s.at desc
"""
"""Who has searched lately, the newest first; `phone`: for this number's mark alone."""


async def of_phone(reader: Reader, phone: bytes, person: str, most: int) -> list[dict[str, Any]]:
    """`{petition_id, view}`, the newest first; that `person` has asked is on record with it. `phone`: the number's mark. Raises one of
    `reading.Away`."""
    return await reader.rows(_SEARCH, {"phone": phone, "person": person, "most": most})
