"""What the producers' tests share: credentials, a client, and a reader of topics."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from kafka import KafkaConsumer, TopicPartition

from schemas.events.catalogue import EventType
from schemas.events.envelope import Event, read
from tests.broker import reach

SECRET = "a secret of at least thirty-two characters"
KEY = "intake-key-of-ihanoi"
CREDENTIALS = {
    "intake": {"ihanoi": KEY, "hotline": "another-key"},
    "departments": {code: f"token-{code}" for code in ("so-xd", "so-nnmt", "vp-ubnd", "tt-pvhcc", "ward-00070")},
    "admin": "admin-token",
}
PETITION = {"channel": "ihanoi", "text": "Hố ga mất nắp trước số 12 phố Hàng Bè"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Calls of the application with the usual headers."""

    client: httpx.AsyncClient

    async def submit(self, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return await self.client.post("/v1/petitions", json=body or PETITION, headers={"X-API-Key": KEY, **named(headers)})

    async def act(self, office: str, petition_id: str, body: dict[str, Any], token: str | None = None, **headers: str) -> httpx.Response:
        path = f"/v1/departments/{office}/queue/{petition_id}/actions"
        return await self.client.post(path, json=body, headers={"Authorization": f"Bearer {token or f'token-{office}'}", **named(headers)})


def named(headers: dict[str, str]) -> dict[str, str]:
    """`accept_language` → `Accept-Language`."""
    return {name.replace("_", "-"): value for name, value in headers.items()}


def on_topic(bootstrap: str, entry: EventType, petition_id: str) -> list[Event[Any]]:
    """All events of a petition on the type's topic, up to the topic's present end, each checked against the catalogue."""
    consumer = KafkaConsumer(**reach(bootstrap), enable_auto_commit=False, isolation_level="read_committed")
    try:
        topic = entry.topic.name
        parts = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(parts)
        ends = consumer.end_offsets(parts)
        consumer.seek_to_beginning(*parts)
        found = []
        while any(consumer.position(part) < ends[part] for part in parts):
            for records in consumer.poll(timeout_ms=500).values():
                found += [read(one.value, one.headers, [entry]) for one in records if one.key == petition_id.encode()]
        return found
    finally:
        consumer.close()


async def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for a condition; the limit only ends a test that would hang."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 (the condition has no event to wait for)
            await asyncio.sleep(0.02)
