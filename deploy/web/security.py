"""What every response has, and what never leaves the process."""

from __future__ import annotations

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),  # paths hold tracking codes
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"geolocation=(self), camera=(self), microphone=(), payment=(), usb=()"),
]
_POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
_ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Hardened:
    """Adds the headers that a response does not have of its own, and lets no exception out.

    Whoever raised has been answered with a 500 and stands in the log by its type; a server that printed the whole exception would
    print with it what a person wrote.
    """

    def __init__(self, app: ASGIApp, *, https: bool, tiles: str = "") -> None:
        """`https`: citizens reach the service by it, and their browsers shall know no other way. `tiles`: the one other origin from which
        pages may have pictures, those of the map."""
        self._app = app
        policy = f"{_POLICY}; img-src 'self' {tiles}" if tiles else _POLICY
        self._headers = [*_HEADERS, (b"content-security-policy", policy.encode()), *([_ONLY_HTTPS] if https else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def hardened(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(item for item in self._headers if item[0] not in own)]
            await send(message)

        with suppress(Exception):
            await self._app(scope, receive, hardened)
