"""The transactional producer on the real broker: what is written is written once, whatever answer is lost on its way."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, RequestTimedOutError
from aiokafka.protocol.types import UnsignedVarInt32
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic, UpdateFeatureType

from deploy.cluster.topics import KafkaTooOld, ensure_topics
from deploy.one_machine.embedded import EmbeddedKafka
from schemas.platform.settings import ProcessSettings
from streams.engine.batches import Destination, Sheet, Sheets, partition_of
from streams.engine.client import Client, Fenced, Refused
from streams.engine.protocol import _FEATURES, ApiVersionsResponse, feature_levels
from streams.engine.release import TransactionsTooOld
from streams.engine.types import Output, Reach
from streams.engine.writer import NO_MEMBER, Span, Writer
from tests.broker import kafka_in, reach

PARTITIONS = 3
Make = Callable[[], Awaitable[Writer]]
GROUP = "writers"


def laid_out(outputs: list[Output], partition: int) -> dict[Destination, Sheet]:
    sheets = Sheets(PARTITIONS)
    sheets.add(outputs, partition)
    return sheets.laid_out()


@pytest.fixture
def topic(kafka: EmbeddedKafka) -> str:
    name = f"written-{uuid.uuid4().hex[:8]}"
    admin = KafkaAdminClient(**reach(kafka.bootstrap))
    admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    admin.close()
    return name


def run(work: Callable[[Make], Coroutine[Any, Any, None]], kafka: EmbeddedKafka, identity: str) -> None:
    """Run `work` with a maker of writers of one transactional id, each with a client of its own; all are stopped at the end."""
    made: list[Client] = []

    async def make() -> Writer:
        made.append(Client(kafka.settings(), identity))
        await made[-1].start()
        return Writer(made[-1], identity)

    async def whole() -> None:
        try:
            await work(make)
        finally:
            for one in made:
                await one.stop()

    asyncio.run(whole())


def read(kafka: EmbeddedKafka, topic: str, partition: int = 0) -> list[tuple[int, bytes]]:
    """(offset, value) of the partition's committed records."""
    consumer = KafkaConsumer(**reach(kafka.bootstrap), isolation_level="read_committed", auto_offset_reset="earliest")
    tp = TopicPartition(topic, partition)
    consumer.assign([tp])
    end, found = consumer.end_offsets([tp])[tp], []
    while consumer.position(tp) < end:
        found += [(one.offset, one.value) for records in consumer.poll(500).values() for one in records]
    consumer.close()
    return found


def committed(kafka: EmbeddedKafka, topic: str) -> int | None:
    consumer = KafkaConsumer(**reach(kafka.bootstrap), group_id=GROUP, enable_auto_commit=False)
    offset: int | None = consumer.committed(TopicPartition(topic, 0))
    consumer.close()
    return offset


def losing_answers(writer: Writer, error: type[Exception]) -> list[str]:
    """The answer to every request but each second of its kind is lost after Kafka has handled it; what was lost is the result."""
    inner = writer._client._opened
    send: Callable[..., Awaitable[Any]] = inner.send
    lost: list[str] = []
    seen: dict[str, int] = {}

    async def sometimes(node: int, request: Any, **more: Any) -> Any:
        answer = await send(node, request, **more)
        name = type(request).__name__
        seen[name] = seen.get(name, 0) + 1
        if seen[name] % 2:
            lost.append(name)
            raise error
        return answer

    inner.send = sometimes
    return lost


@pytest.mark.parametrize("error", [KafkaConnectionError, RequestTimedOutError])
def test_a_lost_answer_is_asked_for_again_and_nothing_is_written_twice(kafka: EmbeddedKafka, topic: str, error: type[Exception]) -> None:
    """Of each kind of request, in several transactions one after the other."""

    async def work(make: Make) -> None:
        writer = await make()
        await writer.start()
        lost = losing_answers(writer, error)
        for number in range(4):
            ends = await writer.produce(laid_out([Output(topic, b"k", b"%d" % number, ())], 0))
            await writer.send_offsets({(topic, 0): 10 + number}, GROUP, NO_MEMBER)
            await writer.commit()
            assert ends == {(topic, 0): Span(2 * number, 2 * number + 1)}  # each transaction is a record and its marker
        assert {"ProduceRequest", "TxnOffsetCommitRequest", "EndTxnRequest"} <= set(lost)

    run(work, kafka, f"{topic}-losing")

    assert [value for _, value in read(kafka, topic)] == [b"0", b"1", b"2", b"3"]
    assert committed(kafka, topic) == 13


def test_more_than_a_batch_holds_goes_in_several_and_keeps_its_order(kafka: EmbeddedKafka, topic: str) -> None:
    """The end offset told is that after the last record; a record larger than a batch has one of its own."""
    values = [b"%d" % number + bytes(300_000) for number in range(9)]
    values.insert(4, b"large" + bytes(1_000_000))
    ends: dict[Destination, Span] = {}

    async def work(make: Make) -> None:
        writer = await make()
        await writer.start()
        ends.update(await writer.produce(laid_out([Output(topic, b"k", value, ()) for value in values], 0)))
        await writer.commit()
        await writer.produce(laid_out([Output(topic, b"k", b"next", ())], 0))
        await writer.commit()

    run(work, kafka, f"{topic}-large")

    found = read(kafka, topic)
    assert [value for _, value in found] == [*values, b"next"]
    assert ends == {(topic, 0): Span(0, len(values))}
    assert found[len(values) - 1][0] == len(values) - 1


def test_each_output_goes_where_it_is_to_go(kafka: EmbeddedKafka, topic: str) -> None:
    """To the processor's partition, to its key's, or to all of them; keys and headers come along."""

    async def work(make: Make) -> None:
        writer = await make()
        await writer.start()
        key = next(key for key in (b"%d" % number for number in range(100)) if partition_of(key, PARTITIONS) == 2)
        outputs = [
            Output(topic, key, b"here", ()),
            Output(topic, key, b"own key", (), Reach.OWN_KEY),
            Output(topic, None, b"all", (("name", b"value"),), Reach.ALL),
        ]
        ends = await writer.produce(laid_out(outputs, 1))
        await writer.commit()
        assert ends == {(topic, 0): Span(0, 1), (topic, 1): Span(0, 2), (topic, 2): Span(0, 2)}

    run(work, kafka, f"{topic}-reach")

    assert [[value for _, value in read(kafka, topic, number)] for number in range(PARTITIONS)] == [
        [b"all"],
        [b"here", b"all"],
        [b"own key", b"all"],
    ]


def test_a_successor_fences_and_what_was_not_committed_is_gone(kafka: EmbeddedKafka, topic: str) -> None:
    """Each of the predecessor's requests is refused for good; it also cannot commit what it had written before."""

    async def work(make: Make) -> None:
        old, new = await make(), await make()
        await old.start()
        await old.produce(laid_out([Output(topic, b"k", b"old", ())], 0))
        await new.start()
        with pytest.raises(Fenced):
            await old.commit()
        with pytest.raises(Fenced, match="InvalidProducerEpoch"):
            await old.produce(laid_out([Output(topic, b"k", b"zombie", ())], 0))
        with pytest.raises(Refused):
            await old.send_offsets({(topic, 0): 99}, GROUP, NO_MEMBER)
        await new.produce(laid_out([Output(topic, b"k", b"new", ())], 0))
        await new.send_offsets({(topic, 0): 7}, GROUP, NO_MEMBER)
        await new.commit()

    run(work, kafka, f"{topic}-fencing")

    assert [value for _, value in read(kafka, topic)] == [b"new"]
    assert committed(kafka, topic) == 7


def test_without_anything_in_it_there_is_no_transaction(kafka: EmbeddedKafka, topic: str) -> None:
    """A timer that changes nothing: Kafka would refuse the end of a transaction that never began."""

    async def work(make: Make) -> None:
        writer = await make()
        await writer.start()
        assert await writer.produce(laid_out([], 0)) == {}
        await writer.commit()
        await writer.produce(laid_out([Output(topic, b"k", b"after", ())], 0))
        await writer.commit()

    run(work, kafka, f"{topic}-empty")

    assert [value for _, value in read(kafka, topic)] == [b"after"]


def test_a_cluster_with_older_transactions_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """As one of Kafka 4 is that was upgraded without its features; `migrate` says so before anything is created."""
    with kafka_in(tmp_path) as broker:
        admin = KafkaAdminClient(**reach(broker.bootstrap))
        assert admin.update_features({"transaction.version": (UpdateFeatureType.SAFE_DOWNGRADE, 1)}) == {"transaction.version": "OK"}
        until = time.monotonic() + 30
        while admin.describe_features()["transaction.version"]["finalized"][1] != 1:
            assert time.monotonic() < until
            time.sleep(0.05)

        async def work(make: Make) -> None:
            with pytest.raises(TransactionsTooOld, match=r"is 1, 2 is needed.*transaction\.version=2"):
                await make()

        run(work, broker, "older")
        with pytest.raises(KafkaTooOld, match=r"is 1, 2 is needed.*transaction\.version=2"):
            ensure_topics(ProcessSettings(kafka_bootstrap_servers=broker.bootstrap))
        assert not [name for name in admin.list_topics() if name.startswith("petitions.")]
        admin.close()


def test_a_cluster_that_knows_of_no_transaction_version_has_none() -> None:
    """Kafka 3 tells other features, or none at all."""
    for tags in (b"\0", b"\1\2" + encoded([("metadata.version", 20, 1, {})])):
        raw = b"\0\0" + b"\1" + b"\0\0\0\0" + tags  # no error, no versions, no throttling, tagged fields
        assert "transaction.version" not in feature_levels(ApiVersionsResponse.decode(BytesIO(raw)))


def encoded(features: list[tuple[str, int, int, dict[int, bytes]]]) -> bytes:
    data: bytes = _FEATURES.encode(features)
    return bytes(UnsignedVarInt32.encode(len(data))) + data
