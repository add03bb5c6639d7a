"""Dead letters: a rejected record with its key, value and headers as they were, and where and why it was rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Headers = Sequence[tuple[str, bytes]]
PREFIX = "__connect.errors."
MAX_MESSAGE = 1000


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
        return [(PREFIX + name, text.encode()) for name, text in fields.items()]


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
