"""Server-Sent Events: the wire format and the response."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import StreamingResponse

from schemas.platform import metrics
from schemas.web.problems import broken

HEARTBEAT = b": still here\n\n"
HELLO = b"retry: 1000\n\n"
# X-Accel-Buffering: a proxy must hand on each event at once.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(name: str, data: Any, id_: int | None = None) -> bytes:
    """One event; without an id the client's last id stays as it is."""
    head = f"event: {name}\n" if id_ is None else f"id: {id_}\nevent: {name}\n"
    return head.encode() + b"data: " + orjson.dumps(data) + b"\n\n"


def last_id(request: Request) -> int | None:
    """Where the client wants to go on: `Last-Event-ID`, or `?after=` where headers cannot be set. Raise Problem 400 for no number."""
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise broken("after", "event_number")
    return int(text)


def restarted(after: int, last: int) -> bytes:
    """Nothing stands where the client wants to go on: deleted, or never there. The stream goes on behind `last`, which is its last id
    from now on; so neither a gap nor a repeat is silent."""
    return event("restarted", {"after": after, "behind": last}, last if last >= 0 else None)


def stream(kind: str, events: AsyncIterator[bytes]) -> StreamingResponse:
    """`kind` labels the gauge of open streams."""
    return StreamingResponse(_counted(kind, events), media_type="text/event-stream", headers=_HEADERS)


async def _counted(kind: str, events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    gauge = metrics.STREAMS_OPEN().labels(kind)
    gauge.inc()
    try:
        async for part in events:
            yield part
    finally:
        gauge.dec()
