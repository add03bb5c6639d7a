"""Brokers of the tests' own. They all have the same operator, and whoever imports this, with all its child processes, is that operator."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from kafka.admin import KafkaAdminClient

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.accounts import MECHANISM, OPERATOR, PROTOCOL
from deploy.one_machine.embedded.private import private_folder, write_private
from schemas.events.topics import Deployment, Topic, config
from schemas.platform.kafka import KafkaSettings

PASSWORD = os.environ.setdefault("KAFKA_PASSWORD", secrets.token_urlsafe(24))
os.environ |= {"KAFKA_SECURITY_PROTOCOL": PROTOCOL, "KAFKA_SASL_MECHANISM": MECHANISM, "KAFKA_USERNAME": OPERATOR}


def kafka_in(data: Path, **more: Any) -> EmbeddedKafka:
    """A broker with its data in `data` that knows the tests' operator; `more` as EmbeddedKafka takes it."""
    give_operator(more.get("accounts", data / "accounts"))
    return EmbeddedKafka(data, **more)


def give_operator(accounts: Path) -> None:
    """Put the operator's password where a broker that has never been started looks for it."""
    private_folder(accounts)
    write_private(accounts / OPERATOR, PASSWORD)


def reach(servers: str) -> dict[str, Any]:
    """The keyword arguments of any client of such a broker."""
    return operator(servers).client()


def operator(servers: str) -> KafkaSettings:
    """The tests' operator at such a broker."""
    return KafkaSettings(kafka_bootstrap_servers=servers)


def create(servers: str, *topics: Topic, partitions: int = 4) -> None:
    """These of the catalogue's topics, as `migrate` makes them: all of them are hundreds, and take seconds."""
    admin = KafkaAdminClient(**reach(servers))
    about = {"num_partitions": partitions, "replication_factor": 1}
    admin.create_topics({topic.name: {**about, "configs": config(topic, Deployment())} for topic in topics}, wait_for_metadata=True)
    admin.close()
