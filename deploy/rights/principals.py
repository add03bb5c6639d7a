"""Who may do what at the brokers: one table principal × resource × operation, derived from the roles and the topology.

A principal is a role, an office's own system (`office-<code>`), an intake channel's own system (`channel-<name>`), or the operator.
Whatever is not in the table is refused by Kafka: nobody but the case stage writes events, nobody but the operator deletes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from deploy.roles import BY_NAME, CHANNEL_INTAKE, OFFICE_ACTIONS, QUEUES, Flow, Role, flows
from schemas.events import topics
from schemas.reference import offices

Kind = Literal["topic", "group", "transactional-id", "cluster"]
Operation = Literal["read", "write", "describe", "describe-configs", "all"]
_MANY = {QUEUES: topics.QUEUE_PREFIX, OFFICE_ACTIONS: topics.OFFICE_PREFIX, CHANNEL_INTAKE: topics.CHANNEL_PREFIX}
OPERATOR = "operator"
CLUSTER = "kafka-cluster"
"""What Kafka calls the cluster as a resource."""


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """`principal` may do `operation` on the `kind` of resource called `name`; `prefix`: on every one whose name begins so.

    As Kafka has it, who may read or write may also describe.
    """

    principal: str
    kind: Kind
    name: str
    operation: Operation
    prefix: bool = False


def office(code: str) -> str:
    """The principal of an office's own system."""
    return f"office-{code}"


def channel(name: str) -> str:
    """The principal of an intake channel's own system."""
    return f"channel-{name}"


def grants() -> list[Grant]:
    """The whole table, in order."""
    found = {
        *_operator(),
        *(grant for flow in flows() if flow.role.kind != "once" for grant in (*_flow(flow), *_itself(flow.role))),
        *_chained(),
        *_watching(),
        *(grant for code in offices() for grant in _office(code)),
        *(Grant(channel(name), "topic", topics.channel_topic(name).name, "write") for name in topics.CHANNELS),
    }
    return sorted(found)


def principals() -> list[str]:
    """Everybody in the table."""
    return sorted({grant.principal for grant in grants()})


def is_ours(principal: str) -> bool:
    """Whether the table decides about it, even where it does not name it any more (an office that is gone)."""
    return principal in BY_NAME or principal == OPERATOR or principal.startswith((office(""), channel("")))


def _operator() -> Iterator[Grant]:
    every: dict[Kind, str] = {"topic": "*", "group": "*", "transactional-id": "*", "cluster": CLUSTER}
    for kind, name in every.items():
        yield Grant(OPERATOR, kind, name, "all")


def _flow(flow: Flow) -> Iterator[Grant]:
    for topic in flow.reads:
        yield _on(flow.role.name, topic, "read")
    for topic in flow.writes:
        yield _on(flow.role.name, topic, "write")


def _on(principal: str, topic: topics.Topic, operation: Operation) -> Grant:
    if topic in _MANY:
        return Grant(principal, "topic", _MANY[topic], operation, prefix=True)
    return Grant(principal, "topic", topic.name, operation)


def _itself(role: Role) -> Iterator[Grant]:
    """A role's own group, and the ids under which its workers make transactions."""
    if role.group:
        yield Grant(role.name, "group", role.group, "read")
    if role.transactions:
        yield Grant(role.name, "transactional-id", f"{role.transactions}-", "write", prefix=True)


def _chained() -> Iterator[Grant]:
    """With CHAINED a stage does another one's work, too. Either way each goes on where the other had come, looks whether the other has
    workers, and ends what one of them that is gone had left open.
    """
    from streams.topology import TOPOLOGY

    of = {flow.role.name: flow for flow in flows()}
    for row in TOPOLOGY:
        if row.chained_to:
            first, second = BY_NAME[row.stage], BY_NAME[row.chained_to]
            yield from _flow(Flow(second, of[first.name].reads, of[first.name].writes))
            for one, other in ((first, second), (second, first)):
                yield Grant(one.name, "group", other.group, "describe")
                yield Grant(one.name, "transactional-id", f"{other.transactions}-", "write", prefix=True)


def _watching() -> Iterator[Grant]:
    """The role `web` tells how much of the inputs' retention their readers have used up (deploy/web/retention.py)."""
    for topic in topics.INPUTS:
        yield Grant("web", "topic", topic.name, "read")
        yield Grant("web", "topic", topic.name, "describe-configs")
    for role in BY_NAME.values():
        if role.kind == "stage":
            yield Grant("web", "group", role.group, "describe")


def _office(code: str) -> Iterator[Grant]:
    """It reads its own queue, in groups whose names begin with its own and a dot, and asks for things on its own topic."""
    yield Grant(office(code), "topic", topics.queue_topic(code).name, "read")
    yield Grant(office(code), "topic", topics.office_topic(code).name, "write")
    yield Grant(office(code), "group", f"{office(code)}.", "read", prefix=True)
