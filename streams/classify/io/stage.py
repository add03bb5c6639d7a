"""The classify stage: petitions.intake → petitions.classified. It keeps no state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.events import catalogue, envelope, topics
from schemas.events.envelope import BadEvent, Envelope, Event
from schemas.events.intake import Classification, PetitionClassified, PetitionSubmitted
from schemas.events.topics import Topic
from schemas.platform.clock import to_datetime
from streams.engine.types import Effects, Entries, Output, Record

Classify = Callable[[Sequence[PetitionSubmitted]], Sequence[Classification]]
SOURCE = "streams/classify"


class ClassifyStage:
    """Reads, checks and classifies whole batches at once, because scoring many texts together is much cheaper."""

    name = "classify"
    inputs: tuple[Topic, ...] = (topics.INTAKE,)
    outputs: tuple[Topic, ...] = (topics.CLASSIFIED,)
    changelog: Topic | None = None

    def __init__(self, classify: Classify) -> None:
        self._classify = classify

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002 -- it keeps no state
        effects = Effects()
        events: list[Event[PetitionSubmitted]] = []
        for record in records:
            try:
                events.append(_read(record))
            except BadEvent as error:
                effects.rejected.append((record, error))
        found = self._classify([event.data for event in events]) if events else ()
        for event, classification in zip(events, found, strict=True):
            effects.outputs.append(_output(event, classification, now_ms))
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        raise NotImplementedError("the classify stage sets no timers")


def _read(record: Record) -> Event[PetitionSubmitted]:
    event = envelope.read(record.value, record.headers, (catalogue.SUBMITTED,))
    if record.key != event.data.petition_id.encode():
        raise BadEvent("key: must be the petition id")
    return event


def _output(event: Event[PetitionSubmitted], classification: Classification, now_ms: int) -> Output:
    petition = event.data
    made = Envelope(
        envelope.derived_id(event.envelope.id, "classified"),
        SOURCE,
        catalogue.CLASSIFIED_TYPE.type,
        petition.petition_id,
        to_datetime(now_ms),
    )
    data = PetitionClassified.model_construct(petition=petition, classification=classification)
    return Output(
        topics.CLASSIFIED.name,
        petition.petition_id.encode(),
        data.model_dump_json(exclude_none=True).encode(),
        envelope.headers(made),
    )
