"""`petitions doctor`: nothing is wrong with what we set up ourselves; each thing that can be is told, with what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from kafka import KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from deploy.cluster.doctor import brokers, certificates, clocks, configuration, database, files, progress, room, stores, topics
from deploy.cluster.doctor.command import doctor
from deploy.cluster.doctor.finding import Check, Finding, Level, or_fine
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.doctor.run import examine, exit_code
from deploy.cluster.groups import Waiting
from deploy.cluster.kafka import alter
from deploy.cluster.topics import ensure_topics
from deploy.errors import Failed
from deploy.one_machine.embedded.ports import free_port
from schemas.events.topics import ACTIONS, CLASSIFIED, DAY_MS, DEAD_LETTERS, EVENTS, queue_topic
from streams.engine.store import open_store
from tests.broker import reach
from tests.cluster.conftest import MakeSite

GIB = 1024**3
BEYOND = 10**9
"""An offset that no topic has reached."""


def told(findings: Iterable[Finding]) -> list[tuple[Level, str]]:
    return [(finding.level, finding.found) for finding in findings]


def worst(findings: Iterable[Finding]) -> Level:
    return max((finding.level for finding in findings), key=list(Level).index)


def test_a_report_for_people_says_what_is_right_what_was_found_and_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nobody answers: exit code 3; each service is told once."""
    monkeypatch.setattr("deploy.cluster.kafka.CONNECT_MS", 300)
    nobody = {"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{free_port()}", "DATABASE_URL": f"postgresql://petitions@127.0.0.1:{free_port()}/x"}
    done = CliRunner().invoke(doctor, ["--data", str(tmp_path)], env=nobody)

    assert done.exit_code == 3
    assert done.stdout.count("does not answer") == 2
    assert "brokers          as many brokers answer as there are to be copies" in done.stdout
    assert "→ start it, or correct its address, and look again" in done.stdout


def test_too_few_brokers_for_the_copies_are_told(make_site: MakeSite) -> None:
    """REPLICATION 3 with one broker: also that each partition has fewer copies."""
    site = make_site(REPLICATION="3")

    assert told(brokers.answer(site)) == [(Level.WRONG, "1 brokers answer, REPLICATION is 3")]
    assert told(topics.copies(site))[0][1].startswith("fewer than 3 copies: petitions.")


@pytest.mark.parametrize(
    ("can", "does", "transactions", "level", "words"),
    [
        (30, 30, 2, Level.FINE, "metadata.version 30"),
        (25, 25, 2, Level.WRONG, "older than 4.1.0"),
        (30, 25, 2, Level.MIND, "still works as an older one"),
        (30, 30, 1, Level.WRONG, "transaction.version is 1, not 2"),
    ],
)
def test_a_broker_that_is_too_old_is_told(can: int, does: int, transactions: int, level: Level, words: str) -> None:
    """By what it can, what the cluster has in force, and its transactions."""
    features = {
        "metadata.version": {"supported": (7, can), "finalized": (does, does)},
        "transaction.version": {"finalized": (1, transactions)},
    }
    (finding,) = brokers.judged(features)

    assert finding.level is level
    assert words in finding.found


def test_a_topic_that_was_turned_is_told_and_migrate_mends_it(site: Patient) -> None:
    """The setting, what it is and what it should be; the advice works."""
    name = queue_topic("so-xd").name
    alter(site.admin, {name: {"retention.ms": "1000"}})

    (finding,) = topics.settings(site)
    assert (finding.level, finding.found) == (Level.WRONG, f"{name}: retention.ms is 1000, not {90 * DAY_MS}")
    assert finding.do == "petitions run migrate"
    ensure_topics(site.settings)
    assert worst(topics.settings(site)) is Level.FINE


def test_a_missing_topic_and_partitions_that_do_not_fit_are_told(make_site: MakeSite) -> None:
    """PARTITIONS 3 where topics have 4; a topic that was deleted is made again by migrate."""
    other, site = make_site(PARTITIONS="3"), make_site()
    assert told(topics.partitions(other))[0] == (Level.WRONG, "petitions.intake has 4 partitions, not 3")

    name = queue_topic("so-yt").name
    site.admin.delete_topics([name])
    while name in site.admin.list_topics():
        pass
    assert told(topics.present(site)) == [(Level.WRONG, f"missing: {name}")]
    ensure_topics(site.settings)


def test_a_database_without_its_tables_is_told(site: Patient) -> None:
    """Which migration is missing; and one that only a later release knows."""
    site.database.execute("update schema_migration set name = 'consumers/9999_later.sql' where name = 'producers/0001_contact_key.sql'")

    assert [level for level, _ in told(database.migrated(site))] == [Level.WRONG, Level.MIND]
    assert "not applied: producers/0001_contact_key.sql" in told(database.migrated(site))[0][1]


def test_clocks_are_compared_with_the_brokers_and_the_databases(site: Patient) -> None:
    """On one machine they are the same clock; the question leaves nothing behind that a reader would see."""
    assert worst(clocks.of_brokers(site)) is Level.FINE
    assert worst(clocks.of_database(site)) is Level.FINE
    assert site.admin.list_transactions(state_filters=["Ongoing"]) == {1: []}


@pytest.mark.parametrize(
    ("before", "theirs", "after", "level"),
    [(0, 500, 1000, Level.FINE), (0, 1900, 1000, Level.FINE), (0, 2500, 1000, Level.WRONG), (5000, 3000, 6000, Level.WRONG)],
)
def test_a_clock_that_is_off_is_told(before: float, theirs: float, after: float, level: Level) -> None:
    """More than a second, beyond what the time of the question explains; ahead or behind."""
    assert clocks.judged("it", before, theirs, after).level is level


@pytest.mark.parametrize(
    ("free", "level"), [(200 * GIB, Level.FINE), (100 * GIB, Level.MIND), (40 * GIB, Level.WRONG), (GIB // 2, Level.WRONG)]
)
def test_a_full_disk_is_told(free: int, level: Level) -> None:
    """Of 1,000 GiB: little, and too little."""
    assert room.judged("/data", free, 1000 * GIB).level is level


def test_a_small_disk_needs_a_gibibyte_free() -> None:
    """A share of a small disk is nothing."""
    assert room.judged("/data", GIB - 1, 2 * GIB).level is Level.WRONG


def test_a_process_that_uses_up_its_file_handles_is_told() -> None:
    """Above four fifths."""
    assert room.crowded("case-1", 800, 1000) is None
    finding = room.crowded("case-1", 801, 1000)
    assert finding is not None
    assert finding.found == "case-1 has 801 of 1000 file handles open"


def test_files_that_others_can_read_are_told(site: Patient) -> None:
    """A secret, and the data directory; with the command that closes them."""
    with site.directory.locked():
        site.directory.ensure_secrets()
    assert worst([*files.secrets(site), *files.data(site)]) is Level.FINE

    site.directory.credentials.chmod(0o640)
    site.directory.path.chmod(0o755)
    assert told(files.secrets(site)) == [(Level.WRONG, f"{site.directory.credentials} has mode 0640")]
    (finding,) = files.data(site)
    assert (finding.level, finding.do) == (Level.WRONG, f"chmod 700 {site.directory.path}")


def test_a_secret_that_is_named_in_the_environment_is_looked_at_too(make_site: MakeSite, tmp_path: Path) -> None:
    """But not one that Docker has mounted."""
    named = tmp_path / "url"
    named.write_text("postgresql://")
    named.chmod(0o644)

    assert worst(files.secrets(make_site(DATABASE_URL_FILE=str(named)))) is Level.WRONG
    assert worst(files.secrets(make_site(DATABASE_URL_FILE="/run/secrets/database_url"))) is Level.NOT_HERE


def _certificate(path: Path, days: int) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "db.example")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - timedelta(days=100)).not_valid_after(now + timedelta(days=days, hours=1))
    path.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(("days", "level"), [(90, Level.FINE), (20, Level.MIND), (5, Level.WRONG), (-3, Level.WRONG)])
def test_a_certificate_that_ends_is_told(make_site: MakeSite, environment: dict[str, str], tmp_path: Path, days: int, level: Level) -> None:
    """One that the database's address names."""
    path = _certificate(tmp_path / "root.pem", days)
    (finding,) = certificates.expiry(make_site(DATABASE_URL=f"{environment['DATABASE_URL']}?sslrootcert={path}"))

    assert finding.level is level
    assert "CN=db.example" in finding.found


def test_a_certificate_that_is_none_is_told(make_site: MakeSite, environment: dict[str, str], tmp_path: Path) -> None:
    """A path to nothing."""
    url = f"{environment['DATABASE_URL']}?sslrootcert={tmp_path / 'gone.pem'}"

    assert worst(certificates.expiry(make_site(DATABASE_URL=url))) is Level.WRONG
    assert certificates.is_certificate("kafka_ssl_cafile")
    assert not certificates.is_certificate("intake_retention_days")


def test_a_proxy_that_was_forgotten_is_told(make_site: MakeSite) -> None:
    """Citizens come by https, so somebody ends TLS in front, and all of them would count as one."""
    forgotten = configuration.proxy(make_site(PUBLIC_URL="https://phananh.example"))

    assert worst(forgotten) is Level.WRONG
    assert worst(configuration.proxy(make_site(PUBLIC_URL="https://phananh.example", FORWARDED_HOPS="1"))) is Level.FINE


def test_a_policy_with_mistakes_is_told(make_site: MakeSite, tmp_path: Path) -> None:
    """Each mistake with its place; a directory without a policy, too."""
    empty, broken = tmp_path / "empty", tmp_path / "broken"
    empty.mkdir()
    broken.mkdir()
    (broken / "current.toml").write_text('version = "x"\nnonsense = 1\n')

    assert worst(configuration.policy(make_site())) is Level.FINE
    assert "current.toml" in told(configuration.policy(make_site(POLICY_DIR=str(broken))))[0][1]
    assert worst(configuration.policy(make_site(POLICY_DIR=str(empty)))) is Level.WRONG


def test_a_store_from_somewhere_else_is_told(site: Patient) -> None:
    """It stands where its changelog never was; a damaged one and one put aside are told, too. A worker may have it open."""
    folder = site.directory.stores / "case"
    store = open_store(folder / "0")
    store.apply({b"key": b"\0" * 8 + b"value"}, {}, BEYOND)
    (folder / "1").mkdir()
    (folder / "2.aside-1").mkdir()
    found = told(stores.stores(site))
    store.close()

    assert [level for level, _ in found] == [Level.WRONG, Level.WRONG, Level.MIND]
    assert f"stands at {BEYOND}, its changelog ends at " in found[0][1]
    assert "there is no store" in found[1][1]


def test_a_reader_from_another_cluster_and_one_that_nobody_runs_are_told(site: Patient) -> None:
    """The projector's position is beyond the topic's end; no group has a member."""
    site.database.execute("insert into consumer_offset values ('projector', %s, 0, %s)", (EVENTS.name, BEYOND))

    assert any(f"projector in petitions.events 0 stands at {BEYOND}" in found for _, found in told(progress.lag(site)))
    assert [level for level, _ in told(progress.members(site))] == [Level.WRONG] * 8
    assert "petitions-classify and petitions-case: no member" in {found for _, found in told(progress.members(site))}


def test_of_a_chained_stage_one_group_is_enough() -> None:
    """And a group that is just being rearranged is mentioned."""
    counts = {"petitions-classify": (0, "Empty"), "petitions-case": (2, "Stable"), "dispatcher": (1, "PreparingRebalance")}

    assert list(progress.manned(("petitions-classify", "petitions-case"), counts)) == []
    assert [level for level, _ in told(progress.manned(("dispatcher",), counts))] == [Level.MIND]


@pytest.mark.parametrize(
    ("row", "level"),
    [
        (Waiting("case", ACTIONS.name, 0, 5, 0, 5), None),
        (Waiting("case", ACTIONS.name, 0, 5, 0, 9, oldest_ms=10 * DAY_MS - 30_000), None),
        (Waiting("case", ACTIONS.name, 0, 5, 0, 9, oldest_ms=10 * DAY_MS - 90_000), Level.MIND),
        (Waiting("case", ACTIONS.name, 0, 5, 0, 9, oldest_ms=6 * DAY_MS), Level.WRONG),
        (Waiting("case", ACTIONS.name, 0, 5, 8, 9, oldest_ms=10 * DAY_MS), Level.WRONG),
        (Waiting("case", CLASSIFIED.name, 0, 10, 0, 9), Level.WRONG),
    ],
)
def test_who_is_behind_is_told_long_before_anything_is_lost(row: Waiting, level: Level | None) -> None:
    """Kept for 30 days, on day ten: late by a minute, a tenth of the time gone, records deleted unread, beyond the end."""
    finding = progress.behind(row, 30 * DAY_MS, 10 * DAY_MS)

    assert (finding and finding.level) is level


def test_an_open_transaction_is_told(site: Patient) -> None:
    """With the id that ends it."""
    producer = KafkaProducer(**reach(site.settings.kafka_bootstrap_servers), transactional_id="forgotten", acks="all")
    producer.init_transactions()
    producer.begin_transaction()
    producer.send(ACTIONS.name, value=b"x", partition=0).get(10)
    found = told(progress.transactions(site, open_ms=0))
    producer.abort_transaction()
    producer.close()

    assert found == [(Level.WRONG, "forgotten has been open for over 0 s")]
    assert worst(progress.transactions(site)) is Level.FINE


def test_new_dead_letters_are_told(site: Patient) -> None:
    """Any within a week."""
    producer = KafkaProducer(**reach(site.settings.kafka_bootstrap_servers), acks="all")
    producer.send(DEAD_LETTERS.name, value=b"x", partition=1).get(10)
    producer.close()

    assert told(progress.letters(site)) == [(Level.MIND, "letters of the last 7 days in 1 partitions")]


def test_a_group_that_never_reads_is_behind_from_the_begin(site: Patient) -> None:
    """What it has committed is asked of the broker."""
    site.admin.alter_group_offsets("dispatcher", {TopicPartition(EVENTS.name, 0): OffsetAndMetadata(BEYOND, "", -1)})

    assert any(f"dispatcher in petitions.events 0 stands at {BEYOND}, the topic ends at" in found for _, found in told(progress.lag(site)))
    site.admin.delete_groups(["dispatcher"])


def test_a_check_that_breaks_hides_no_other(site: Patient) -> None:
    """What it raises is its finding; the exit code follows from the worst."""

    def breaks(_: Patient) -> list[Finding]:
        raise ValueError("of all things")

    def fails(_: Patient) -> list[Finding]:
        raise Failed("it cannot be")

    results = examine(site, [Check("a", "", breaks), Check("b", "", fails), Check("c", "", lambda _: or_fine([], "well"))])

    assert [result.level for result in results] == [Level.WRONG, Level.WRONG, Level.FINE]
    assert exit_code(results) == 1
    assert exit_code(results[2:]) == 0
