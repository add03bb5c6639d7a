"""The city that faults strike: brokers, database and proxies of the test's own, and an instance that reaches both through the proxies."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from deploy.one_machine.embedded import EmbeddedPostgres
from deploy.one_machine.embedded.kafka import new_cluster_id
from deploy.one_machine.embedded.kafka_security import CLIENTS
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.embedded.server import Server
from tests.broker import kafka_in
from tests.chaos.disk import Disk, mounted
from tests.chaos.instance import Instance
from tests.chaos.policy import write_policy
from tests.chaos.proxy import Proxies, Proxy

CLOCK_SCALE = 6.0
"""A minute of the policy's limits is ten seconds of the test's."""
HERE = Path(__file__).parent
WORKER = "case-1"
ROLES = (WORKER, "projector", "dispatcher", "incidents", "web")
DATABASE = "postgres"
SPACE = 4 * 2**30
IDLE = {
    "connections.max.idle.ms": "5000",
    "transactional.id.expiration.ms": "20000",
    "transaction.remove.expired.transaction.cleanup.interval.ms": "2000",
    "producer.id.expiration.ms": "20000",
    "offsets.retention.minutes": "1",
    "offsets.retention.check.interval.ms": "2000",
}
"""A week in a minute: what the brokers forget or close when it is not used for so long."""


class City:
    """`with City(...).running() as city`. Brokers are called `broker-1`…, the database `postgres`, roles as `petitions ps` has them."""

    def __init__(self, data: Path, *, brokers: int, disks: bool) -> None:
        self.data, self.disks = data, disks
        self.clocks = data / "clocks"
        self.stores = data / "state"
        self.policy = data / "policy"
        self.load: int | None = None
        """The process that is the intake app and the offices."""
        self.proxies: dict[str, Proxy] = {}
        self.servers: dict[str, Server] = {}
        self.mounts: dict[str, Disk] = {}
        self._brokers = brokers

    @property
    def brokers(self) -> list[str]:
        return [f"broker-{number + 1}" for number in range(self._brokers)]

    @contextmanager
    def running(self) -> Iterator[City]:
        """Started and ready; at the end everything is stopped and every mount undone, whatever happened."""
        self.clocks.mkdir(parents=True, exist_ok=True)
        write_policy(self.policy)
        with ExitStack() as stack:
            self._mount(stack)
            proxies = stack.enter_context(Proxies())
            self._serve(proxies, stack)
            self.instance = Instance(self.data, environment=self._environment(), options=("--clock-scale", str(CLOCK_SCALE)))
            stack.callback(self.instance.stop)
            self.instance.start()
            self.environment = self.instance.environment()
            yield self

    def _mount(self, stack: ExitStack) -> None:
        if self.disks:
            for name, path in {"store": self.stores, **{name: self.data / name for name in (*self.brokers, DATABASE)}}.items():
                self.mounts[name] = stack.enter_context(mounted(path, SPACE))

    def _serve(self, proxies: Proxies, stack: ExitStack) -> None:
        """Each server advertises, or is known by, its proxy alone: brokers among each other too."""
        voters, identity = {number: free_port() for number in range(1, self._brokers + 1)}, new_cluster_id()
        for number, name in enumerate(self.brokers, 1):
            port = free_port()
            proxy = self.proxies[name] = proxies.to(port)
            overrides = {**IDLE, "advertised.listeners": f"{CLIENTS}://127.0.0.1:{proxy.port}"}
            self.servers[name] = kafka_in(
                self.data / name / "data", node_id=number, port=port, voters=voters, cluster_id=identity, heap_mb=384, overrides=overrides,
                log=self.data / f"{name}.log", accounts=self.data / "accounts",
            )  # fmt: skip
        database = EmbeddedPostgres(self.data / DATABASE / "data", log=self.data / f"{DATABASE}.log")
        self.servers[DATABASE] = database
        self.proxies[DATABASE] = proxies.to(database.port)
        database.start()
        self._database = database.url.replace(f":{database.port}/", f":{self.proxies[DATABASE].port}/")
        for server in self.servers.values():
            stack.callback(server.stop)
        self.revive()

    def _environment(self) -> dict[str, str]:
        return {
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(f"127.0.0.1:{self.proxies[name].port}" for name in self.brokers),
            "DATABASE_URL": self._database,
            "REPLICATION": str(min(3, self._brokers)),
            "PARTITIONS": "4",
            "STATE_DIR": str(self.stores),
            "POLICY_DIR": str(self.policy),
            "CHAOS_CLOCKS": str(self.clocks),
            "PYTHONPATH": os.pathsep.join(filter(None, (str(HERE / "shim"), os.environ.get("PYTHONPATH")))),
        }

    def pid(self, victim: str) -> int:
        """The victim's process. Raises KeyError while it has none."""
        if victim == "intake":
            assert self.load is not None
            return self.load
        server = self.servers.get(victim)
        if server is None:
            return self.instance.pids()[victim]
        if server.pid is None:
            raise KeyError(victim)
        return server.pid

    def family(self, victim: str) -> list[psutil.Process]:
        """The victim and what it has started: a database is many processes."""
        head = psutil.Process(self.pid(victim))
        return [head, *head.children(recursive=True)]

    def revive(self) -> None:
        """Start brokers and database again that have ended (of roles the runner takes care) and wait until they serve."""
        for server in self.servers.values():
            if server.pid is None:
                server.launch()
        for server in self.servers.values():
            self._wait(server)

    def _wait(self, server: Server) -> None:
        for _ in range(3):  # one that has just found its disk full, or its predecessor's lock, is started again
            try:
                server.wait_ready()
            except server.failed:
                time.sleep(1)
                server.launch()
            else:
                return
        server.wait_ready()

    def wait_ready(self) -> None:
        """Until everything serves again. Raises RuntimeError or what a server's `failed` says."""
        self.revive()
        self.instance.wait_ready()
