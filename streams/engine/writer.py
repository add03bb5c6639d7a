"""The transactional producer of one partition's processor."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.partitioner import murmur2

from streams.engine.types import Output, Reach

BATCH_BYTES = 1_000_000


Destination = tuple[str, int]
"""Topic and partition."""


def partition_of(key: bytes, partitions: int) -> int:
    """Kafka's default partitioner: the same key goes where every other client puts it."""
    return (int(murmur2(key)) & 0x7FFFFFFF) % partitions


class Writer:
    """Produces ready-made record batches inside a transaction. Its id fences whoever used the same id before."""

    def __init__(self, bootstrap: str, transactional_id: str, partitions: int) -> None:
        self._partitions = partitions
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            client_id=transactional_id,
            transactional_id=transactional_id,
            transaction_timeout_ms=30_000,
            request_timeout_ms=20_000,
            retry_backoff_ms=5,  # aiokafka sleeps it for each CONCURRENT_TRANSACTIONS after a quick commit
            max_batch_size=BATCH_BYTES,
            max_request_size=8 * BATCH_BYTES,
            compression_type="zstd",
            linger_ms=0,
        )

    async def start(self) -> None:
        """Connect and fence: a predecessor's open transaction is aborted, its later writes are refused."""
        await self._producer.start()

    async def begin(self) -> None:
        await self._producer.begin_transaction()

    async def produce(self, outputs: Iterable[Output], partition: int) -> dict[Destination, int]:
        """Write all and wait for the acknowledgements; the next offset after the last record by destination."""
        grouped: defaultdict[Destination, list[Output]] = defaultdict(list)
        for output in outputs:
            if output.reach is Reach.HERE:
                grouped[output.topic, partition].append(output)
            elif output.reach is Reach.OWN_KEY:
                grouped[output.topic, partition_of(output.key or b"", self._partitions)].append(output)
            else:
                for each in range(self._partitions):
                    grouped[output.topic, each].append(output)
        ends = await asyncio.gather(*(self._produce_to(target, batch) for target, batch in grouped.items()))
        return dict(zip(grouped, ends, strict=True))

    async def _produce_to(self, target: Destination, outputs: Sequence[Output]) -> int:
        acknowledgements = []
        batch, first = self._producer.create_batch(), 0
        for number, output in enumerate(outputs):
            key, value, headers = output.key, output.value, list(output.headers)
            if batch.append(key=key, value=value, timestamp=None, headers=headers) is None:
                acknowledgements.append(await self._send(batch, target))
                batch, first = self._producer.create_batch(), number
                batch.append(key=key, value=value, timestamp=None, headers=headers)
        acknowledgements.append(await self._send(batch, target))
        done = await asyncio.gather(*acknowledgements)
        return int(done[-1].offset) + len(outputs) - first

    async def _send(self, batch: Any, target: Destination) -> Any:
        return await self._producer.send_batch(batch, target[0], partition=target[1])

    async def send_offsets(self, offsets: Mapping[tuple[str, int], int], group: str) -> None:
        """Add the input's next offsets to the transaction."""
        await self._producer.send_offsets_to_transaction({TopicPartition(*tp): offset for tp, offset in offsets.items()}, group)

    async def commit(self) -> None:
        await self._producer.commit_transaction()

    async def abort(self) -> None:
        await self._producer.abort_transaction()

    async def stop(self) -> None:
        await self._producer.stop()
