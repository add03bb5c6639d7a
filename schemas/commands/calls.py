"""HTTP for the commands. What is refused ends the command with 1, what nobody answers with 3; both say why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from schemas.commands.access import Access
from schemas.commands.failing import FAILED, UNREACHABLE, fail

if TYPE_CHECKING:
    import httpx

TIMEOUT_SECONDS = 15.0
SILENCE_SECONDS = 60.0
"""Longer than the pause between two heartbeats of a stream."""
Headers = Mapping[str, str]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """One Server-Sent Event; `id` is what to resume from."""

    id: str
    name: str
    data: Json


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def get(access: Access, path: str, headers: Headers | None = None, **parameters: str) -> Json:
    """The answer of a call that reads."""
    return _checked(_asked(access, "GET", path, headers, params=parameters))


def look(access: Access, path: str, headers: Headers | None = None) -> Json | None:
    """The same, but None when it is refused."""
    found = _asked(access, "GET", path, headers)
    return _checked(found) if found.is_success else None


def post(access: Access, path: str, body: Json, headers: Headers) -> Json:
    """The answer of a call that was accepted."""
    return _checked(_asked(access, "POST", path, headers, json=body))


def follow(access: Access, path: str, headers: Headers | None = None, **parameters: str) -> Iterator[StreamEvent]:
    """Events as they come, until the service ends the stream."""
    import httpx
    from httpx_sse import EventSource

    timeout = httpx.Timeout(TIMEOUT_SECONDS, read=SILENCE_SECONDS)
    try:
        with httpx.stream("GET", f"{access.url}{path}", params=parameters, headers=_spoken(access, headers), timeout=timeout) as answer:
            if not answer.is_success:
                answer.read()
                _refused(answer)
            for event in EventSource(answer).iter_sse():
                if event.data:
                    yield StreamEvent(event.id, event.event, json.loads(event.data))
    except httpx.HTTPError as error:
        _unreachable(access, error)


def explain(answer: httpx.Response) -> str:
    """Problem details in words: `403 foreign-office: …`, and one line for each field."""
    try:
        problem = answer.json()
        lines = [f"{answer.status_code} {problem['code']}: {problem['detail']}"]
        lines += [f"  {item['field']}: {item['message']}" for item in problem.get("fields", ())]
    except (ValueError, KeyError, TypeError):
        return f"{answer.status_code}: the answer was not understood"
    return "\n".join(lines)


def _asked(access: Access, method: str, path: str, headers: Headers | None, **more: Any) -> httpx.Response:
    import httpx  # here, so that the command line starts quickly

    try:
        return httpx.request(method, f"{access.url}{path}", headers=_spoken(access, headers), timeout=TIMEOUT_SECONDS, **more)
    except httpx.HTTPError as error:
        _unreachable(access, error)


def _spoken(access: Access, headers: Headers | None) -> dict[str, str]:
    return {"Accept-Language": access.lang, **(headers or {})}


def _checked(answer: httpx.Response) -> Json:
    if not answer.is_success:
        _refused(answer)
    found: Json = answer.json()
    return found


def _refused(answer: httpx.Response) -> NoReturn:
    fail(UNREACHABLE if answer.status_code == 503 else FAILED, explain(answer))


def _unreachable(access: Access, error: Exception) -> NoReturn:
    fail(UNREACHABLE, f"{access.url} cannot be reached ({type(error).__name__}). Is it running? Start it with: petitions up")
