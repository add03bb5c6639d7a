"""Puts a model in place of the present one, and tells so on `petitions.models`.

The order: 1. the model lies ready under a name that nobody looks for; 2. the event is acknowledged by all replicas; 3. the model gets its
name, and each classify stage takes it up at its next look. After a crash between 2 and 3 the promotion is on record and had no effect: the
classified events name the model that made them; promote again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kafka import KafkaProducer

from schemas.events import envelope
from schemas.events.catalogue import MODEL_PROMOTED
from schemas.events.envelope import BadEvent, Envelope
from schemas.events.models import ModelPromoted
from schemas.events.topics import MODELS
from schemas.platform.kafka import KafkaSettings
from streams.classify.learning.record import everything
from streams.classify.learning.retrain import Comparison
from streams.classify.model.file import Model

_SECONDS = 15
_SOURCE = "streams/classify/learning"


def promoted(found: Comparison, *, by: str, at: datetime, learnt: int | None) -> ModelPromoted:
    """The event of a comparison that was good enough."""
    return ModelPromoted(at=at, by=by, old=found.old, new=found.new.version, learnt=learnt, gates=found.gates)


def put_in_place(model: Model, directory: Path, at: datetime, tell: Callable[[], None]) -> Path:
    """The model's file, under a name that sorts by time; `tell` is called once the model lies ready, and what it raises stops all."""
    path = directory / f"{at:%Y%m%dT%H%M%SZ}-{model.version}.npz"
    ready = path.with_suffix(".ready")
    model.save(ready)
    try:
        tell()
    except BaseException:
        ready.unlink()
        raise
    return ready.replace(path)


def tell(kafka: KafkaSettings, event: ModelPromoted, topic: str = MODELS.name) -> None:
    """Write the event, acknowledged by all replicas. Raises `kafka.errors.KafkaError`."""
    made = Envelope(
        envelope.derived_id(f"{event.new} {event.at.isoformat()}", event.what), _SOURCE, MODEL_PROMOTED.type, event.new, event.at
    )
    producer = KafkaProducer(**kafka.client(), acks="all", enable_idempotence=True, allow_auto_create_topics=False)
    try:
        sent = producer.send(topic, event.model_dump_json().encode(), event.new.encode(), envelope.headers(made))
        sent.get(timeout=_SECONDS)
    finally:
        producer.close(timeout=3)


def history(kafka: KafkaSettings, topic: str = MODELS.name) -> list[ModelPromoted]:
    """All promotions, the oldest first. Raises `RecordUnavailableError`, `kafka.errors.KafkaError`."""
    found = []
    for record in everything(kafka, topic):
        try:
            found.append(envelope.read(record.value, record.headers, (MODEL_PROMOTED,)).data)
        except BadEvent:
            continue  # of a newer catalogue
    return found
