"""Web push (RFC 8030): encrypted for one browser (RFC 8291), so that its maker's push service reads nothing, and signed (RFC 8292)."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

import http_ece
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02

from consumers.notifier import signing
from consumers.notifier.calls import Calls
from consumers.notifier.failing import Ended, taken

_TOKEN_SECONDS = 12 * 3600
_TOPIC_LENGTH = 32
_GONE = (404, 410)
_WRONG = (400, 413)
"""What the same message will be answered by at every later try."""


def encrypted(subscription: dict[str, Any], content: bytes) -> bytes:
    """For the browser that has this subscription; `keys` as its `PushSubscription.toJSON()` has them."""
    keys, once = subscription["keys"], ec.generate_private_key(ec.SECP256R1())
    made: bytes = http_ece.encrypt(content, private_key=once, dh=_bytes(keys["p256dh"]), auth_secret=_bytes(keys["auth"]))
    return made


def topic(receiver: str, event_id: str) -> str:
    """The same for a repeat, which then takes the place of what came before; it says nothing to the push service."""
    digest = hashlib.sha256(f"{receiver}\0{event_id}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:_TOPIC_LENGTH]


class WebPush:
    """`sender`: to whom a push service turns when something is wrong; `seconds`: how long it keeps a message for a browser that is off."""

    def __init__(self, secrets: Sequence[bytes], sender: str, seconds: int, calls: Calls) -> None:
        self._vapid, self._contact = Vapid02(signing.push_key(secrets)), f"mailto:{parseaddr(sender)[1]}"
        self._seconds, self._calls = seconds, calls

    async def send(self, address: str, shown: dict[str, str], tag: str) -> None:
        """`address`: the subscription as JSON; `shown`: title, body, link, language. Raises NotTaken; Ended when the browser has left."""
        subscription = orjson.loads(address)
        content = encrypted(subscription, orjson.dumps({**shown, "tag": tag}))
        status = await self._calls.post(subscription["endpoint"], content, self._headers(subscription["endpoint"], tag))
        if status in _GONE:
            raise Ended(f"HTTP {status}")
        taken(status, _WRONG)

    def _headers(self, endpoint: str, tag: str) -> dict[str, str]:
        to = urlsplit(endpoint)
        claims = {"aud": f"{to.scheme}://{to.netloc}", "sub": self._contact, "exp": int(time.time()) + _TOKEN_SECONDS}
        plain = {"Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream", "TTL": str(self._seconds), "Topic": tag}
        return {**plain, **self._vapid.sign(claims)}


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
