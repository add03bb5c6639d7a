"""Reading along with the classify stage: bounded, skipping what is no classification, and leaving no trace."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from schemas.events import envelope
from schemas.events.catalogue import CLASSIFIED_TYPE, SUBMITTED
from schemas.events.envelope import Envelope
from schemas.platform.kafka import KafkaSettings
from streams.classify.io import wire
from streams.classify.learning import live
from streams.classify.learning.record import RecordUnavailableError
from tests.classify.test_shadow import live as petition

AT = datetime(2026, 1, 5, tzinfo=UTC)


def record(value: bytes, type_: str = CLASSIFIED_TYPE.type) -> Any:
    return SimpleNamespace(value=value, headers=envelope.headers(Envelope("e", "test", type_, "", AT)))


GOOD = record(wire.encode(petition("Rác đầy ngõ")))


class Onlooker:
    """A consumer of the topic, as kafka-python's, with these records waiting."""

    def __init__(self, *waiting: Any, partitions: int = 2) -> None:
        self._waiting, self._partitions = list(waiting), set(range(partitions))
        self.calls: list[str] = []

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return self._partitions

    def poll(self, *, timeout_ms: int, max_records: int) -> dict[int, list[Any]]:
        assert timeout_ms
        given, self._waiting = self._waiting[:max_records], self._waiting[max_records:]
        return {0: given} if given else {}

    def __getattr__(self, name: str) -> Any:
        return lambda *_: self.calls.append(name)


def read(monkeypatch: pytest.MonkeyPatch, consumer: Onlooker, count: int = 10, *, minutes: float = 1, beginning: bool = False) -> list[str]:
    monkeypatch.setattr(live, "onlooker", lambda _: consumer)
    batches = live.classified(KafkaSettings(), minutes * 60, count, beginning=beginning)
    return [one.petition.text for batch in batches for one in batch]


def test_it_ends_with_the_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more petitions than asked for, and the consumer is closed; nothing is committed."""
    consumer = Onlooker(*[GOOD] * 6)

    assert read(monkeypatch, consumer, 4) == ["Rác đầy ngõ"] * 4
    assert consumer.calls == ["assign", "seek_to_end", "close"]


def test_what_is_no_classification_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another type, broken JSON, an empty value."""
    consumer = Onlooker(record(GOOD.value, SUBMITTED.type), record(b"{"), record(b""), GOOD)

    assert read(monkeypatch, consumer, 1) == ["Rác đầy ngõ"]


def test_it_ends_with_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no time nothing is read; from the beginning if told."""
    consumer = Onlooker(GOOD)

    assert read(monkeypatch, consumer, minutes=0, beginning=True) == []
    assert consumer.calls == ["assign", "seek_to_beginning", "close"]


def test_without_the_topic_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """An error in words, and the consumer is closed."""
    consumer = Onlooker(partitions=0)

    with pytest.raises(RecordUnavailableError, match=r"petitions\.classified"):
        read(monkeypatch, consumer)
    assert consumer.calls == ["close"]
