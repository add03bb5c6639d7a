"""A TCP proxy between the processes of a city: what goes through can be cut, held back or delayed, for all clients or for one."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import psutil
import uvloop

HOST = "127.0.0.1"
EVERYBODY = ""
CHUNK = 64 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a connection fares: `cut` ends it and refuses new ones, `silent` lets nothing through, `delay` holds each chunk (seconds)."""

    cut: bool = False
    silent: bool = False
    delay: float = 0.0


FREE = Rule()


@dataclass(eq=False)
class Link:
    """One connection through the proxy; `port` is the client's own end, `client` its name once that was asked for."""

    port: int
    transport: asyncio.WriteTransport
    client: str = "?"


def workers() -> dict[int, str]:
    """Which process has which local TCP port, by its WORKER_ID: the only name that tells roles of one command line apart.

    It looks through all processes, which takes a while: not in the proxies' thread.
    """
    found = {}
    for connection in psutil.net_connections("tcp4"):
        with contextlib.suppress(psutil.Error):
            if connection.pid and (name := psutil.Process(connection.pid).environ().get("WORKER_ID")):
                found[connection.laddr.port] = name
    return found


class Proxy:
    """Listens on `port` (its own choice) and passes everything on to `target`. `Proxies` starts it; rules may be set from any thread."""

    def __init__(self, target: int, loop: asyncio.AbstractEventLoop) -> None:
        self.target, self.port = target, 0
        self._loop = loop
        self._rules: dict[str, Rule] = {}
        self._links: set[Link] = set()
        self._changed = asyncio.Event()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def set(self, rule: Rule, client: str = EVERYBODY) -> None:
        """From now on `rule` holds for the connections of `client`; FREE takes it back."""
        names = {} if client == EVERYBODY else workers()
        asyncio.run_coroutine_threadsafe(self._set(rule, client, names), self._loop).result()

    async def _set(self, rule: Rule, client: str, names: Mapping[int, str]) -> None:
        for link in self._links:
            link.client = names.get(link.port, link.client)
        self._rules = {**{name: old for name, old in self._rules.items() if name != client}, **({} if rule == FREE else {client: rule})}
        before, self._changed = self._changed, asyncio.Event()
        before.set()
        for link in [link for link in self._links if self._rule(link).cut]:
            link.transport.abort()

    def _rule(self, link: Link) -> Rule:
        return self._rules.get(EVERYBODY) or self._rules.get(link.client, FREE)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transport = writer.transport
        link = Link(transport.get_extra_info("peername")[1], transport)
        self._links.add(link)
        try:
            if self._rules.keys() - {EVERYBODY}:
                link.client = (await asyncio.to_thread(workers)).get(link.port, link.client)
            if not self._rule(link).cut:
                await self._join(link, reader, writer)
        except OSError:
            pass  # either end is gone, so the other one must be told
        finally:
            self._links.discard(link)
            transport.abort()

    async def _join(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(HOST, self.target)
        pumps = [
            asyncio.create_task(self._pump(link, reader, server_writer)),
            asyncio.create_task(self._pump(link, server_reader, writer)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            server_writer.transport.abort()

    async def _pump(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Until the end that it reads from, or the one that it writes to, is closed."""
        while data := await reader.read(CHUNK):
            while self._rule(link).silent:
                await self._changed.wait()
            if delay := self._rule(link).delay:
                await asyncio.sleep(delay)
            writer.write(data)
            await writer.drain()
        with contextlib.suppress(OSError):
            await writer.drain()

    async def close(self) -> None:
        assert self._server is not None
        self._server.close()
        for link in list(self._links):
            link.transport.abort()


class Proxies:
    """Any number of proxies in one thread of their own. A context manager: at its end all connections are ended."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._thread.start()
        self._all: list[Proxy] = []

    def to(self, target: int) -> Proxy:
        """A proxy in front of the server at `target`, which need not be there yet."""
        proxy = Proxy(target, self._loop)
        self._do(proxy.start())
        self._all.append(proxy)
        return proxy

    def close(self) -> None:
        for proxy in self._all:
            self._do(proxy.close())
        self._do(_settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def _settle() -> None:
    """End what still runs on this loop, and wait for it."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
