"""The writer over the oldest and the newest broker that will do: all that it relies on (test_writer.py), and what happens when a producer
id has used up its epochs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from deploy.cluster.topics import KafkaTooOld, ensure_topics
from deploy.one_machine.embedded import EmbeddedKafka
from schemas.events.brokers import LOWEST_VERSION
from schemas.platform.settings import ProcessSettings
from streams.engine.types import Output
from tests.broker import kafka_in, reach
from tests.engine.test_writer import (  # the contract: collected here once more, with this module's brokers
    Make,
    laid_out,
    read,
    run,
    test_a_lost_answer_is_asked_for_again_and_nothing_is_written_twice,
    test_a_successor_fences_and_what_was_not_committed_is_gone,
    test_each_output_goes_where_it_is_to_go,
    test_more_than_a_batch_holds_goes_in_several_and_keeps_its_order,
    test_without_anything_in_it_there_is_no_transaction,
    topic,
)

NEWEST_VERSION = "4.4.0"
TOO_OLD = "4.0.1"
LAST_EPOCH = 32_766

__all__ = [
    "test_a_lost_answer_is_asked_for_again_and_nothing_is_written_twice",
    "test_a_successor_fences_and_what_was_not_committed_is_gone",
    "test_each_output_goes_where_it_is_to_go",
    "test_more_than_a_batch_holds_goes_in_several_and_keeps_its_order",
    "test_without_anything_in_it_there_is_no_transaction",
    "topic",
]


@pytest.fixture(scope="module", params=[LOWEST_VERSION, pytest.param(NEWEST_VERSION, marks=pytest.mark.chaos)])
def kafka(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """In place of the session's broker, which has the version between."""
    with kafka_in(tmp_path_factory.mktemp("kafka"), version=request.param, heap_mb=256) as broker:
        yield broker


@pytest.mark.chaos
def test_a_writer_that_dies_in_the_last_epoch_is_fenced(kafka: EmbeddedKafka, topic: str) -> None:
    """Its open transaction is aborted, and its successor writes on under another producer id (KAFKA-19367: it would hang for good)."""

    async def work(make: Make) -> None:
        old, new = await make(), await make()
        await old.start()
        while old._numbering.epoch < LAST_EPOCH:
            await old.start()
        await old.produce(laid_out([Output(topic, b"k", b"open", ())], 0))
        await asyncio.wait_for(new.start(), 30)
        assert new._numbering.producer_id != old._numbering.producer_id
        await new.produce(laid_out([Output(topic, b"k", b"new", ())], 0))
        await new.commit()

    run(work, kafka, f"{topic}-epochs")

    assert [value for _, value in read(kafka, topic)] == [b"new"]


@pytest.mark.chaos
def test_a_broker_that_is_too_old_is_refused(tmp_path: Path) -> None:
    """`migrate` says so before anything is created."""
    with kafka_in(tmp_path, version=TOO_OLD, heap_mb=256) as broker:
        with pytest.raises(KafkaTooOld, match=f"older than Kafka {LOWEST_VERSION}"):
            ensure_topics(ProcessSettings(kafka_bootstrap_servers=broker.bootstrap))
        admin = KafkaAdminClient(**reach(broker.bootstrap))
        assert not [name for name in admin.list_topics() if name.startswith("petitions.")]
        admin.close()
