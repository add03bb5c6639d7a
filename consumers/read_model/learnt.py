"""What there was to learn from: triage's decisions beside the guesses of the models that made them, and citizens' corrections."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consumers.read_model.reading import Reader

Json = dict[str, Any]

_DECIDED = """
from timeline t join petition p using (petition_id)
where t.type = 'assigned' and t.data->'actor'->>'role' = 'triage' and t.at > %(since)s and p.classification is not null
"""
_GUESSED, _FOUND = "p.classification->>'category'", "t.data->'case'->>'category'"
_MODELS = f"""
select p.classification->>'model_version' as model, min(p.received_at) as first_seen, count(*) as decided,
       count(*) filter (where {_GUESSED} = {_FOUND}) as confirmed
{_DECIDED} group by 1 order by 2
"""
_MISTAKES = f"""
select {_GUESSED} as guessed, {_FOUND} as decided, count(*) as number
{_DECIDED} and {_GUESSED} <> {_FOUND} group by 1, 2 order by 3 desc, 1, 2 limit %(most)s
"""
_CORRECTED = "select count(*) as number from timeline where type = 'corrected' and at > %(since)s"


async def models(reader: Reader, since: datetime) -> list[Json]:
    """By model, the oldest first: since when its guesses came, how many triage has decided, how many first guesses it confirmed."""
    return await reader.rows(_MODELS, {"since": since})


async def mistakes(reader: Reader, since: datetime, most: int) -> list[Json]:
    """What was guessed and what it was, the most frequent first."""
    return await reader.rows(_MISTAKES, {"since": since, "most": most})


async def corrections(reader: Reader, since: datetime) -> int:
    """How often citizens have said that category or place is wrong."""
    (row,) = await reader.rows(_CORRECTED, {"since": since})
    return int(row["number"])
