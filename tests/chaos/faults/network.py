"""What goes wrong between two processes. A victim is a server, for everybody, or `role>server`, for that role alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from tests.chaos.city import City
from tests.chaos.proxy import EVERYBODY, FREE, Rule


def under(rule: Rule) -> Callable[[City, str], AbstractContextManager[None]]:
    """The fault that lets `rule` hold for a while."""

    @contextmanager
    def fault(city: City, victim: str) -> Iterator[None]:
        client, _, server = victim.rpartition(">")
        proxies = [city.proxies[name] for name in (city.brokers if server == "kafka" else [server])]
        for proxy in proxies:
            proxy.set(rule, client or EVERYBODY)
        yield
        for proxy in proxies:
            proxy.set(FREE, client or EVERYBODY)

    return fault
