"""Looking at dead letters, and sending them back to where they came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from consumers.kafka.records import Headers, Record, config, lean, opened
from schemas.events import dead_letters, wire
from schemas.events.dead_letters import Reason
from schemas.events.sealing import OpenValue, as_it_is
from schemas.events.topics import ACTIONS, CHANNEL_PREFIX, CLASSIFIED, DEAD_LETTERS, INTAKE, OFFICE_PREFIX, QUEUE_PREFIX
from schemas.events.words import for_office
from schemas.platform.masking import mask, masked
from schemas.platform.settings import ProcessSettings

HIDDEN = "(not shown)"
# Whoever reads dead letters mends the pipeline; he does not need to know who the petitioner is.
_PERSONAL = frozenset({"contact", "contact_sealed", "external_id", "name", "phone", "email"})
_FIELD = re.compile(rf"""("(?:{"|".join(sorted(_PERSONAL))})"\s*:\s*)(?:"(?:[^"\\]|\\.)*"?|\{{[^}}]*\}}?|[^\s,}}]+)""")
_ESCAPE = re.compile(r"\\+u(00[0-9a-fA-F]{2})")
_SHOWN_AT_MOST = 2000
_INPUTS = frozenset({INTAKE.name, CLASSIFIED.name, ACTIONS.name})
_OFFICE = re.compile(r"office ([a-z0-9-]+):")


class NotReplayable(ValueError):
    """The dead letter has no place to go back to; the message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter and its place in petitions.dlq."""

    partition: int
    record: Record
    reason: Reason | None

    @property
    def place(self) -> str:
        return f"{self.partition}:{self.record.offset}"


@dataclass(frozen=True, slots=True)
class Range:
    """Offsets first to last of a partition, both included."""

    partition: int
    first: int
    last: int

    @classmethod
    def parse(cls, text: str) -> Range:
        """`0:17` or `0:17-42`; ValueError otherwise."""
        found = re.fullmatch(r"(\d{1,6}):(\d{1,18})(?:-(\d{1,18}))?", text)
        if not found:
            raise ValueError(f"{text!r} is no place of a dead letter: give PARTITION:OFFSET or PARTITION:FIRST-LAST")
        first = int(found[2])
        return cls(int(found[1]), first, int(found[3] or first))


def read(settings: ProcessSettings, wanted: list[Range] | None = None) -> Iterator[Letter]:
    """The dead letters that stand there now: all, or those of the ranges. KafkaError when the broker does not answer."""
    consumer = lean(KafkaConsumer(**config(settings, "petitions-dlq", bootstrap_timeout_ms=5000)))
    try:
        ranges = _within(consumer, wanted)
        for span in ranges:
            yield from _letters(consumer, span)
    finally:
        consumer.close(timeout_ms=1000)


def _within(consumer: KafkaConsumer, wanted: list[Range] | None) -> list[Range]:
    partitions = [TopicPartition(DEAD_LETTERS.name, number) for number in consumer.partitions_for_topic(DEAD_LETTERS.name)]
    if not partitions:
        raise KafkaError(f"there is no topic {DEAD_LETTERS.name}")
    first, end = consumer.beginning_offsets(partitions), consumer.end_offsets(partitions)
    existing = {tp.partition: Range(tp.partition, first[tp], end[tp] - 1) for tp in sorted(partitions)}
    if wanted is None:
        return [span for span in existing.values() if span.first <= span.last]
    cut = [
        Range(ask.partition, max(ask.first, span.first), min(ask.last, span.last))
        for ask in wanted
        if (span := existing.get(ask.partition)) is not None
    ]
    return [span for span in cut if span.first <= span.last]


def _letters(consumer: KafkaConsumer, span: Range) -> Iterator[Letter]:
    tp = TopicPartition(DEAD_LETTERS.name, span.partition)
    consumer.assign([tp])
    consumer.seek(tp, span.first)
    while (consumer.position(tp) or 0) <= span.last:
        for record in consumer.poll(timeout_ms=1000).get(tp, []):
            if record.offset > span.last:
                return
            yield Letter(span.partition, record, dead_letters.reason(record.headers))


def shown(value: bytes | None) -> Any:
    """The value for a person's eyes: without the contact, and with whatever else tells who somebody is masked, in JSON at any depth."""
    if not value:
        return None
    text = value.decode(errors="backslashreplace")
    try:
        return masked(json.loads(text), hide=_PERSONAL, by=HIDDEN)
    except (ValueError, RecursionError):
        return _shown_text(text)


def _shown_text(text: str) -> str:
    """No JSON, or broken: escapes are read, since a number may hide in them, and the contact's fields go with what stands in them."""
    read = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text.replace('\\"', '"'))
    return mask(_FIELD.sub(rf"\1{HIDDEN}", read)[:_SHOWN_AT_MOST])


def target(letter: Letter, open_value: OpenValue = as_it_is) -> tuple[str, bytes | None, Headers]:
    """Topic, value and headers with which the letter goes back; an office gets the words of its event. Raise NotReplayable when it
    cannot."""
    value, headers = letter.record.value, dead_letters.original(letter.record.headers)
    if letter.reason is None:
        raise NotReplayable("it does not say where it came from")
    if letter.reason.topic in _INPUTS or letter.reason.topic.startswith((OFFICE_PREFIX, CHANNEL_PREFIX)):
        return letter.reason.topic, value, headers
    office = _OFFICE.match(letter.reason.message)
    if letter.reason.stage == "dispatcher" and office:
        shown = opened(letter.record, open_value)
        event = wire.event(shown)
        return QUEUE_PREFIX + office[1], for_office(office[1], shown.value or b"", event, wire.view(event.case).office), headers
    raise NotReplayable(f"{letter.reason.topic} is no input: only its own stage writes there")


class Replay:
    """Sends letters back, one after the other, each acknowledged."""

    def __init__(self, settings: ProcessSettings, open_value: OpenValue = as_it_is) -> None:
        self._open_value = open_value
        self._producer = KafkaProducer(
            **settings.client(),
            client_id="petitions-dlq",
            acks="all",
            allow_auto_create_topics=False,
            max_request_size=2_000_000,
            max_block_ms=10_000,
            bootstrap_timeout_ms=5000,
        )

    def send(self, letter: Letter) -> str:
        """The topic that has it now. Raises NotReplayable, KafkaError."""
        topic, value, headers = target(letter, self._open_value)
        self._producer.send(topic, key=letter.record.key, value=value, headers=headers).get(timeout=15)
        return topic

    def close(self) -> None:
        self._producer.close(timeout=3)
