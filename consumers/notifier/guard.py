"""Where a webhook or a push may go. The name is looked up here, every address is checked, and one that was checked is called."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from consumers.notifier.failing import NotTaken


class Forbidden(NotTaken):
    """A URL or an address to which nothing is sent. It is tried again: a name may be mended."""


@dataclass(frozen=True, slots=True)
class Target:
    """`address` is called, `host` is named in the call and its certificate."""

    url: str
    address: str
    host: str
    netloc: str


def mistake(url: str, *, inside: bool) -> str | None:
    """What is wrong with such a URL, before anything is looked up."""
    parts = urlsplit(url)
    try:
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        named = False
    if not named or parts.scheme not in ("https", "http"):
        return "must be a URL like https://host/path"
    if parts.username or parts.password or parts.fragment:
        return "must have no user, password or fragment"
    if parts.scheme == "http" and not inside:
        return "must begin with https://"
    return None


def may_be_called(address: str, *, inside: bool) -> bool:
    """Whether this IP address is one of the public internet's; `inside`: or of our own networks."""
    found = ip_address(address.partition("%")[0])
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_multicast or found.is_unspecified:
        return False
    return inside or (found.is_global and not found.is_reserved)


async def target(url: str, *, inside: bool) -> Target:
    """Raise Forbidden when the URL, or any address that its name has, may not be called."""
    if why := mistake(url, inside=inside):
        raise Forbidden(f"the URL {why}")
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise NotTaken("its name is not known") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(may_be_called(address, inside=inside) for address in addresses):
        raise Forbidden("its name leads to an address that is not public")
    literal = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return Target(parts._replace(netloc=f"{literal}:{port}").geturl(), addresses[0], host, parts.netloc)
