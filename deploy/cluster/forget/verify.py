"""Is anything of a forgotten petition's words or contact still readable? Reads every topic and every table for it.

Where the clear text passes, or is handed to an office, it goes when the topic's retention says so: until then it is found there, with the
day on which it will be gone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec

from consumers.kafka.records import Record
from consumers.read_model.callers import NOBODYS
from deploy.cluster.kafka import administering
from deploy.cluster.migrate import connected
from deploy.cluster.reading import partitions_of, reading, spans
from deploy.cluster.site import Site
from schemas.events import sealing
from schemas.events.erasures import Forgotten
from schemas.events.topics import DAY_MS, Deployment, Topic, all_topics, config
from schemas.platform import keyring
from schemas.platform.settings import KeyringSettings

_SAID = {*sealing.OF_EVENT, *sealing.PARTS["petition"]} - {"contact_sealed"}
"""On `petitions.intake` a petition's fields stand by themselves; a sealed contact says nothing without its key."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something that can still be read: where, how often, and until when by the topic's retention (None: for ever, a fault)."""

    where: str
    records: int
    until: datetime | None


def left(site: Site, forgotten: Forgotten) -> list[Left]:
    """All that is left of it, faults first. Raises Unreachable, NoKeyring."""
    found = [*left_to_erase(site, forgotten), *_topics(site, forgotten)]
    return sorted(found, key=lambda one: (one.until is not None, one.until or datetime.max.replace(tzinfo=UTC), one.where))


def left_to_erase(site: Site, forgotten: Forgotten) -> list[Left]:
    """What the consumers have not erased yet, in keyring and tables. Raises as `left`."""
    return [*_keys(site, forgotten), *_rows(site, forgotten)]


def _keys(site: Site, forgotten: Forgotten) -> Iterator[Left]:
    if keyring.load(site.read(KeyringSettings).keyring_file).key(forgotten.path) is not None:
        yield Left("the petition's key in the keyring", 1, None)


_QUERIES = {
    "table contact_key": "select count(*) from contact_key where petition_id = %s and (key is not null or phone is not null)",
    "table number_search": f"select count(*) from number_search where {NOBODYS}",  # noqa: S608 — a constant
    "table case_words": "select count(*) from case_words where petition_id = %s and words <> '{}'",
    "table notice_receiver": "select count(*) from notice_receiver where holder_kind = 'citizen' and holder = %s",
    "table file": "select count(*) from file where petition_id = %s",
    "table incident_petition": "select count(*) from incident_petition where petition_id = %s and (lat, long) is not null"
    " or petition_id = %s and cardinality(names) + cardinality(numbers) + cardinality(terms) > 0",
}


def _rows(site: Site, forgotten: Forgotten) -> Iterator[Left]:
    opener = sealing.sealing(site.read(KeyringSettings))
    with connected(site.database_url) as connection:
        for where, query in _QUERIES.items():
            row = connection.execute(query, (forgotten.petition_id,) * query.count("%s")).fetchone()
            if row and row[0]:
                yield Left(where, row[0], None)
        whole = "select petition, classification from petition where petition_id = %s"
        parts = [part for row in connection.execute(whole, (forgotten.petition_id,)) for part in row]
        data = [row[0] for row in connection.execute("select data from timeline where petition_id = %s", (forgotten.petition_id,))]
    readable = {
        "table petition": sum(map(has_words, (opener.open({"petition": part, "classification": part}) for part in parts if part))),
        "table timeline": sum(has_words(opener.open(row)) for row in data),
    }
    yield from (Left(where, number, None) for where, number in readable.items() if number)


def has_words(fields: dict[str, Any]) -> bool:
    """Whether an event or an action, opened, still says what somebody wrote."""
    if any(fields.get(name) for name in _SAID):
        return True
    return any((fields.get(part) or {}).get(name) for part, words in sealing.PARTS.items() for name in words)


def _topics(site: Site, forgotten: Forgotten) -> Iterator[Left]:
    opener = sealing.sealing(site.read(KeyringSettings))
    deployment = Deployment(site.settings.replication, site.settings.intake_retention_days)
    # Compacted ones hold states, positions, erasures: no field of theirs is a word.
    topics = {topic.name: topic for topic in all_topics() if not topic.compacted}
    told: defaultdict[str, list[int]] = defaultdict(list)  # by topic, when each record that tells was written
    with administering(site.settings) as admin, reading(site.settings) as reader:
        for tp, span in spans(admin, partitions_of(admin, topics)).items():
            for record in (one for batch in reader.between(tp, *span) for one in batch):
                if _tells(record, forgotten.petition_id, opener):
                    told[tp.topic].append(record.timestamp)
    yield from (Left(f"topic {name}", len(when), _until(topics[name], deployment, max(when))) for name, when in told.items())


def _tells(record: Record, petition_id: str, opener: sealing.Sealing) -> bool:
    """Whether the record says what this petitioner wrote: under the petition's key, or as a follower's addition under its leader's."""
    value, name = record.value or b"", petition_id.encode()
    if name not in (record.key or b"") and name not in value:
        return False
    try:
        fields = msgspec.json.decode(opener.open_value(value))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return True  # a dead letter that is no JSON: whatever it says can be read
    if not isinstance(fields, dict):
        return True  # as above
    return (record.key == name or fields.get("follower") == petition_id) and has_words(fields)


def _until(topic: Topic, deployment: Deployment, newest: int) -> datetime | None:
    kept = int(config(topic, deployment)["retention.ms"])
    return None if kept < 0 else datetime.fromtimestamp((newest + kept + DAY_MS) / 1000, UTC)
