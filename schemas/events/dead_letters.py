"""Dead letters: a rejected record with its key, value and headers as they were, and where and why it was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Headers = Sequence[tuple[str, bytes]]
PREFIX = "__connect.errors."
MAX_MESSAGE = 1000
"""A longer message is cut (characters)."""


class Rejected(Protocol):
    """A record that could not be used, whoever read it from Kafka."""

    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Headers: ...


@dataclass(frozen=True, slots=True)
class Reason:
    """Where a record was rejected and why; `error` is the error's class name."""

    topic: str
    partition: int
    offset: int
    stage: str
    error: str
    message: str

    def headers(self) -> list[tuple[str, bytes]]:
        fields = {
            "topic": self.topic,
            "partition": str(self.partition),
            "offset": str(self.offset),
            "stage": self.stage,
            "exception.class.name": self.error,
            "exception.message": self.message[:MAX_MESSAGE],
        }
        return [(PREFIX + name, text.encode(errors="replace")) for name, text in fields.items()]


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """What goes on `petitions.dlq`. A key or a value that is missing stays missing: a tombstone is not an empty text."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def dead_letter(record: Rejected, topic: str, partition: int, stage: str, error: Exception) -> DeadLetter:
    """The record with the reason behind its own headers; `error`'s message must not repeat the record's content."""
    why = Reason(topic, partition, record.offset, stage, type(error).__name__, str(error))
    return DeadLetter(record.key, record.value, [*record.headers, *why.headers()])


def original(headers: Headers) -> list[tuple[str, bytes]]:
    """The headers that the record had before it was rejected."""
    return [(name, value) for name, value in headers if not name.startswith(PREFIX)]


def reason(headers: Headers) -> Reason | None:
    """Read the newest reason; None when the record is no dead letter of ours."""
    found = {name.removeprefix(PREFIX): value.decode(errors="replace") for name, value in headers if name.startswith(PREFIX)}
    try:
        place = (found["topic"], int(found["partition"]), int(found["offset"]))
    except (KeyError, ValueError):
        return None
    return Reason(*place, found.get("stage", ""), found.get("exception.class.name", ""), found.get("exception.message", ""))
