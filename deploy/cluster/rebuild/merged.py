"""Several partitions as one stream, in the order in which their records were appended."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from contextlib import ExitStack

from consumers.kafka.records import Record
from deploy.cluster.reading import Reader, reading
from schemas.platform.settings import ProcessSettings


def merged(settings: ProcessSettings, topic: str, wanted: Mapping[int, tuple[int, int]]) -> Iterator[tuple[int, Record]]:
    """(partition, record) for the offsets `wanted` of each partition (first, end exclusive), the earliest first; a partition's own order
    is kept. Raises KafkaUnreachable."""
    with ExitStack() as stack:
        spans = {number: span for number, span in wanted.items() if span[0] < span[1]}
        readers = {number: stack.enter_context(reading(settings)) for number in spans}
        streams = [_stream(readers[number], topic, number, span) for number, span in spans.items()]
        for _, _, number, record in heapq.merge(*streams, key=lambda one: one[:3]):
            yield number, record


def _stream(reader: Reader, topic: str, number: int, span: tuple[int, int]) -> Iterator[tuple[int, int, int, Record]]:
    from kafka import TopicPartition

    newest = 0
    for batch in reader.between(TopicPartition(topic, number), *span):
        for record in batch:
            newest = max(newest, record.timestamp)  # a time that steps back must not change the partition's order
            yield newest, record.offset, number, record
