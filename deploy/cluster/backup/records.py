"""Topics in a backup: every committed record with its offset and time, and what an old offset is in a topic that was brought back."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from consumers.kafka.records import Record
from deploy.cluster.backup.archive import MEMBER_BYTES, Put
from deploy.cluster.backup.manifest import Copied
from deploy.cluster.kafka import TIMEOUT_MS, KafkaUnreachable
from deploy.cluster.reading import Reader
from schemas.events.topics import DEAD_LETTERS
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka import KafkaProducer, TopicPartition

Advance = Callable[[int], None]
"""Called with the number of records that are done."""
Key = tuple[str, int]
"""Topic and partition."""


class Kept(msgspec.Struct, array_like=True, gc=False):
    """A record; `timestamp` in ms UTC."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


_ENCODER, _DECODER = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[Kept])


class Digest:
    """Count and digest of the records of a partition, in order, whatever their offsets are."""

    def __init__(self) -> None:
        self.count, self._hash = 0, hashlib.sha256()

    def add(self, kept: Kept) -> None:
        self.count += 1
        self._hash.update(_ENCODER.encode((kept.timestamp, kept.key, kept.value, kept.headers)))

    @property
    def told(self) -> tuple[int, str]:
        return self.count, self._hash.hexdigest()


def name_of(key: Key) -> str:
    """`petitions.events/0`."""
    return f"{key[0]}/{key[1]}"


def take(reader: Reader, spans: Mapping[TopicPartition, tuple[int, int]], put: Put, advance: Advance) -> list[Copied]:
    """Copy the records of every partition into members `topics/TOPIC/PARTITION/NUMBER`. Raises KafkaUnreachable."""
    copied = []
    for tp, (begin, end) in sorted(spans.items()):
        digest = Digest()
        for number, chunk in enumerate(_chunks(reader.between(tp, begin, end), digest)):
            put(f"topics/{tp.topic}/{tp.partition}/{number:06}", _ENCODER.encode(chunk))
            advance(len(chunk))
        if digest.count:
            copied.append(Copied(name_of((tp.topic, tp.partition)), *digest.told))
    return copied


def _chunks(batches: Iterable[list[Record]], digest: Digest) -> Iterator[list[Kept]]:
    chunk, size = list[Kept](), 0
    for batch in batches:
        for record in batch:
            kept = Kept(record.offset, record.timestamp, record.key, record.value, list(record.headers))
            digest.add(kept)
            chunk.append(kept)
            size += len(record.value or b"") + 200
        if size > MEMBER_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def place_of(member: str) -> Key | None:
    """The partition whose records a member has; None when it is something else."""
    parts = member.split("/")
    return (parts[1], int(parts[2])) if parts[0] == "topics" and len(parts) == 4 else None


class Offsets:
    """What old offsets are now. `wanted`: those that will be asked for, by partition. Every record that is brought back must be told."""

    def __init__(self, wanted: Mapping[Key, Iterable[int]]) -> None:
        self._before: dict[Key, dict[int, int]] = {key: dict.fromkeys(offsets, 0) for key, offsets in wanted.items()}

    def add(self, key: Key, offset: int) -> None:
        counts = self._before.get(key)
        if counts:
            for wanted in counts:
                counts[wanted] += offset < wanted

    def of(self, key: Key, offset: int, begin: int) -> int:
        """The offset in the partition that begins at `begin`: as many records stand before it as stood before the old one."""
        return begin + self._before[key][offset]


class Bringer:
    """Writes records to empty partitions, in order and with their times, and knows what it wrote."""

    def __init__(self, settings: ProcessSettings, offsets: Offsets) -> None:
        from kafka import KafkaProducer

        self._offsets = offsets
        self.digests: defaultdict[Key, Digest] = defaultdict(Digest)
        self._producer: KafkaProducer = KafkaProducer(
            **settings.client(),
            acks="all",
            enable_idempotence=True,
            linger_ms=20,
            batch_size=500_000,
            compression_type="zstd",
            max_request_size=DEAD_LETTERS.max_batch_bytes,
            max_block_ms=TIMEOUT_MS,
            bootstrap_timeout_ms=5000,
            allow_auto_create_topics=False,
        )

    def bring(self, key: Key, content: bytes) -> int:
        """Write a member's records and wait for their acknowledgements; how many. Raises KafkaUnreachable."""
        chunk: Sequence[Kept] = _DECODER.decode(content)
        sent = [self._send(key, kept) for kept in chunk]
        self._producer.flush(timeout=120)
        for future in sent:
            if not future.is_done or future.failed():
                raise KafkaUnreachable(
                    f"a record of {name_of(key)} was not acknowledged: {future.exception if future.is_done else 'time-out'}"
                )
        return len(chunk)

    def _send(self, key: Key, kept: Kept) -> Any:
        self.digests[key].add(kept)
        self._offsets.add(key, kept.offset)
        topic, partition = key
        return self._producer.send(
            topic, partition=partition, key=kept.key, value=kept.value, headers=kept.headers, timestamp_ms=kept.timestamp
        )

    def close(self) -> None:
        self._producer.close(timeout=10)
