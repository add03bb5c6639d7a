"""Real Kafka and PostgreSQL for the tests that need them, started once a session on first use.

`make test` runs two such sessions side by side (side_by_side.py).
"""

from __future__ import annotations

import gc
import itertools
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from hypothesis import settings

from deploy.one_machine.embedded import EmbeddedKafka, EmbeddedPostgres
from schemas.platform import keyring
from schemas.platform.logs import log
from tests.broker import kafka_in
from tests.chaos.instance import Instance
from tests.grouping import rank
from tests.mail_server import Inbox, mail_server
from tests.system.people import City
from tests.tile_server import ATTRIBUTION, Tiles, tile_server

# Time limits on single examples would make tests depend on how busy the machine is.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


_LOGS, _LEVEL = structlog.get_config(), logging.getLogger().level


@pytest.fixture(autouse=True)
def logs_as_they_were() -> None:
    """A command that ran in this process, or a fixture, may have configured logs for itself: the next test looks into them all the same."""
    if structlog.get_config() != _LOGS:
        structlog.configure(**_LOGS)
        structlog.contextvars.clear_contextvars()
        log.anew()
        root = logging.getLogger()
        root.setLevel(_LEVEL)
        root.handlers[:] = [one for one in root.handlers if not isinstance(one.formatter, structlog.stdlib.ProcessorFormatter)]


@pytest.fixture(scope="session")
def keyring_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keyring for roles that are run within the tests; instances have their own."""
    file = tmp_path_factory.mktemp("keyring") / "keyring.json"
    keyring.ensure(file)
    return file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Of `make test`, which runs in two processes; without pytest-xdist nobody asks."""
    from tests.side_by_side import Groups

    return Groups(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first. The long tests run with `make test-long` and `make chaos` (`-m long`, `-m chaos`) alone."""
    items.sort(key=lambda item: rank(item.nodeid))
    left_out = [marker for marker in ("chaos", "long") if marker not in config.option.markexpr]
    long = {item for item in items if any(item.get_closest_marker(marker) for marker in left_out)}
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=list(long))


def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage: looking through them again and again would take a tenth of the time of small ones."""
    gc.freeze()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker without topics, shared by the session: give topics and groups names of your own."""
    with kafka_in(tmp_path_factory.mktemp("a broker")) as broker:
        yield broker


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server, shared by the session; take `database_url` for a database of your own. Nothing in it has to outlive the
    machine, and hundreds of databases come and go, each with a wait for the disk if it were to."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("a database") / "data") as server:
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
            connection.execute("alter system set fsync = off")
            connection.execute("select pg_reload_conf()")
        yield server


@pytest.fixture(scope="session")
def _database_numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture(scope="session")
def _migrated(postgres: EmbeddedPostgres) -> str:
    """The name of a database with all tables, which the tests' own are copies of."""
    from deploy.cluster.migrate import migrate

    migrate(postgres.ensure_database("migrated"))
    return "migrated"


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, _migrated: str, _database_numbers: Iterator[int]) -> Iterator[Callable[[], str]]:
    """A factory of fresh, migrated databases, dropped after the test: each call gives the URL of a new one."""
    made: list[str] = []

    def make() -> str:
        made.append(f"test_{next(_database_numbers)}")
        with psycopg.connect(postgres.url_of("postgres"), autocommit=True) as connection:
            connection.execute(f"create database {made[-1]} template {_migrated} strategy file_copy")
        return postgres.url_of(made[-1])

    yield make
    for name in made:
        postgres.drop_database(name)


@pytest.fixture(scope="session")
def letters() -> Iterator[Inbox]:
    """The mail server of the shared instance, with all that its notifier has sent."""
    with mail_server() as inbox:
        yield inbox


@pytest.fixture(scope="session")
def tiles() -> Iterator[Tiles]:
    """The shared instance's server of map tiles, with all that it was asked."""
    with tile_server() as made:
        yield made


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory, letters: Inbox, tiles: Tiles) -> Iterator[Instance]:
    """A whole instance, as `make run` starts it, shared by the tests over HTTP and those in the browser. It tells by mail, and webhooks
    and browsers on this machine; its maps have tiles."""
    # One address hands in more here than any citizen does.
    environment = {"WEB_BURST": "1000", "WEB_PER_HOUR": "100000", "WEBHOOKS_INSIDE": "true"}
    told = {"NOTICE_MEDIA": "email,webpush", "MAIL_FROM": "phananh@petitions.example.vn"}
    mail = {"SMTP_PORT": str(letters.port), "SMTP_TLS": "none"}
    drawn = {"TILES_URL": tiles.url, "TILES_ATTRIBUTION": ATTRIBUTION}
    made = Instance(tmp_path_factory.mktemp("an instance"), environment=environment | told | mail | drawn)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def city(instance: Instance) -> Iterator[City]:
    """The people of the city, on that instance."""
    with City(instance.url, instance.data / "credentials.json") as made:
        yield made
