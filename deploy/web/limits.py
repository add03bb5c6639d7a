"""How often and how much: one table of limits, by address, key, office, tracking code and event stream."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from producers.http.guard import RateLimit, client_address, is_own
from schemas.platform.logs import log
from schemas.web import Problem, answer

_ACTIONS = re.compile(r"^/v1/petitions/([^/]+)/(?:actions|same-as)$")
_CODES = re.compile(r"^/v1/petitions/[^/]+(/events|/actions|/same-as|/files/[^/]+)?$")
_UPLOADS = re.compile(r"^/v1/files(/uploads)?$")
_DRAFTS = "/v1/drafts"
_FOLLOWING = "/v1/public/following"
_STREAM = re.compile(r"^/v1/.+/events$")


@dataclass(frozen=True, slots=True)
class Pace:
    """`burst` calls at once, then `per_second`."""

    burst: int
    per_second: float


PACES: Mapping[str, Pace] = {
    "address": Pace(300, 30),
    "key": Pace(2000, 1000),
    "token": Pace(300, 50),
    "code": Pace(20, 0.02),
    "draft": Pace(20, 0.5),
    "follow": Pace(10, 0.01),
    "wrong": Pace(30, 0.5),
    "upload": Pace(60, 0.5),
    "app-upload": Pace(1000, 50),
}
"""Calls by whom they are counted. `code`: what is done with one tracking code (its reading is not counted); `draft`: texts that one address
looks at before it hands one in; `follow`: wishes to follow a place, each of which is a mail to whom it names; `upload`: files begun from
one address, `app-upload`: with one key or token; `wrong`: tokens, keys, tracking codes and sign-ins of one address that do not hold. An
address is a household or a whole mobile network: its pace tells machines from people, not one person from another. This machine's own
addresses are not counted: they are a proxy's, or the operator's."""
STREAMS: Mapping[str, int] = {"path": 20, "address": 300, "all": 4000}
"""Event streams open at once: of one petition or office, of one address, of all."""
_WARN_EVERY = 1000


class Limited:
    """Tells who calls (behind so many proxies of our own), and refuses with 429 and Retry-After what is too much."""

    def __init__(self, app: ASGIApp, trusted_hops: int) -> None:
        self._app, self._hops = app, trusted_hops
        self._paces = {name: RateLimit(pace.burst, round(pace.per_second * 3600), 50_000) for name, pace in PACES.items()}
        self.open_streams: Counter[str] = Counter()
        """By what they are counted."""
        self._unexpected = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        address = self._address(scope, headers)
        scope["client"] = (address, 0)
        try:
            self._check(scope["method"], scope["path"], headers, address)
            with self._stream(scope["path"], address):
                await self._app(scope, receive, self._watched(scope["method"], scope["path"], address, send))
        except Problem as problem:
            await answer(problem, Request(scope))(scope, receive, send)

    def _address(self, scope: Scope, headers: Headers) -> str:
        forwarded = ",".join(headers.getlist("x-forwarded-for"))
        if forwarded and not self._hops:
            if self._unexpected % _WARN_EVERY == 0:
                log.warning("proxy-unknown", hint="X-Forwarded-For comes, FORWARDED_HOPS is 0: all callers count as one")
            self._unexpected += 1
        return client_address(scope["client"][0] if scope.get("client") else "", forwarded, self._hops)

    def _check(self, method: str, path: str, headers: Headers, address: str) -> None:
        """Raise Problem 429 for the first pace that is too fast."""
        if not is_own(address):
            self._take("address", address)
            if wait := self._paces["wrong"].would_wait(address):
                raise _too_many(wait)
            if path == _DRAFTS:
                self._take("draft", address)
            if (method, path) == ("POST", _FOLLOWING):
                self._take("follow", address)
        if key := headers.get("x-api-key"):
            self._take("key", _secret(key))
        if token := headers.get("authorization"):
            self._take("token", _secret(token))
        if method == "POST" and _UPLOADS.match(path):
            self._uploads(key or token, address)
        if method == "POST" and (found := _ACTIONS.match(path)):
            self._take("code", found.group(1))

    def _uploads(self, secret: str | None, address: str) -> None:
        if secret:
            self._take("app-upload", _secret(secret))
        elif not is_own(address):
            self._take("upload", address)

    def _take(self, pace: str, who: str) -> None:
        if wait := self._paces[pace].wait_for(who):
            raise _too_many(wait)

    def _watched(self, method: str, path: str, address: str, send: Send) -> Send:
        if is_own(address):
            return send

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_wrong(method, path, message["status"]):
                self._paces["wrong"].wait_for(address)
            await send(message)

        return watched

    @contextmanager
    def _stream(self, path: str, address: str) -> Iterator[None]:
        if not _STREAM.match(path):
            yield
            return
        counted = {f"path {path}": STREAMS["path"], "all": STREAMS["all"]}
        if not is_own(address):
            counted[f"address {address}"] = STREAMS["address"]
        if any(self.open_streams[name] >= most for name, most in counted.items()):
            raise _too_many(5)
        self.open_streams.update(counted.keys())
        try:
            yield
        finally:
            self.open_streams.subtract(counted.keys())
            self.open_streams += Counter()  # forgets those at nought


def _is_wrong(method: str, path: str, status: int) -> bool:
    """Whether this answers a key, token, tracking code or sign-in that does not hold. Asking who one is, is no try to be somebody."""
    if status == 404:
        return bool(_CODES.match(path))
    return status == 401 and (path.startswith("/v1/") or (method, path) == ("POST", "/session"))


def _too_many(wait: int) -> Problem:
    return Problem(429, "too-fast", headers={"Retry-After": str(wait)}, seconds=wait)


def _secret(value: str) -> str:
    """Secrets are not kept, not even in memory, where their like will do."""
    return hashlib.blake2b(value.encode(), digest_size=16).hexdigest()
