"""Webhooks: one POST, signed as Standard Webhooks has it. No redirect is followed, and of the answer only its status is read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import httpx
import orjson

from consumers.notifier import guard, signing
from consumers.notifier.failing import Never, NotTaken
from consumers.timeline import TimelineEntry
from consumers.views import citizen

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
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
    """`inside`: private addresses and plain HTTP will do."""

    def __init__(self, secrets: Sequence[bytes], *, inside: bool) -> None:
        """`secrets`: the deployment's, the newest first."""
        self._secrets, self._inside = secrets, inside
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False)

    async def send(self, row: dict[str, Any], body: bytes) -> None:
        """Raises NotTaken."""
        to = await guard.target(row["url"], inside=self._inside)
        signed = signing.webhook_headers(secrets_of(self._secrets, row), row["event_id"], int(time.time()), body)
        headers = {**signed, "Host": to.netloc, "Content-Type": "application/json", "User-Agent": "hanoi-petitions"}
        try:
            async with self._client.stream("POST", to.url, content=body, headers=headers, extensions={"sni_hostname": to.host}) as answer:
                status = answer.status_code
        except httpx.HTTPError as error:
            raise NotTaken(type(error).__name__) from None
        if not 200 <= status < 300:
            raise (Never if status in _WRONG else NotTaken)(f"HTTP {status}")

    async def close(self) -> None:
        await self._client.aclose()
