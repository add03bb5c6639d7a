"""The one loop: what it does with a sink whose step does not come to its end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from consumers.loop.runner import Consumer, work
from consumers.loop.sink import Unfinished
from schemas.platform.service import Service
from tests.consumers.conftest import Rig


class Sink:
    """Notes what is asked of it; its step raises what it is given, or else tells the service to stop."""

    newest: Mapping[int, int] = MappingProxyType({})

    def __init__(self, service: Service, calls: list[str], error: Exception | None) -> None:
        self._service, self._calls, self._error = service, calls, error
        calls.append("open")

    def step(self, max_records: int, timeout_ms: int = 0) -> int:  # noqa: ARG002
        self._calls.append("step")
        if self._error:
            raise self._error
        self._service.stopping.set()
        return 1

    def committed(self, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, 0)

    def finish(self) -> int:
        self._calls.append("finish")
        return 0

    def close(self) -> None:
        self._calls.append("close")


def calls_of(rig: Rig, *errors: Exception | None) -> list[str]:
    """What the loop asks of its sinks; the first sinks' steps raise these."""
    service, calls, left = rig.service, list[str](), list(errors)

    def opened(_: KafkaConsumer) -> Sink:
        return Sink(service, calls, left.pop(0) if left else None)

    work(service, Consumer(rig.name, rig.projector, opened, 10))
    return calls


def test_at_its_end_it_finishes_what_is_under_way(rig: Rig) -> None:
    """Told to stop: the effect under way is waited for, then the sink is closed."""
    assert calls_of(rig) == ["open", "step", "finish", "close"]


@pytest.mark.parametrize("error", [Unfinished("away"), psycopg.OperationalError("away")], ids=["an answer lost", "no database"])
def test_a_step_without_end_is_done_anew_by_another_sink(rig: Rig, error: Exception) -> None:
    """The sink is closed, with nothing finished that may not be known, and another one opened."""
    assert calls_of(rig, error) == ["open", "step", "close", "open", "step", "finish", "close"]


def test_anything_else_ends_the_process(rig: Rig) -> None:
    """What no new try can mend is not tried again, and nothing is finished or committed on the way out."""
    service, calls = rig.service, list[str]()
    with pytest.raises(KafkaError, match="shut out"):
        work(service, Consumer(rig.name, rig.projector, lambda _: Sink(service, calls, KafkaError("shut out")), 10))

    assert calls == ["open", "step"]
