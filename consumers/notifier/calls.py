"""A POST to where somebody else said: where it leads is checked, no redirect is followed, and of the answer only its status is read."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from consumers.notifier import guard
from consumers.notifier.failing import NotTaken
from schemas.platform.authorities import authorities

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class Calls:
    """`inside`: private addresses and plain HTTP will do."""

    def __init__(self, *, inside: bool) -> None:
        self._inside = inside
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, verify=authorities(), follow_redirects=False, trust_env=False)

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """The answer's status. Raises NotTaken when there is none."""
        to = await guard.target(url, inside=self._inside)
        named = {**headers, "Host": to.netloc, "User-Agent": "hanoi-petitions"}
        try:
            async with self._client.stream("POST", to.url, content=body, headers=named, extensions={"sni_hostname": to.host}) as answer:
                return answer.status_code
        except httpx.HTTPError as error:
            raise NotTaken(type(error).__name__) from None

    async def close(self) -> None:
        await self._client.aclose()
