"""What a public form needs: only from our own page, not too often from one address, not by a machine that fills every field."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TRAP = "website"
"""A field that people do not see. What fills it is a machine."""


def same_origin(headers: Mapping[str, str], public_url: str = "") -> bool:
    """Whether a browser says that the call comes from one of our own pages. What is no browser says nothing, and has no cookies."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = headers.get("origin")
    if origin is None:
        return True
    own = {headers.get("host"), urlsplit(public_url).netloc}
    try:
        return (urlsplit(origin).netloc or None) in own - {None, ""}
    except ValueError:  # `http://[` and the like
        return False


def client_address(peer: str, forwarded_for: str, trusted_hops: int) -> str:
    """The caller, behind so many proxies of our own: each of them adds its caller to the end of X-Forwarded-For.

    Of an IPv6 address the network counts (/64), since one customer has all of it.
    """
    named = [part.strip() for part in forwarded_for.split(",") if part.strip()]
    address = named[-min(trusted_hops, len(named))] if trusted_hops and named else peer
    try:
        parsed = ipaddress.ip_address(_bare(address))
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or (parsed if parsed.is_loopback else ipaddress.ip_network((parsed, 64), strict=False)))


def is_own(address: str) -> bool:
    """Whether it is one of this machine's own (or none): a proxy's, that is the whole city's, or the operator's."""
    try:
        return ipaddress.ip_address(address.partition("/")[0]).is_loopback
    except ValueError:
        return not address


def _bare(address: str) -> str:
    """Without a port, which some proxies add (`203.0.113.5:51820`, `[2001:db8::1]:443`)."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


@dataclass(slots=True)
class Bucket:
    """`tokens`: calls that may still be made at once, as of `at` (monotonic seconds)."""

    tokens: float
    at: float


@dataclass(slots=True)
class RateLimit:
    """A token bucket for each caller: `burst` calls at once, then `per_hour`. Remembers the newest `remembered` callers."""

    burst: int
    per_hour: int
    remembered: int = 20_000
    monotonic: Callable[[], float] = time.monotonic
    _buckets: OrderedDict[str, Bucket] = field(default_factory=OrderedDict)

    def wait_for(self, caller: str) -> int:
        """0 when the call may go on (and is counted), else after how many seconds it may."""
        wait = self.would_wait(caller)
        if not wait:
            self._buckets[caller].tokens -= 1
        return wait

    def would_wait(self, caller: str) -> int:
        """The same without counting anything."""
        now, per_second = self.monotonic(), self.per_hour / 3600
        bucket = self._buckets.pop(caller, None) or Bucket(self.burst, now)
        bucket.tokens, bucket.at = min(self.burst, bucket.tokens + (now - bucket.at) * per_second), now
        self._buckets[caller] = bucket
        if len(self._buckets) > self.remembered:
            self._buckets.popitem(last=False)
        # Who waited exactly as told must not fail by a rounding error.
        return 0 if bucket.tokens > 1 - 1e-9 else math.ceil((1 - bucket.tokens) / per_second)
