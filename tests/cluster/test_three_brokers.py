"""Three brokers with Kafka's own settings: what `migrate` mends of it, and what `petitions doctor` says about the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cluster.doctor import brokers, topics
from deploy.cluster.doctor.finding import Finding, Level
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.kafka import configs
from deploy.cluster.topics import ensure_topics, wanted_configs
from deploy.one_machine.embedded.kafka import cluster
from deploy.one_machine.runner.directory import Directory
from schemas.events.brokers import BROKER_SETTINGS
from schemas.events.topics import Deployment
from tests.broker import give_operator

STOCK = {
    "offsets.retention.minutes": "10080",
    "transaction.max.timeout.ms": "900000",
    "transactional.id.expiration.ms": "604800000",
    "group.min.session.timeout.ms": "6000",
    "auto.create.topics.enable": "true",
    "group.initial.rebalance.delay.ms": "3000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "10000",
    "add.partitions.to.txn.retry.backoff.ms": "20",
    "min.insync.replicas": "1",
    "transaction.state.log.min.isr": "1",
}
"""As a broker is when nobody sets anything; of the last two the first holds for the topic of offsets, too."""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Patient]:
    """After `petitions run migrate` with REPLICATION 3."""
    data = tmp_path_factory.mktemp("three")
    give_operator(data / "accounts")
    nodes = cluster(data, overrides=STOCK)
    for node in nodes:
        node.launch()
    for node in nodes:
        node.wait_ready()
    environment = {"KAFKA_BOOTSTRAP_SERVERS": ",".join(node.bootstrap for node in nodes), "REPLICATION": "3", "PARTITIONS": "2"}
    with Patient(environment, Directory(Path("none"))) as patient:
        ensure_topics(patient.settings)
        yield patient
    for node in nodes:
        node.stop()


@pytest.mark.chaos
def test_an_acknowledged_record_is_on_two_disks(three: Patient) -> None:
    """In every topic, Kafka's own included, whatever the brokers say: `migrate` has set it."""
    wanted = wanted_configs(Deployment(replication=3))
    found = configs(three.admin, "topic", {name: ["min.insync.replicas"] for name in wanted})

    assert {settings["min.insync.replicas"] for settings in found.values()} == {"2"}
    assert [finding.level for finding in (*topics.settings(three), *topics.copies(three), *brokers.answer(three))] == [Level.FINE] * 3


@pytest.mark.chaos
def test_each_stock_setting_is_told_for_each_broker(three: Patient) -> None:
    """What hangs a guarantee on it is wrong, what only costs time is mentioned; with the line that mends it."""
    found = brokers.settings(three)
    off = [setting for setting in BROKER_SETTINGS if not setting.holds(STOCK[setting.name])]

    assert len(found) == 3 * len(off)
    assert {level(found, setting.name) for setting in off if setting.guarantees} == {Level.WRONG}
    assert {level(found, setting.name) for setting in off if not setting.guarantees} == {Level.MIND}
    assert any(finding.do.startswith("offsets.retention.minutes=525600 in its server.properties") for finding in found)


def level(found: list[Finding], setting: str) -> Level:
    (one,) = {finding.level for finding in found if f" {setting} is " in finding.found}
    return one
