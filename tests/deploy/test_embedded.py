"""The embedded broker and database: data outlives kill -9, and they run whoever we are."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient

from deploy.one_machine.embedded import EmbeddedKafka, EmbeddedPostgres
from deploy.one_machine.embedded.kafka import KafkaFailed
from deploy.one_machine.embedded.kafka_probe import broker_ids


def test_a_broker_that_was_killed_comes_back_with_its_records(tmp_path: Path) -> None:
    """An acknowledged record is there after kill -9, on the same address."""
    broker = EmbeddedKafka(tmp_path / "kafka", heap_mb=256)
    broker.start()
    try:
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap)
        admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        admin.close()
        producer = KafkaProducer(bootstrap_servers=broker.bootstrap, acks="all")
        producer.send("kept", b"petition").get(10)
        producer.close()
        broker.kill()
        broker.start()
        consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, consumer_timeout_ms=10_000, auto_offset_reset="earliest")
        consumer.assign([TopicPartition("kept", 0)])

        assert next(iter(consumer)).value == b"petition"
        consumer.close()
    finally:
        broker.stop()


def test_a_broker_listens_on_this_machine_only(kafka: EmbeddedKafka) -> None:
    """Every listener of the broker is bound to 127.0.0.1."""
    assert f"PLAINTEXT://127.0.0.1:{kafka.port}" in (kafka.node.data / "server.properties").read_text()
    assert broker_ids(kafka.port) == {1}


def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A broker on the data of another one fails with the end of its log instead of waiting for ever."""
    EmbeddedKafka(tmp_path / "kafka", heap_mb=128).prepare()

    with pytest.raises(KafkaFailed, match=r"(?s)ended while starting.*node.id"):
        EmbeddedKafka(tmp_path / "kafka", node_id=2, heap_mb=128).start()


def _survives_a_kill(server: EmbeddedPostgres) -> None:
    server.start()
    try:
        with psycopg.connect(server.url) as connection:
            connection.execute("create table kept (text text)")
            connection.execute("insert into kept values ('Phản ánh')")
        server.kill()
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("select text from kept").fetchall() == [("Phản ánh",)]
    finally:
        server.stop()


def test_a_database_that_was_killed_comes_back_with_its_rows(tmp_path: Path) -> None:
    """A committed row is there after kill -9."""
    _survives_a_kill(EmbeddedPostgres(tmp_path / "postgres"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_the_database_runs_under_another_account_where_namespaces_are_forbidden(tmp_path: Path) -> None:
    """Root without user namespaces (as in many containers): the server runs as an unprivileged user."""
    server = EmbeddedPostgres(tmp_path / "postgres", user="uid:65534")
    _survives_a_kill(server)

    assert server.data.stat().st_uid == 65534


def test_the_database_wants_its_password(postgres: EmbeddedPostgres) -> None:
    """Nobody on this machine gets in without the password, which only the owner can read."""
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://petitions:guess@127.0.0.1:{postgres.port}/petitions")
