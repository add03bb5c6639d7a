"""SMS and Zalo, through whatever gateway takes a POST of JSON: one adapter, a template by setting."""

from __future__ import annotations

import json
from string import Template
from typing import Any

import httpx

from consumers.notifier.failing import NotTaken, taken
from schemas.platform.authorities import authorities

_WRONG = (400, 422)
"""What the same message will be answered by at every later try."""


def body(template: str, **values: str) -> Any:
    """The template's JSON with `$names` in its texts filled in: no text can become anything but a text."""

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: filled(value) for name, value in part.items()}
        if isinstance(part, list):
            return [filled(value) for value in part]
        return Template(part).safe_substitute(values) if isinstance(part, str) else part

    return filled(json.loads(template))


class Gateway:
    """`id` is the reference by which the gateway can know a repeat."""

    def __init__(self, url: str, token: str, template: str) -> None:
        self._url, self._template = url, template
        self._client = httpx.AsyncClient(timeout=10, verify=authorities(), headers={"Authorization": f"Bearer {token}"} if token else {})

    async def send(self, address: str, text: str, reference: str) -> None:
        """Raises NotTaken."""
        given = body(self._template, address=address, text=text, id=reference)
        try:
            answer = await self._client.post(self._url, json=given, headers={"Idempotency-Key": reference})
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise NotTaken(type(error).__name__) from None
        taken(answer.status_code, _WRONG)

    async def close(self) -> None:
        await self._client.aclose()
