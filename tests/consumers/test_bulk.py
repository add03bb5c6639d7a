"""Batches packed in one piece."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.memory_records import MemoryRecords

from consumers.kafka.bulk import MAX_BATCH_BYTES, _builder, _chunks, encode_headers, pack

HEADERS = st.lists(st.tuples(st.text(max_size=90), st.binary(max_size=200)), max_size=9)
RECORDS = st.lists(st.tuples(st.binary(max_size=40), st.binary(max_size=300), HEADERS), min_size=1, max_size=200)


@given(RECORDS)
def test_kafka_python_reads_what_was_packed(written: list[tuple[bytes, bytes, list[tuple[str, bytes]]]]) -> None:
    """A packed batch is a valid batch: checksum, offsets, keys, values and headers are read by kafka-python's own reader."""
    whole = _builder([pack(key, value, encode_headers(headers)) for key, value, headers in written])
    whole.set_producer_state(7, 0, 0, is_transactional=True)
    whole.close()
    batch = MemoryRecords(bytes(whole.buffer())).next_batch()

    assert batch.validate_crc()
    assert whole.next_offset() == len(written) == batch.records_count
    assert [(n, *record) for n, record in enumerate(written)] == [(r.offset, r.key, r.value, r.headers) for r in batch]


@pytest.mark.parametrize("sizes", [[10], [MAX_BATCH_BYTES], [MAX_BATCH_BYTES - 1, 2], [300_000] * 5, [1] * 10])
def test_chunks_keep_order_and_stay_small(sizes: list[int]) -> None:
    """Chunks together are the records in order; none is larger than allowed unless a single record is."""
    records = [bytes(size) for size in sizes]
    chunks = [list(chunk) for chunk in _chunks(records)]

    assert [record for chunk in chunks for record in chunk] == records
    assert all(chunks)
    assert all(sum(map(len, chunk)) <= MAX_BATCH_BYTES for chunk in chunks if len(chunk) > 1)


def test_no_records_make_no_chunk() -> None:
    """Nothing to send makes no batch."""
    assert list(_chunks([])) == []
