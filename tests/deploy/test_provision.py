"""Topics and migrations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from deploy.cluster.migrate import DatabaseUnreachable, Migration, MigrationFailed, migrate, migrations
from deploy.cluster.topics import KafkaUnreachable, TopicMismatch, config_of, ensure_topics, existing_topics
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from schemas.events.topics import CASE_CHANGELOG, EVENTS, all_topics, queue_topic
from schemas.platform.settings import ProcessSettings


def _settings(kafka: EmbeddedKafka, partitions: int) -> ProcessSettings:
    return ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap, partitions=partitions)


def test_topics_are_created_once_and_checked(kafka: EmbeddedKafka) -> None:
    """The catalogue's topics are made, the second time there is nothing to do, and another number of partitions is refused."""
    partitions = existing_topics(_settings(kafka, 4)).get(EVENTS.name, 4)
    ensure_topics(_settings(kafka, partitions))
    existing = existing_topics(_settings(kafka, partitions))

    assert {topic.name for topic in all_topics()} <= existing.keys()
    assert existing[EVENTS.name] == partitions
    assert existing[queue_topic("so-xd").name] == 1
    assert ensure_topics(_settings(kafka, partitions)) == []
    with pytest.raises(TopicMismatch, match=f"petitions.events has {partitions} partitions, not {partitions + 1}"):
        ensure_topics(_settings(kafka, partitions + 1))


def test_the_record_is_kept_for_ever_and_the_changelog_compacted() -> None:
    """petitions.events never expires; the changelog keeps the last record of each key."""
    assert config_of(EVENTS)["retention.ms"] == "-1"
    assert config_of(CASE_CHANGELOG)["cleanup.policy"] == "compact"


def test_without_a_broker_or_database_the_error_says_so() -> None:
    """Nobody listens: the error names the service and counts as unreachable (exit code 3)."""
    with pytest.raises(KafkaUnreachable) as kafka:
        ensure_topics(ProcessSettings(kafka_bootstrap_servers=f"127.0.0.1:{free_port()}"))
    with pytest.raises(DatabaseUnreachable) as database:
        migrate(f"postgresql://petitions@127.0.0.1:{free_port()}/petitions")

    assert (kafka.value.exit_code, database.value.exit_code) == (3, 3)


def test_migrations_are_applied_once_in_order(database_url: Callable[[], str]) -> None:
    """A migrated database records every migration, and migrating it again does nothing."""
    url = database_url()

    assert migrate(url) == []
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute("select name from schema_migration")]
    assert sorted(names) == sorted(migration.name for migration in migrations())


def test_a_migration_that_fails_leaves_nothing(database_url: Callable[[], str], tmp_path: Path) -> None:
    """The statements before the faulty one are undone, and the file counts as not applied."""
    path = tmp_path / "0001_faulty.sql"
    path.write_text("create table half (id int); create table half (id int);")
    url = database_url()
    with pytest.raises(MigrationFailed, match="0001_faulty"):
        migrate(url, [Migration("test/0001_faulty.sql", path)])

    with psycopg.connect(url) as connection:
        assert connection.execute("select to_regclass('half')").fetchone() == (None,)
