"""The brokers: that they answer, are new enough, and are set as the guarantees need."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deploy.cluster.doctor.finding import Finding, fine, mind, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.kafka import configs
from schemas.events.brokers import BROKER_SETTINGS, LOWEST_METADATA_VERSION, LOWEST_VERSION, TRANSACTION_VERSION, BrokerSetting

Features = Mapping[str, Mapping[str, tuple[int, int]]]
_FEATURES = "kafka-features.sh --bootstrap-server …"


def answer(site: Patient) -> Iterator[Finding]:
    """Enough of them for the number of copies."""
    brokers = site.admin.describe_cluster()["brokers"]
    alive = [broker["broker_id"] for broker in brokers if not broker["is_fenced"]]
    away = [broker["broker_id"] for broker in brokers if broker["is_fenced"]]
    if len(alive) < site.settings.replication:
        yield wrong(
            f"{len(alive)} brokers answer, REPLICATION is {site.settings.replication}",
            "start the others: until then nothing new can be acknowledged, or it is on fewer disks than you want",
        )
    elif away:
        yield mind(f"brokers {away} are registered and do not answer", "start them: the next one to fail stops the pipeline")
    else:
        yield fine(f"{len(alive)} answer")


def version(site: Patient) -> list[Finding]:
    """New enough, and the newer transactions in force."""
    return judged(site.admin.describe_features())


def judged(features: Features) -> list[Finding]:
    """By the levels that the brokers support and those that the cluster has in force."""
    (_, can), (_, does) = features["metadata.version"]["supported"], features["metadata.version"].get("finalized", (0, 0))
    _, transactions = features.get("transaction.version", {}).get("finalized", (0, 0))
    return or_fine(_old(can, does, transactions), f"metadata.version {can}, transaction.version {transactions}")


def _old(can: int, does: int, transactions: int) -> Iterator[Finding]:
    if can < LOWEST_METADATA_VERSION:
        yield wrong(
            f"older than {LOWEST_VERSION} (metadata.version {can})",
            f"upgrade to Kafka {LOWEST_VERSION} or newer: before it KAFKA-19367 can let a transaction hang for good",
        )
    elif does < LOWEST_METADATA_VERSION:
        yield mind(f"the cluster still works as an older one (metadata.version {does})", f"{_FEATURES} upgrade --release-version …")
    if transactions < TRANSACTION_VERSION:
        yield wrong(
            f"transaction.version is {transactions}, not {TRANSACTION_VERSION}",
            f"{_FEATURES} upgrade --feature transaction.version={TRANSACTION_VERSION}",
        )


def settings(site: Patient) -> list[Finding]:
    """Each broker's, against the catalogue."""
    ids = [str(broker["broker_id"]) for broker in site.admin.describe_cluster()["brokers"] if not broker["is_fenced"]]
    found = configs(site.admin, "broker", {broker: [setting.name for setting in BROKER_SETTINGS] for broker in ids})
    findings = [
        _told(broker, setting, found[broker][setting.name])
        for broker in ids
        for setting in BROKER_SETTINGS
        if setting.name in found[broker] and not setting.holds(found[broker][setting.name])
    ]
    return or_fine(findings, f"{len(BROKER_SETTINGS)} settings of {len(ids)} brokers")


def _told(broker: str, setting: BrokerSetting, value: str) -> Finding:
    found = f"broker {broker}: {setting.name} is {value}: {setting.why}"
    do = f"{setting.name}={setting.value} in its server.properties, then restart it"
    return wrong(found, do) if setting.guarantees else mind(found, do)
