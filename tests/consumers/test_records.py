"""The lean reader of record batches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka.record.memory_records import MemoryRecords, MemoryRecordsBuilder

from consumers.kafka.records import Record, records_of

KEYS = st.none() | st.binary(max_size=40)
HEADERS = st.lists(st.tuples(st.text(max_size=90), st.binary(max_size=200)), max_size=9)
RECORDS = st.lists(st.tuples(st.integers(0, 2**41), KEYS, KEYS, HEADERS), min_size=1, max_size=20)


@pytest.mark.parametrize("compression", [0, 3, 4])
@given(RECORDS)
def test_reads_what_kafka_python_reads(compression: int, written: list) -> None:
    """Every batch gives the same offsets, times, keys, values and headers as kafka-python's own reader, compressed or not."""
    builder = MemoryRecordsBuilder(2, compression, 1_000_000, offset=17)
    for timestamp, key, value, headers in written:
        builder.append(timestamp, key, value, headers)
    builder.close()
    data = bytes(builder.buffer())

    expected = [(r.offset, r.timestamp, r.key, r.value, r.headers) for r in MemoryRecords(data).next_batch()]
    found = [(r.offset, r.timestamp, r.key, r.value, r.headers) for r in records_of(MemoryRecords(data).next_batch())]

    assert expected == found


@given(st.lists(st.tuples(st.sampled_from(["ce_id", "ce_type", "x", "ce_source"]), st.binary(max_size=300)), max_size=6))
def test_finds_a_header_without_decoding_the_others(headers: list) -> None:
    """A header looked up by name is the first of that name, whether or not the headers have been decoded."""
    builder = MemoryRecordsBuilder(2, 0, 1_000_000)
    builder.append(1, b"key", b"value", headers)
    builder.close()
    (record,) = records_of(MemoryRecords(bytes(builder.buffer())).next_batch())

    expected = next((value for name, value in headers if name == "ce_type"), None)

    assert expected == record.header("ce_type")
    assert headers == record.headers
    assert expected == record.header("ce_type")


def test_a_record_made_by_hand_has_its_headers() -> None:
    """A record may be made from a list of headers, too."""
    assert Record(0, 0, b"k", b"v", [("a", b"1")]).header("a") == b"1"
