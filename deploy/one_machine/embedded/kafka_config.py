"""The embedded broker's configuration: one combined broker and controller, small and quick, on 127.0.0.1 only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from deploy.one_machine.embedded.accounts import Accounts
from deploy.one_machine.embedded.kafka_security import CLIENTS, CONTROLLERS, security
from schemas.events.brokers import BROKER_SETTINGS
from schemas.events.topics import MAX_BATCH_BYTES, MEBIBYTE


@dataclass(frozen=True, slots=True)
class Node:
    """One broker of a cluster. `voters`: controller port of every node of the quorum, by node id, this one included."""

    node_id: int
    port: int
    controller_port: int
    voters: Mapping[int, int]
    data: Path
    overrides: Mapping[str, str] = field(default_factory=dict)

    @property
    def replication(self) -> int:
        return min(3, len(self.voters))


def properties(node: Node, accounts: Accounts) -> dict[str, str]:
    """The node's server.properties."""
    ours = {setting.name: setting.value for setting in BROKER_SETTINGS}
    small = {**_SMALL, **_LATENCY, **_session(node), **_LIMITS}
    return {**_identity(node), **security(accounts), **_internal_topics(node), **ours, **small, **node.overrides}


def render(settings: Mapping[str, str]) -> str:
    """As a file of properties."""
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _identity(node: Node) -> dict[str, str]:
    return {
        "process.roles": "broker,controller",
        "node.id": str(node.node_id),
        "controller.quorum.voters": ",".join(f"{number}@127.0.0.1:{port}" for number, port in sorted(node.voters.items())),
        "listeners": f"{CLIENTS}://127.0.0.1:{node.port},{CONTROLLERS}://127.0.0.1:{node.controller_port}",
        "advertised.listeners": f"{CLIENTS}://127.0.0.1:{node.port}",
        "log.dirs": str(node.data / "log"),
    }


def _internal_topics(node: Node) -> dict[str, str]:
    replicas, in_sync = str(node.replication), str(max(1, node.replication - 1))
    return {
        "default.replication.factor": replicas,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": replicas,
        "offsets.topic.num.partitions": "8",
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": "8",
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": "1",
    }


def _session(node: Node) -> dict[str, str]:
    # A killed broker's partitions stand still until the controller takes it for dead; one that was alone is not let in before that, and has
    # nobody who could take over meanwhile. Where the controller itself was killed, the others must notice that first, and agree on another.
    session = {"broker.session.timeout.ms": "1500"}
    if len(node.voters) == 1:
        return session | {"broker.heartbeat.interval.ms": "500"}
    return session | {"broker.heartbeat.interval.ms": "300"} | _QUORUM


# About 150 one-partition topics must cost little on a machine with two cores.
_SMALL = {
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "num.recovery.threads.per.data.dir": "2",
    "group.coordinator.threads": "1",
    "share.coordinator.threads": "1",
    "log.cleaner.dedupe.buffer.size": str(16 * MEBIBYTE),
    "log.segment.bytes": str(128 * MEBIBYTE),
    "log.index.size.max.bytes": str(MEBIBYTE),
    "log.preallocate": "false",
    # Work that goes on while nothing happens.
    "metadata.max.idle.interval.ms": "10000",
    "replica.high.watermark.checkpoint.interval.ms": "30000",
    "offsets.topic.segment.bytes": str(16 * MEBIBYTE),
    "transaction.state.log.segment.bytes": str(16 * MEBIBYTE),
}

_QUORUM = {
    "controller.quorum.fetch.timeout.ms": "800",
    "controller.quorum.election.timeout.ms": "400",
    "controller.quorum.election.backoff.max.ms": "300",
    "controller.quorum.request.timeout.ms": "1000",
}

_LATENCY = {
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
}

_LIMITS = {
    "message.max.bytes": str(MAX_BATCH_BYTES),
    "replica.fetch.max.bytes": str(MAX_BATCH_BYTES),
    "unclean.leader.election.enable": "false",
}
