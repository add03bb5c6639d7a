"""A site of the tests' own, which they may spoil: a broker with all topics, a database, a directory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.cluster.doctor.patient import Patient
from deploy.cluster.topics import ensure_topics
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.runner.directory import Directory
from schemas.platform.settings import ProcessSettings
from tests.broker import kafka_in

MakeSite = Callable[..., Patient]


@pytest.fixture(scope="session")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker with the topics of the catalogue, for the tests of this folder alone."""
    with kafka_in(tmp_path_factory.mktemp("own-kafka")) as broker:
        ensure_topics(ProcessSettings(kafka_bootstrap_servers=broker.bootstrap))
        yield broker


@pytest.fixture
def environment(own_kafka: EmbeddedKafka, database_url: Callable[[], str], tmp_path: Path) -> dict[str, str]:
    """As a role would have it."""
    return {
        "KAFKA_BOOTSTRAP_SERVERS": own_kafka.bootstrap,
        "DATABASE_URL": database_url(),
        "STATE_DIR": str(tmp_path / "data" / "state"),
        "TRACKING_SECRET": "s" * 40,
    }


@pytest.fixture
def make_site(environment: dict[str, str], tmp_path: Path) -> Iterator[MakeSite]:
    """A maker of sites: `environment` with changes."""
    made: list[Patient] = []

    def make(**changes: str) -> Patient:
        made.append(Patient({**environment, **changes}, Directory(tmp_path / "data")))
        return made[-1]

    yield make
    for site in made:
        site.__exit__(None, None, None)


@pytest.fixture
def site(make_site: MakeSite) -> Patient:
    return make_site()
