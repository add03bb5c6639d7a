"""What commands beside an instance, or without one, know of it."""

from __future__ import annotations

from pathlib import Path

import psycopg
from kafka.admin import KafkaAdminClient

from deploy.one_machine.reach import environment, runs, serving
from deploy.one_machine.runner.clock import settle
from deploy.one_machine.runner.directory import Directory, write_json
from schemas.platform.kafka import KafkaSettings, given

GIVEN = {"KAFKA_BOOTSTRAP_SERVERS": "broker:9092", "DATABASE_URL_FILE": "/run/secrets/database_url"}


def test_what_is_given_goes_first(tmp_path: Path) -> None:
    """The directory's own broker is not asked for when the environment names another; its clock is told all the same."""
    directory = Directory(tmp_path)
    write_json(directory.state, {"kafka_access": {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}, "processes": []})
    settle(directory.clock, 60, 1_767_574_800_000, fresh=True)

    assert environment(directory, {})["KAFKA_BOOTSTRAP_SERVERS"] == "127.0.0.1:1"
    assert environment(directory, GIVEN)["KAFKA_BOOTSTRAP_SERVERS"] == "broker:9092"
    assert environment(directory, GIVEN)["CLOCK_SCALE"] == "60"
    assert not runs(directory)


def test_a_cluster_needs_nothing_of_this_machine(tmp_path: Path) -> None:
    """Both are given: nothing is started, and no directory made."""
    directory = Directory(tmp_path / "data")
    with serving(directory, GIVEN) as found:
        assert found["DATABASE_URL_FILE"] == GIVEN["DATABASE_URL_FILE"]
        assert "DATABASE_URL" not in found

    assert not directory.path.exists()


def test_an_instance_that_does_not_run_is_served_for_the_time_of_the_work(tmp_path: Path) -> None:
    """Its own broker and database, started and stopped again."""
    directory = Directory(tmp_path / "data")
    with serving(directory, {}) as found:
        admin = KafkaAdminClient(**KafkaSettings(**given(KafkaSettings, found)).client())
        assert admin.list_topics() == []
        admin.close()
        with psycopg.connect(found["DATABASE_URL"]) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
        pid = (directory.path / "lock").read_text()

    assert pid
    assert directory.path.stat().st_mode & 0o777 == 0o700
