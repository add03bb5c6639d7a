"""The embedded broker and database: data outlives kill -9, and they run whoever we are."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaTimeoutError

from deploy.one_machine.embedded import EmbeddedKafka, EmbeddedPostgres
from deploy.one_machine.embedded.accounts import BROKER, OPERATOR
from deploy.one_machine.embedded.child import Child, Command
from deploy.one_machine.embedded.jvm import java
from deploy.one_machine.embedded.kafka import KafkaFailed, new_cluster_id
from deploy.one_machine.embedded.kafka_probe import METADATA, NO_TOPICS, LoginRefused, ask, broker_ids
from deploy.one_machine.embedded.kafka_security import CLIENTS
from tests.broker import kafka_in, reach


def test_a_broker_that_was_killed_comes_back_with_its_records(tmp_path: Path) -> None:
    """An acknowledged record is there after kill -9, on the same address."""
    broker = kafka_in(tmp_path / "kafka", heap_mb=256)
    broker.start()
    try:
        admin = KafkaAdminClient(**reach(broker.bootstrap))
        admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        admin.close()
        producer = KafkaProducer(**reach(broker.bootstrap), acks="all")
        producer.send("kept", b"petition").get(10)
        producer.close()
        broker.kill()
        broker.start()
        consumer = KafkaConsumer(**reach(broker.bootstrap), consumer_timeout_ms=10_000, auto_offset_reset="earliest")
        consumer.assign([TopicPartition("kept", 0)])

        assert next(iter(consumer)).value == b"petition"
        consumer.close()
    finally:
        broker.stop()


def test_a_broker_listens_on_this_machine_only(kafka: EmbeddedKafka) -> None:
    """Every listener of the broker is bound to 127.0.0.1."""
    assert f"{CLIENTS}://127.0.0.1:{kafka.port}" in (kafka.node.data / "server.properties").read_text()
    assert broker_ids(kafka.port, BROKER, kafka.accounts.password(BROKER)) == {1}


def test_nothing_of_a_broker_is_readable_for_other_users_of_the_machine(kafka: EmbeddedKafka) -> None:
    """The folder is closed, and so is every file in it that has a password."""
    modes = {path.stat().st_mode & 0o777 for path in (kafka.node.data / "server.properties", *kafka.accounts.folder.iterdir())}

    assert kafka.node.data.stat().st_mode & 0o777 == 0o700
    assert modes == {0o600}


def test_each_installation_has_a_cluster_id_of_its_own() -> None:
    """By it a tool knows that it speaks to the right one."""
    assert len({new_cluster_id() for _ in range(100)}) == 100


def test_a_broker_takes_nobody_without_an_account(kafka: EmbeddedKafka) -> None:
    """Neither without a password nor with a wrong one; the quorum's door is closed, too."""
    with pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(bootstrap_servers=kafka.bootstrap, bootstrap_timeout_ms=1500)
    with pytest.raises(LoginRefused):
        broker_ids(kafka.port, OPERATOR, "a guess")
    with pytest.raises(OSError, match="closed"):
        open_api(kafka.node.controller_port)


def open_api(port: int) -> None:
    """Ask for metadata without saying who asks."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        ask(connection, METADATA, NO_TOPICS)


def test_data_of_a_release_whose_broker_was_open_are_taken_over_and_closed(tmp_path: Path) -> None:
    """The topics are there as before; whoever came in without an account does so no more."""
    broker = kafka_in(tmp_path / "kafka", heap_mb=256)
    with open_before(broker):
        admin = KafkaAdminClient(bootstrap_servers=broker.bootstrap, bootstrap_timeout_ms=60_000)
        admin.create_topics({"kept": {"num_partitions": 1, "replication_factor": 1}}, wait_for_metadata=True)
        admin.close()

    with broker:
        admin = KafkaAdminClient(**reach(broker.bootstrap))

        assert admin.list_topics() == ["kept"]
        admin.close()
        with pytest.raises(LoginRefused):
            broker_ids(broker.port, OPERATOR, "a guess")


@contextmanager
def open_before(broker: EmbeddedKafka) -> Iterator[None]:
    """The broker as the release before configured it, formatted and running."""
    node = broker.node
    node.data.mkdir(exist_ok=True)
    settings = node.data / "open.properties"
    settings.write_text(
        "process.roles=broker,controller\nnode.id=1\ncontroller.listener.names=CONTROLLER\noffsets.topic.replication.factor=1\n"
        f"controller.quorum.voters=1@127.0.0.1:{node.controller_port}\nlog.dirs={node.data / 'log'}\n"
        f"listeners=PLAINTEXT://127.0.0.1:{node.port},CONTROLLER://127.0.0.1:{node.controller_port}\n"
    )
    arguments, briefly = ("format", "--cluster-id", new_cluster_id(), "--config", str(settings)), ("-XX:TieredStopAtLevel=1",)
    subprocess.run(java("kafka.tools.StorageTool", *arguments, heap_mb=128, options=briefly), check=True, capture_output=True)
    child = Child(Command(java("kafka.Kafka", str(settings), heap_mb=256, options=briefly), broker.log))
    try:
        yield
    finally:
        child.stop(30)


def test_a_broker_that_cannot_start_says_why(tmp_path: Path) -> None:
    """A broker on the data of another one fails with the end of its log instead of waiting for ever."""
    kafka_in(tmp_path / "kafka", heap_mb=128).prepare()

    with pytest.raises(KafkaFailed, match=r"(?s)ended while starting.*node.id"):
        kafka_in(tmp_path / "kafka", node_id=2, heap_mb=128).start()


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
