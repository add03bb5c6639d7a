"""How long a consumer's fetches wait: little for what comes alone, together for what comes close, long in a silence."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from kafka import KafkaConsumer, TopicPartition

from consumers.kafka import patient
from consumers.kafka.patient import ASLEEP_MS, POLL_MS, SILENCE_SECONDS, Patient

GATHERING = {"fetch_min_bytes": 100_000, "fetch_max_wait_ms": 150}
TP = TopicPartition("petitions.events", 0)


class Rig:
    """A consumer whose broker and clock are here: each poll brings `bring`, and takes no time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.bring, self.waited_ms = 1000.0, 0, 0
        self._fetches = {"fetch_min_bytes": 1, "fetch_max_wait_ms": 500}

        def connect(consumer: KafkaConsumer, **_: object) -> None:
            consumer._fetcher = SimpleNamespace(config=self._fetches)

        def poll(_: KafkaConsumer, timeout_ms: int, *_more: object, **_also: object) -> dict[TopicPartition, list[int]]:
            self.waited_ms = timeout_ms
            return {TP: list(range(self.bring))} if self.bring else {}

        monkeypatch.setattr(KafkaConsumer, "__init__", connect)
        monkeypatch.setattr(KafkaConsumer, "poll", poll)
        monkeypatch.setattr(KafkaConsumer, "seek", lambda *_: None)
        monkeypatch.setattr(patient, "time", SimpleNamespace(monotonic=lambda: self.now))
        self.consumer = Patient(gathering=GATHERING)

    def poll(self, records: int = 0, after: float = 0.0) -> dict[str, int]:
        """A poll some seconds later; how its next fetch waits."""
        self.now, self.bring = self.now + after, records
        self.consumer.poll(timeout_ms=200)
        return dict(self._fetches)


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(monkeypatch)


def test_records_that_come_close_are_gathered_and_one_alone_is_not(rig: Rig) -> None:
    """What comes alone is followed by an ordinary fetch; only the second within two waits makes the next one gather; a pause ends it."""
    assert rig.poll(1)["fetch_min_bytes"] == 1
    assert rig.poll(1, after=5)["fetch_min_bytes"] == 1
    assert rig.poll(1, after=0.25) == GATHERING
    assert rig.poll(0, after=0.25)["fetch_min_bytes"] == 1


def test_a_silence_makes_fetches_and_polls_longer_until_something_comes(rig: Rig) -> None:
    """Asleep after ten seconds: the fetch waits at the broker, where the first record ends it at once."""
    rig.poll(1)
    assert rig.poll(0, after=SILENCE_SECONDS - 1)["fetch_max_wait_ms"] == 500
    assert rig.waited_ms == 200
    assert rig.poll(0, after=2) == {"fetch_min_bytes": 1, "fetch_max_wait_ms": ASLEEP_MS}
    assert rig.waited_ms == POLL_MS
    assert rig.poll(1)["fetch_max_wait_ms"] == 500


def test_a_seek_wakes_a_consumer_that_is_asleep(rig: Rig) -> None:
    """What it asks for waits behind no long fetch."""
    rig.poll(0, after=SILENCE_SECONDS + 1)
    rig.consumer.seek(TP, 7)
    assert rig.poll(0)["fetch_max_wait_ms"] == 500
