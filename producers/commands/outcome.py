"""What came of an office's action: the command waits for the case's event, as an office would look for it on its desk."""

from __future__ import annotations

import time
from typing import Any

from schemas.commands.access import Access
from schemas.commands.calls import Headers, look

PATIENCE_SECONDS = 10.0
PAUSE_SECONDS = 0.1
TURNED_DOWN = frozenset({"action-refused", "answer-returned"})


def outcome(access: Access, path: str, headers: Headers, action_id: str) -> dict[str, Any] | None:
    """The newest line of the case's timeline that this action caused; `path` is the case in the office's queue.

    None when there is none in `PATIENCE_SECONDS`, or when this address does not show cases. Ends the command with 3 when nobody answers.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while (found := look(access, path, headers)) is not None:
        caused = [line for line in found["timeline"] if line["details"].get("cause") == action_id]
        if caused:
            return dict(caused[-1])
        if time.monotonic() > end:
            return None
        time.sleep(PAUSE_SECONDS)
    return None


def in_words(line: dict[str, Any]) -> str:
    """`Câu trả lời bị trả lại: …` with the rule that stands against it, else the event's title."""
    why = line["details"].get("why")
    return f"{line['title']}: {why}" if why else str(line["title"])
