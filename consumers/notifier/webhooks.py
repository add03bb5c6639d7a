"""Webhooks: one POST, signed as Standard Webhooks has it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import orjson

from consumers.notifier import signing
from consumers.notifier.calls import Calls
from consumers.notifier.failing import taken
from consumers.timeline import TimelineEntry
from consumers.views import citizen

_FOR_ALL = ("state", "level", "office", "deadline", "escalation", "breached")
_WRONG = (400, 410, 413, 415, 422)
"""What the same message will be answered by at every later try."""


def payload(entry: TimelineEntry, row: dict[str, Any]) -> bytes:
    """An office gets where the case stands and fetches the rest with its own token; a channel gets what its citizen may see."""
    data: dict[str, Any] = {"petition_id": entry.petition_id, "seq": entry.seq, "case": {name: entry.case.get(name) for name in _FOR_ALL}}
    if row["holder_kind"] == "channel":
        data["items"] = {lang: citizen.items([entry], lang) for lang in ("vi", "en")}
    return orjson.dumps({"type": f"petition.{entry.what}", "timestamp": entry.at, "data": data})


def secrets_of(deployments: Sequence[bytes], row: dict[str, Any]) -> list[str]:
    """What signs for an endpoint: its secret by each of the deployment's, so that it goes on with the one that it was given, and while it
    is being replaced the one before as well."""
    versions = [row["secret"], row["secret"] - 1] if row["both_secrets"] else [row["secret"]]
    return [signing.webhook_secret(secret, row["receiver"], version) for secret in deployments for version in versions]


class Webhooks:
    def __init__(self, secrets: Sequence[bytes], calls: Calls) -> None:
        """`secrets`: the deployment's, the newest first."""
        self._secrets, self._calls = secrets, calls

    async def send(self, row: dict[str, Any], body: bytes) -> None:
        """Raises NotTaken."""
        signed = signing.webhook_headers(secrets_of(self._secrets, row), row["event_id"], int(time.time()), body)
        status = await self._calls.post(row["url"], body, {**signed, "Content-Type": "application/json"})
        taken(status, _WRONG)
