"""What the consumers' tests share: the topics, settings for the session's Kafka and a fresh database, a producer."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka import KafkaProducer

from consumers.settings import DispatcherSettings, ProjectorSettings
from deploy.cluster.topics import ensure_topics
from deploy.one_machine.embedded import EmbeddedKafka
from schemas.events.topics import EVENTS
from schemas.platform.service import Service
from schemas.platform.settings import ProcessSettings
from tests.broker import reach
from tests.consumers.events import Sent, write
from tests.consumers.web import SECRET, Web, serving

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Rig:
    """One test's view of Kafka and PostgreSQL; `name` is a group name of its own."""

    bootstrap: str
    database: str
    producer: KafkaProducer
    name: str
    keyring: Path

    @property
    def projector(self) -> ProjectorSettings:
        return ProjectorSettings(
            kafka_bootstrap_servers=self.bootstrap, database_url=self.database, tracking_secret=SECRET, keyring_file=self.keyring
        )

    @property
    def dispatcher(self) -> DispatcherSettings:
        return DispatcherSettings(kafka_bootstrap_servers=self.bootstrap, worker_id=self.name, keyring_file=self.keyring)

    @property
    def service(self) -> Service:
        return Service(self.name, self.projector)

    def write(self, *sent: Sent) -> None:
        write(self.producer, EVENTS.name, sent)


@pytest.fixture(scope="session")
def broker(kafka: EmbeddedKafka) -> str:
    """Bootstrap servers of a broker with all topics."""
    ensure_topics(ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap))
    return kafka.bootstrap


@pytest.fixture(scope="session")
def shared_producer(broker: str) -> Iterator[KafkaProducer]:
    producer = KafkaProducer(**reach(broker), acks="all")
    yield producer
    producer.close()


@pytest.fixture
def rig(broker: str, shared_producer: KafkaProducer, database_url: Callable[[], str], keyring_file: Path) -> Rig:
    return Rig(broker, database_url(), shared_producer, f"test-consumers-{next(_NUMBERS)}", keyring_file)


@pytest.fixture
async def web(rig: Rig, tmp_path: Path) -> AsyncIterator[Web]:
    """What citizens and offices are shown, on this test's Kafka and PostgreSQL."""
    async with serving(rig, tmp_path) as made:
        yield made
