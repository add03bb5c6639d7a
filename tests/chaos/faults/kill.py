"""A process ends without a word, as by the kernel or a power failure; or in order, as by an operator."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos.city import City


@contextmanager
def killed(city: City, victim: str) -> Iterator[None]:
    """kill -9. The runner starts a role again at once; broker and database stay away for as long as the fault lasts."""
    server = city.servers.get(victim)
    if server is None:
        city.instance.kill(victim)
    else:
        server.kill()
    yield
    city.revive()


@contextmanager
def rolled(city: City, _victim: str) -> Iterator[None]:
    """The brokers are restarted in order, one after another, each as soon as the one before it serves again."""
    for name in city.brokers:
        city.servers[name].stop()
        time.sleep(1)
        city.revive()
    yield
