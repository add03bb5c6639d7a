"""The classify stage: petitions.intake → petitions.classified. It keeps no state."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from schemas.events import catalogue, topics
from schemas.events.envelope import BadEvent, Envelope, derived_id, headers
from schemas.events.topics import Topic
from schemas.platform.clock import to_datetime
from streams.classify.found import Asked, Classification
from streams.classify.io.wire import Classified, Petition, Submitted, encode, read
from streams.engine.types import Effects, Entries, Output, Record

Classify = Callable[[Sequence[Asked]], Sequence[Classification]]
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
        read_well: list[Submitted] = []
        for record in records:
            try:
                read_well.append(read(record))
            except BadEvent as error:
                effects.rejected.append((record, error))
        found = self._classify([asked_of(one.petition) for one in read_well]) if read_well else ()
        stamp = _Stamp(now_ms)
        effects.outputs += [stamp.output(*both) for both in zip(read_well, found, strict=True)]
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        raise NotImplementedError("the classify stage sets no timers")


def asked_of(petition: Petition) -> Asked:
    """What the classifier is told of a petition."""
    return Asked(petition.text, petition.location, petition.category, petition.urgent, bool(petition.media_urls or petition.files))


class _Stamp:
    """Makes the records of one step; what they have in common is made once."""

    def __init__(self, now_ms: int) -> None:
        made = Envelope("", SOURCE, catalogue.CLASSIFIED_TYPE.type, "", to_datetime(now_ms))
        self._common = [header for header in headers(made) if header[0] not in ("ce_id", "ce_subject")]

    def output(self, read: Submitted, found: Classification) -> Output:
        key = read.petition.petition_id.encode()
        own = [("ce_id", derived_id(read.cause, "classified").encode()), ("ce_subject", key)]
        return Output(topics.CLASSIFIED.name, key, encode(Classified(read.petition, found)), [*own, *self._common])
