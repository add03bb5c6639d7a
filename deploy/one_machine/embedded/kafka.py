"""An Apache Kafka broker (KRaft) as a child process; its data survives kill -9. Nobody gets in without an account."""

from __future__ import annotations

import base64
import subprocess
import tempfile
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from deploy.errors import Failed
from deploy.one_machine.embedded.accounts import BROKER, OPERATOR, Accounts
from deploy.one_machine.embedded.child import Child, Command, guarded
from deploy.one_machine.embedded.jars import KAFKA_VERSION
from deploy.one_machine.embedded.jvm import fast_start, java
from deploy.one_machine.embedded.kafka_adopt import adopt
from deploy.one_machine.embedded.kafka_config import Node, properties, render
from deploy.one_machine.embedded.kafka_probe import answers
from deploy.one_machine.embedded.kafka_security import first_accounts, unlocked
from deploy.one_machine.embedded.ports import free_port
from deploy.one_machine.embedded.private import private_folder, write_private
from deploy.one_machine.embedded.server import Server
from schemas.platform.kafka import KafkaSettings

_EXERCISE_SECONDS = 8.0
_QUICKLY_COMPILED = ("-XX:TieredStopAtLevel=1",)
"""On a machine that it shares with all else, the broker's second compiler costs more than its code gains (decision 22)."""


class KafkaFailed(Failed):
    """The broker could not be formatted, ended while starting, or did not get ready in time."""


def new_cluster_id() -> str:
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode().replace("-", "A")


class EmbeddedKafka(Server):
    """One broker. Alone it is a cluster of one; of several, each has its `node_id` and all the same `voters` and `cluster_id`.

    `voters` maps node ids to controller ports. Ports stay the same over restarts of this object. `overrides`: broker settings;
    `jvm_options`: instead of those for a fast start, which only the usual `version` has. `accounts`: the folder of the passwords, which
    the brokers of a cluster share. Starting raises KafkaFailed or JarsUnavailable.
    """

    failed = KafkaFailed
    stop_limit = 20.0

    def __init__(
        self,
        data: Path,
        *,
        node_id: int = 1,
        port: int | None = None,
        voters: Mapping[int, int] | None = None,
        cluster_id: str | None = None,
        accounts: Path | None = None,
        log: Path | None = None,
        heap_mb: int = 512,
        overrides: Mapping[str, str] | None = None,
        jvm_options: tuple[str, ...] | None = None,
        version: str = KAFKA_VERSION,
    ) -> None:
        super().__init__()
        voters = voters or {node_id: free_port()}
        data = data.resolve()
        self.node = Node(node_id, port or free_port(), voters[node_id], voters, data, overrides or {})
        self.accounts = Accounts((accounts or data / "accounts").resolve())
        self.log = log or data / "broker.log"
        self._cluster_id = cluster_id or new_cluster_id()
        self._heap_mb = heap_mb
        self._options = jvm_options if version == KAFKA_VERSION else jvm_options or ()
        self._version = version

    def __str__(self) -> str:
        return "the broker"

    @property
    def port(self) -> int:
        return self.node.port

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.node.port}"

    def settings(self, principal: str = OPERATOR) -> KafkaSettings:
        """What a client needs to come in as `principal`."""
        return self.accounts.settings(self.bootstrap, principal)

    def prepare(self) -> Path:
        """Write the configuration, its path is the answer; the first time fetch Kafka and format the data directory."""
        if self._options is None:
            self._options = fast_start(_train)
        private_folder(self.node.data)
        closed = self.node.data / "accounts.told"  # the broker knows its accounts
        formatted = (self.node.data / "log" / "meta.properties").exists()
        if formatted and not closed.exists():
            self._adopt()
        settings = self._configure(properties(self.node, self.accounts))
        if not formatted:
            self._format(settings)
        closed.touch()
        return settings

    def command(self) -> Command:
        """The command that runs the broker on its data directory, which is prepared."""
        return self._program(self.prepare())

    def _program(self, settings: Path) -> Command:
        return Command(
            self._java("kafka.Kafka", str(settings), heap_mb=self._heap_mb, options=(*(self._options or ()), *_QUICKLY_COMPILED)), self.log
        )

    @property
    def ready(self) -> bool:
        """Registered and unfenced: it would give itself as an answer to a client that asks for the brokers."""
        return answers(self.node.port, self.node.node_id, BROKER, self.accounts.password(BROKER))

    def _adopt(self) -> None:
        """Data of a release whose broker was open: start it once on ports that nobody knows, and tell it the accounts."""
        click.echo("the broker has no accounts yet and is told them (once)", err=True)
        controller = free_port()
        node = replace(self.node, port=free_port(), controller_port=controller, voters={self.node.node_id: controller})
        broker = Child(self._program(self._configure(properties(node, self.accounts) | unlocked(self.accounts))))
        try:
            adopt(f"127.0.0.1:{node.port}", self.accounts)
        except RuntimeError as error:
            raise KafkaFailed(f"could not tell the broker in {node.data} its accounts: {error}; {broker.last_words()}") from error
        finally:
            broker.stop(self.stop_limit)

    def _configure(self, settings: Mapping[str, str]) -> Path:
        path = self.node.data / "server.properties"
        write_private(path, render(settings))
        return path

    def _format(self, settings: Path) -> None:
        arguments = ("format", "--cluster-id", self._cluster_id, "--config", str(settings), *first_accounts(self.accounts))
        program, *argv = self._java("kafka.tools.StorageTool", *arguments, heap_mb=128, options=_QUICKLY_COMPILED)
        # In a file: every user of the machine can read what a process was started with.
        told = self.node.data / "format.arguments"
        write_private(told, "\n".join(map(_quoted, argv)))
        done = subprocess.run(guarded([program, f"@{told}"]), capture_output=True, text=True, check=False)
        told.unlink()
        if done.returncode != 0:
            why = (done.stderr or done.stdout).strip()
            for name in (BROKER, OPERATOR):  # it repeats what it was told
                why = why.replace(self.accounts.password(name), "…")
            raise KafkaFailed(f"could not format {self.node.data}: {why}")

    def _java(self, main: str, *arguments: str, heap_mb: int, options: tuple[str, ...]) -> tuple[str, ...]:
        return java(main, *arguments, heap_mb=heap_mb, options=options, version=self._version)


def _quoted(argument: str) -> str:
    """For a file of arguments, where a space ends one: a folder may well be called `Kiến nghị của dân`."""
    return '"' + argument.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _train(option: str) -> None:
    """Run a broker of its own with the JVM `option`, give it some work, then stop it in order."""
    from aiokafka.errors import KafkaError

    from deploy.one_machine.embedded.exercise import exercise
    from streams.engine.client import Refused

    with tempfile.TemporaryDirectory() as folder:
        broker = EmbeddedKafka(Path(folder) / "kafka", jvm_options=(option,))
        try:
            broker.start(120)
            exercise(broker.settings(), _EXERCISE_SECONDS)
        except (KafkaFailed, KafkaError, Refused, TimeoutError) as error:
            # A JVM that cannot do this can still run the broker.
            click.echo(f"went on without: {error}", err=True)
        broker.stop(120)  # at its end the JVM writes the archive


def cluster(data: Path, size: int = 3, *, heap_mb: int = 384, overrides: Mapping[str, str] | None = None) -> list[EmbeddedKafka]:
    """Brokers 1…size of one cluster, not started: `launch` all of them, then `wait_ready` each."""
    voters = {number: free_port() for number in range(1, size + 1)}
    identity, accounts = new_cluster_id(), data / "accounts"
    return [
        EmbeddedKafka(
            data / f"broker-{number}",
            node_id=number,
            voters=voters,
            cluster_id=identity,
            accounts=accounts,
            heap_mb=heap_mb,
            overrides=overrides,
        )
        for number in voters
    ]
