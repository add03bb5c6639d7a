"""What the roles of an instance on this machine would get from their environment, for commands that work beside them or without them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from deploy.one_machine.embedded import EmbeddedKafka, EmbeddedPostgres
from deploy.one_machine.runner.clock import ClockChoice
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.state import rows

Environment = dict[str, str]


def environment(directory: Directory, given: Mapping[str, str]) -> Environment:
    """`given` goes first; the rest is what `petitions up` would say, as far as it can be told from the directory.

    Whose broker it is decides about all that leads to it: an account of another one would be refused.
    """
    found = {
        "STATE_DIR": str(directory.stores),
        "CREDENTIALS_FILE": str(directory.credentials),
        "FILES_DIR": str(directory.path / "files"),
        "KEYRING_FILE": str(directory.keyring),
        "MODEL_DIR": str(directory.models),
    }
    if "TRACKING_SECRET" not in given and directory.tracking_secret.exists():
        found["TRACKING_SECRET_FILE"] = str(directory.tracking_secret)
    kafka: Environment = {}
    if directory.state.exists() and "KAFKA_BOOTSTRAP_SERVERS" not in given:
        kafka = json.loads(directory.state.read_text(encoding="utf-8"))["kafka_access"]
    if directory.clock.exists():
        found |= ClockChoice(**json.loads(directory.clock.read_text(encoding="utf-8"))).environment()
    if directory.postgres.exists() and not _names_database(given):
        found["DATABASE_URL"] = _postgres(directory).url
    return found | dict(given) | kafka


def runs(directory: Directory) -> bool:
    """Whether a runner works there now."""
    return directory.state.exists() and any(row.role == "runner" and row.pid for row in rows(directory.state))


@contextmanager
def serving(directory: Directory, given: Mapping[str, str]) -> Iterator[Environment]:
    """The environment, with a broker and a database that serve: those given, those of the instance that runs there, else its own,
    started for the time of the work. Raises InUse, KafkaFailed, PostgresFailed.
    """
    kafka, database = "KAFKA_BOOTSTRAP_SERVERS" not in given, not _names_database(given)
    if not (kafka or database) or runs(directory):
        yield environment(directory, given)
        return
    with ExitStack() as stack:
        stack.enter_context(directory.locked())
        started = dict(given)
        if kafka:
            broker = stack.enter_context(_kafka(directory))
            started |= broker.accounts.environment(broker.bootstrap)
        if database:
            started["DATABASE_URL"] = stack.enter_context(_postgres(directory)).url
        yield environment(directory, started)


def _names_database(given: Mapping[str, str]) -> bool:
    return bool(given.get("DATABASE_URL") or given.get("DATABASE_URL_FILE"))


def _kafka(directory: Directory) -> EmbeddedKafka:
    ports = directory.ports(["kafka", "kafka-controller"])
    return EmbeddedKafka(directory.kafka, port=ports["kafka"], voters={1: ports["kafka-controller"]}, log=directory.log("kafka"))


def _postgres(directory: Directory) -> EmbeddedPostgres:
    port = directory.known_ports().get("postgres") or directory.ports(["postgres"])["postgres"]
    return EmbeddedPostgres(directory.postgres, port=port, log=directory.log("postgres"))
