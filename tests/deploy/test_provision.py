"""Topics and migrations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from deploy.cluster.kafka import KafkaUnreachable, administering, alter, configs
from deploy.cluster.migrate import DatabaseUnreachable, Migration, MigrationFailed, migrate, migrations
from deploy.cluster.topics import Change, TopicMismatch, differences, ensure_topics, existing_topics, wanted_configs
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from schemas.events.brokers import OFFSETS_TOPIC, TRANSACTIONS_TOPIC
from schemas.events.topics import (
    ACTIONS,
    CASE_CHANGELOG,
    CLASSIFIED,
    DAY_MS,
    DEAD_LETTERS,
    EVENTS,
    INTAKE,
    MAX_VALUE_BYTES,
    SHARED,
    Deployment,
    Topic,
    all_topics,
    config,
    queue_topic,
)
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
    again = ensure_topics(_settings(kafka, partitions))
    assert (again.created, again.changed) == ([], [])
    with pytest.raises(TopicMismatch, match=f"petitions.events has {partitions} partitions, not {partitions + 1}"):
        ensure_topics(_settings(kafka, partitions + 1))


def test_the_record_is_kept_for_ever_and_the_changelog_compacted() -> None:
    """petitions.events never expires; the changelog keeps the last record of each key."""
    assert config(EVENTS, Deployment())["retention.ms"] == "-1"
    assert config(CASE_CHANGELOG, Deployment())["cleanup.policy"] == "compact"


def test_the_input_is_kept_as_long_as_the_setting_says() -> None:
    """INTAKE_RETENTION_DAYS is for what the stages read, and for nothing else."""
    kept = {topic: config(topic, Deployment(intake_retention_days=45)).get("retention.ms") for topic in SHARED}

    assert {kept[topic] for topic in (INTAKE, CLASSIFIED, ACTIONS)} == {str(45 * DAY_MS)}
    assert str(45 * DAY_MS) not in {kept[topic] for topic in (EVENTS, DEAD_LETTERS, CASE_CHANGELOG)}


@pytest.mark.parametrize(("copies", "on_disk"), [(1, "1"), (2, "1"), (3, "2"), (5, "4")])
def test_an_acknowledged_record_is_on_all_disks_but_one(copies: int, on_disk: str) -> None:
    """Whatever the brokers are set to: the setting stands at each topic, Kafka's own included."""
    wanted = wanted_configs(Deployment(replication=copies))

    assert {settings["min.insync.replicas"] for settings in wanted.values()} == {on_disk}
    assert {OFFSETS_TOPIC, TRANSACTIONS_TOPIC, *(topic.name for topic in all_topics())} == wanted.keys()


@pytest.mark.parametrize("topic", [*SHARED, queue_topic("so-xd")], ids=lambda topic: topic.name)
def test_every_topic_takes_what_a_stage_may_write_and_has_the_brokers_time(topic: Topic) -> None:
    """The largest value fits with its key and headers; a client's clock never decides whether a record is taken, or how long it is kept."""
    settings = config(topic, Deployment())

    assert int(settings["max.message.bytes"]) - MAX_VALUE_BYTES >= 100_000
    assert settings["message.timestamp.type"] == "LogAppendTime"


def test_what_differs_is_brought_to_the_catalogue_and_told(kafka: EmbeddedKafka) -> None:
    """Somebody turned a topic's settings: the next `migrate` turns them back, and says which and from what."""
    settings = _settings(kafka, existing_topics(_settings(kafka, 4)).get(EVENTS.name, 4))
    ensure_topics(settings)
    with administering(settings) as admin:
        alter(admin, {EVENTS.name: {"retention.ms": "86400000"}, TRANSACTIONS_TOPIC: {"unclean.leader.election.enable": "true"}})
        told = ensure_topics(settings).changed
        found = configs(admin, "topic", {EVENTS.name: ["retention.ms"]})

    assert sorted(map(str, told)) == [
        "__transaction_state: unclean.leader.election.enable true → false",
        "petitions.events: retention.ms 86400000 → -1",
    ]
    assert found == {EVENTS.name: {"retention.ms": "-1"}}


def test_a_topics_other_settings_are_nobodys_business() -> None:
    """What the catalogue does not name may be set to anything; a topic that does not exist differs in nothing."""
    found = {"a": {"x": "1", "y": "2"}}

    assert differences({"a": {"x": "3"}, "b": {"x": "3"}}, found) == [Change("a", "x", "1", "3")]


def test_without_a_broker_or_database_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens: the error names the service and counts as unreachable (exit code 3)."""
    monkeypatch.setattr("deploy.cluster.kafka.CONNECT_MS", 300)
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


def test_no_two_migrations_of_a_package_have_one_number() -> None:
    """Their order would be an accident."""
    numbers = [migration.name[: migration.name.index("_")] for migration in migrations()]

    assert len(set(numbers)) == len(numbers)


def test_a_migration_that_was_renumbered_is_not_applied_again(database_url: Callable[[], str]) -> None:
    """A database of an earlier release knows it under its former number."""
    url = database_url()
    with psycopg.connect(url) as connection:
        connection.execute(
            "update schema_migration set name = 'consumers/0002_operations.sql' where name = 'consumers/0003_operations.sql'"
        )

    assert migrate(url) == []
    with psycopg.connect(url) as connection:
        names = {name for (name,) in connection.execute("select name from schema_migration")}
    assert names == {migration.name for migration in migrations()}


def test_a_migration_that_fails_leaves_nothing(database_url: Callable[[], str], tmp_path: Path) -> None:
    """The statements before the faulty one are undone, and the file counts as not applied."""
    path = tmp_path / "0001_faulty.sql"
    path.write_text("create table half (id int); create table half (id int);")
    url = database_url()
    with pytest.raises(MigrationFailed, match="0001_faulty"):
        migrate(url, [Migration("test/0001_faulty.sql", path)])

    with psycopg.connect(url) as connection:
        assert connection.execute("select to_regclass('half')").fetchone() == (None,)
