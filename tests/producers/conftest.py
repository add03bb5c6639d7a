"""The producers' HTTP application on the session's real broker and a fresh database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from kafka import KafkaProducer

from deploy.cluster.migrate import migrate
from deploy.cluster.topics import ensure_topics, existing_topics
from deploy.one_machine.embedded import EmbeddedKafka, EmbeddedPostgres
from deploy.web.server import application
from producers.http import prepare
from producers.settings import HttpSettings
from schemas.events.topics import ACTIONS, INTAKE
from schemas.platform import keyring
from schemas.platform.settings import ProcessSettings
from tests.broker import reach
from tests.producers.support import CREDENTIALS, SECRET, Asked, until


@pytest.fixture(scope="session")
def broker(kafka: EmbeddedKafka) -> EmbeddedKafka:
    """The session's broker with the catalogue's topics, each partition with its leader at work."""
    existing = existing_topics(ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap)).get(INTAKE.name, 4)
    ensure_topics(ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap, partitions=existing))
    lead(kafka.bootstrap)
    return kafka


def lead(bootstrap: str) -> None:
    """Wait until every partition that the producers write to takes events: its leader comes a moment after the topic.

    What is sent for that is never committed, so nobody reads it.
    """
    producer = KafkaProducer(**reach(bootstrap), transactional_id="warm-up")
    try:
        producer.init_transactions()
        producer.begin_transaction()
        for topic in (INTAKE.name, ACTIONS.name):
            for partition in producer.partitions_for(topic):
                producer.send(topic, key=b"warm-up", value=b"{}", partition=partition).get(timeout=60)
        producer.abort_transaction()
    finally:
        producer.close()


@pytest.fixture(scope="session")
def settings(broker: EmbeddedKafka, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> HttpSettings:
    """Settings on a database of the producers' tests; each test makes petitions of its own."""
    database = postgres.ensure_database("producers")
    migrate(database)
    return settings_for(broker.bootstrap, database, tmp_path_factory.mktemp("producers"), patient=True)


def settings_for(bootstrap: str, database: str, directory: Path, *, patient: bool = False) -> HttpSettings:
    """Settings with short times, so that a missing service is noticed quickly; `patient`: as on a machine that is very busy."""
    credentials = directory / "credentials.json"
    keyring.ensure(directory / "keyring.json")
    credentials.write_text(json.dumps(CREDENTIALS), encoding="utf-8")
    return HttpSettings(
        kafka_bootstrap_servers=bootstrap,
        database_url=database,
        tracking_secret=SECRET,
        credentials_file=credentials,
        keyring_file=directory / "keyring.json",
        delivery_timeout_ms=60_000 if patient else 1500,
        patience_ms=60_000 if patient else 500,
        action_wait_ms=200,
        web_burst=30,
    )


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def asked(settings: HttpSettings) -> AsyncIterator[Asked]:
    """A client of the whole application, connected to Kafka."""
    async with prepare(settings) as routes:
        await until(routes.ready)
        transport = httpx.ASGITransport(application(routes, routes.ready))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            yield Asked(client)
