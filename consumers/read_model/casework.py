"""What is looked up beside one case: its like, proposals to merge, notes in which somebody is mentioned, what is late."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from consumers.read_model.reading import Reader
from schemas.events.lateness import LATE_SQL

Json = dict[str, Any]

_TEMPLATES = "select name, text, updated_at, updated_by from reply_template where office = %s order by name"

# Whoever looks at a case wants to know what is near it in matter and place. The role `incidents` keeps just that of each petition.
_NEAR = """
select o.petition_id, o.received_at, o.lat, o.long, m.lat as own_lat, m.long as own_long,
       (select count(*) from unnest(m.terms) as term where term = any(o.terms))::float
           / greatest(1, least(cardinality(m.terms), cardinality(o.terms))) as alike,
       (m.numbers && o.numbers and m.names && o.names) as same_spot,
       p.view as case, p.petition, a.data as answer
from incident_petition m
join lateral (
    select * from incident_petition o
    where o.category = m.category and o.ward_code = m.ward_code and o.petition_id <> m.petition_id
    order by o.received_at desc limit %(most)s
) o on true
join petition p on p.petition_id = o.petition_id
left join lateral (
    select data from timeline where petition_id = o.petition_id and type = 'answered' order by seq desc limit 1
) a on true
where m.petition_id = %(petition_id)s
"""
_NEAR_AT_MOST = 200

# A proposal is open until one of the two is merged or gone, or somebody has said that they are not the same.
_PROPOSED = """
select t.petition_id, t.data->>'into' as into, t.data, t.at,
       p.view as case, p.petition, l.view as leader_case, l.petition as leader_petition
from timeline t
join petition p on p.petition_id = t.petition_id and p.state = any(%(work)s)
join petition l on l.petition_id = t.data->>'into' and l.state = any(%(work)s)
where t.type = 'merge-proposed' and (%(offices)s::text[] is null or p.queue_office = any(%(offices)s))
  and not exists (
    select from timeline d where d.petition_id = t.petition_id and d.type = 'merge-declined' and d.data->>'into' = t.data->>'into'
  )
order by t.at desc limit %(most)s
"""
_MENTIONS = """
select t.petition_id, t.at, t.data, p.view as case, p.petition from timeline t join petition p on p.petition_id = t.petition_id
where t.type = 'noted' and t.at > %(since)s and (t.data->'mentions')::jsonb ? %(person)s
order by t.at desc limit %(most)s
"""
# In order of the next deadline; whoever stands above an office sees its cases, too.
_LATE = f"""
select petition_id, seq, view as "case", petition from petition
where queue_office = any(%(offices)s) and (({LATE_SQL}) or due < %(until)s)
order by urgency, due, petition_id limit %(most)s
"""  # noqa: S608 -- a constant of ours
# What an office must decide bindingly, and what has risen to it; with every event in which somebody handed the case on and said why.
_DECISIONS = """
select p.petition_id, p.seq, p.view as case, p.petition, m.moves from petition p
cross join lateral (
    select coalesce(json_agg(json_build_object('type', t.type, 'at', t.at, 'data', t.data) order by t.seq), '[]') as moves
    from timeline t where t.petition_id = p.petition_id and t.type = any(%(moving)s)
) m
where p.decider = %(office)s or p.escalated_to = %(office)s
order by p.decider is distinct from %(office)s, p.urgency, p.due, p.petition_id limit %(most)s
"""
MOVES = ("assigned", "transferred", "decision-required", "urged")


@dataclass(frozen=True, slots=True)
class Proposal:
    """`petition_id` may be the same matter as `into`; both as the read model has them."""

    petition_id: str
    into: str
    at: datetime
    data: Json
    case: Json
    petition: Json | None
    leader_case: Json
    leader_petition: Json | None


async def templates(reader: Reader, office: str) -> list[Json]:
    """Name, text, when and by whom it was changed last."""
    return await reader.rows(_TEMPLATES, (office,))


async def near(reader: Reader, petition_id: str) -> list[Json]:
    """Newer petitions first, of the same category in the same ward."""
    return await reader.rows(_NEAR, {"petition_id": petition_id, "most": _NEAR_AT_MOST})


async def proposals(reader: Reader, offices: Collection[str] | None, work: Collection[str], most: int) -> list[Proposal]:
    """Open ones, the newest first; of these offices' cases, of all when None. `work`: states in which a case can be merged."""
    values = {"offices": None if offices is None else list(offices), "work": list(work), "most": most}
    return [Proposal(**row) for row in await reader.rows(_PROPOSED, values)]


async def mentions(reader: Reader, person: str, since: datetime, most: int) -> list[Json]:
    """Notes since then that mention the person, the newest first."""
    return await reader.rows(_MENTIONS, {"person": person, "since": since, "most": most})


async def late(reader: Reader, offices: Collection[str], now: datetime, until: datetime, most: int) -> list[Json]:
    """Cases of these offices that are late at `now`, or due before `until`."""
    return await reader.rows(_LATE, {"offices": list(offices), "now": now, "until": until, "most": most})


async def decisions(reader: Reader, office: str, most: int) -> list[Json]:
    """Cases that wait for the office's decision, then those that have risen to it, each with its `moves`."""
    return await reader.rows(_DECISIONS, {"office": office, "moving": list(MOVES), "most": most})
