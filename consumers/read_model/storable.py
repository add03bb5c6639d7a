"""JSON that PostgreSQL can not only store but also read."""

from __future__ import annotations

import re

from consumers.kafka.records import Record

_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(u0000|u[dD][89a-fA-F]..)|.)", re.DOTALL)
"""One escape of a JSON text: a pair of surrogates, in group 1 what stands for no letter, anything else."""
_REPLACEMENT = rb"\ufffd"


def storable(value: bytes) -> bytes:
    """The JSON with U+FFFD for U+0000 and for half a surrogate pair.

    A column of type `json` takes them in, and then every query that looks into that column raises: one bad row, and no page shows
    anything. Every door refuses such texts; what stands on the record all the same is shown without the letter, and not hidden.
    """
    if b"\\" not in value or b"\\u" not in value:  # the search for one byte costs next to nothing
        return value
    return _ESCAPE.sub(lambda found: _REPLACEMENT if found[1] else found[0], value)


def storable_record(record: Record) -> Record:
    """The record itself, or one with such a value in its place."""
    given = record.value or b""
    value = storable(given)
    if value is given:
        return record
    return Record(record.offset, record.timestamp, record.key, value, record.headers)
