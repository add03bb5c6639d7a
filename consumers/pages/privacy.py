"""What the page on privacy says: each place where something of people may stand, from the catalogues of topics and tables."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from schemas.events.topics import CHANNEL_PREFIX, DAY_MS, OFFICE_PREFIX, QUEUE_PREFIX, Topic, all_topics
from schemas.reference.texts import Language

_FAMILIES = {QUEUE_PREFIX: "<office>", OFFICE_PREFIX: "<office>", CHANNEL_PREFIX: "<channel>"}
_AT_MOST = 90
"""INTAKE_RETENTION_DAYS is no more."""


def places() -> list[dict[str, Any]]:
    """The entries of privacy.toml."""
    found = tomllib.loads(resources.files(__package__).joinpath("privacy.toml").read_text(encoding="utf-8"))
    return list(found["place"])


def where(topic: Topic) -> str:
    """By which name the page calls a topic: those of all offices, or of all channels, are one place."""
    return next((prefix + whose for prefix, whose in _FAMILIES.items() if topic.name.startswith(prefix)), topic.name)


def privacy_data(lang: Language, tiles: str = "") -> dict[str, Any]:
    """`days`: after so many it is gone; 0: kept as long as the record. `tiles`: the host of the map's tiles, if there is one."""
    days = {where(topic): _days(topic) for topic in all_topics()}
    listed = [
        {"where": one["where"], "form": one["form"], "what": one["what"][lang], "days": days.get(one["where"], one.get("days"))}
        for one in places()
    ]
    return {"places": listed, "tiles": tiles.partition("://")[2]}


def _days(topic: Topic) -> int:
    """A day more than the retention: Kafka deletes by the segment, and a segment is a day."""
    if topic.retention_ms is None:
        return _AT_MOST + 1
    return 0 if topic.compacted or topic.retention_ms < 0 else topic.retention_ms // DAY_MS + 1
