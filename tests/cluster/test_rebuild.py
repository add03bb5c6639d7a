"""What is derived is made anew: equal to what its role made, and what was spoilt is mended. Databases and stores of before catch up."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata

from consumers.dead_letters.writing import DeadLetters
from consumers.kafka.records import config, lean
from consumers.loop.postgres_sink import PostgresSink
from consumers.read_model.projection import project
from consumers.read_model.role import NAME
from consumers.read_model.tables import ReadModel
from consumers.read_model.words import Index, marker
from consumers.settings import ProjectorSettings
from deploy.cluster.backup import tables
from deploy.cluster.backup.bring import NotEmpty, bring
from deploy.cluster.backup.checks import DoesNotFit
from deploy.cluster.backup.key import make
from deploy.cluster.backup.take import take
from deploy.cluster.backup.topics import TopicsNotEmpty
from deploy.cluster.groups import DISPATCHER
from deploy.cluster.rebuild import database, queues, stores
from deploy.cluster.rebuild.derived import read_model
from deploy.cluster.rebuild.difference import Difference, all_equal
from deploy.cluster.site import Site
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.runner.directory import Directory
from schemas.commands.progress import silent
from schemas.events.case import Accepted
from schemas.events.standing import State
from schemas.events.topics import CASE_CHANGELOG, EVENTS, queue_topic
from streams.engine.store import encode, open_store
from streams.engine.types import Entry
from tests.broker import reach
from tests.consumers.events import Life, answered, transferred, write

PARTITIONS = 4


@pytest.fixture(scope="module")
def record(own_kafka: EmbeddedKafka) -> EmbeddedKafka:
    """A broker with the record of some petitions, which grows while the tests run."""
    _happen(own_kafka, 20)
    return own_kafka


def _happen(broker: EmbeddedKafka, petitions: int) -> None:
    """New petitions, with a life of three or four events each."""
    producer = KafkaProducer(**reach(broker.bootstrap), acks="all")
    for number in range(petitions):
        life = Life()
        life.begins()
        if number % 3 == 0:
            transferred(life, "so-nnmt")
        life.happens(Accepted, view={"state": State.ACCEPTED})
        answered(life)
        write(producer, EVENTS.name, life.sent)
    producer.close()


@pytest.fixture
def make_site(record: EmbeddedKafka, database_url: Callable[[], str], tmp_path: Path, keyring_file: Path) -> Callable[..., Site]:
    def made(**changes: str) -> Site:
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": record.bootstrap,
            "DATABASE_URL": database_url(),
            "CREDENTIALS_FILE": str(tmp_path / "none"),
            "KEYRING_FILE": str(keyring_file),
            "STATE_DIR": str(tmp_path / "state"),
            "TRACKING_SECRET": "s" * 32,
        }
        return Site({**environment, **changes}, Directory(tmp_path / "data"))

    return made


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    return make_site()


def catch_up(site: Site) -> None:
    """The projector's own sink, without a group, until it stands at the record's end."""
    tps = [TopicPartition(EVENTS.name, number) for number in range(PARTITIONS)]
    consumer = lean(KafkaConsumer(**config(site.settings, "test", group_id=None)))
    consumer.assign(tps)
    ends = consumer.end_offsets(tps)
    make = partial(project, index=Index(marker(site.read(ProjectorSettings).tracking_secrets())))
    sink = PostgresSink(consumer, ReadModel(site.database_url, NAME, EVENTS.name), DeadLetters(site.settings, NAME, EVENTS), make, NAME)
    until = time.monotonic() + 60
    while sink.committed(tps) != ends:
        assert time.monotonic() < until, (sink.committed(tps), ends)
        sink.step(500, 100)
        sink.finish()
    sink.close()
    consumer.close()


def content(site: Site) -> dict[str, tuple[int, str]]:
    """Rows and digest of every table."""
    with psycopg.connect(site.database_url) as connection:
        tables.speak_plainly(connection)
        return tables.found(connection)


def execute(site: Site, query: str) -> None:
    with psycopg.connect(site.database_url, autocommit=True) as connection:
        connection.execute(query)  # type: ignore[arg-type]


def test_a_rebuilt_read_model_is_what_the_projector_made(make_site: Callable[..., Site]) -> None:
    """From nothing: the same rows and the same offsets; and beside the projector's there is no difference."""
    its, rebuilt = make_site(), make_site()
    catch_up(its)
    made = database.rebuild(read_model(rebuilt.read(ProjectorSettings)), rebuilt, silent)

    assert content(rebuilt) == content(its)
    assert [(one.what, one.missing) for one in made] == [
        ("petition", made[0].total),
        ("timeline", made[1].total),
        ("case_words", made[0].total),
        ("event_count", made[3].total),
    ]
    assert made[0].total >= 20
    assert all_equal(database.rebuild(read_model(its.read(ProjectorSettings)), its, silent))


def test_what_was_spoilt_is_mended_and_told(site: Site) -> None:
    """A row that is gone, one that is wrong, one too many; everything else is left alone."""
    catch_up(site)
    right = content(site)
    execute(site, "delete from petition where petition_id = (select min(petition_id) from petition)")
    execute(site, "update petition set state = 'closed' where petition_id = (select max(petition_id) from petition)")
    execute(site, "insert into timeline select 'nobody', seq, event_id, type, at, data from timeline limit 1")
    petitions, timeline, *_ = database.rebuild(read_model(site.read(ProjectorSettings)), site, silent)

    assert (petitions.missing, petitions.wrong, petitions.surplus) == (1, 1, 0)
    assert (timeline.missing, timeline.wrong, timeline.surplus) == (0, 0, 1)
    assert content(site) == right
    assert "1 were missing, 1 wrong, 0 too many: mended" in str(petitions)


def test_a_rebuild_stands_where_the_consumer_stands(site: Site, record: EmbeddedKafka) -> None:
    """What the projector has not handled yet is its own work: the rebuilt tables end there, too, and it goes on from there."""
    catch_up(site)
    before = content(site)
    _happen(record, 2)

    assert all_equal(database.rebuild(read_model(site.read(ProjectorSettings)), site, silent))
    assert content(site) == before
    catch_up(site)
    assert content(site)["petition"][0] == before["petition"][0] + 2


def test_queues_are_written_anew_where_they_differ(site: Site, record: EmbeddedKafka) -> None:
    """Empty ones get all that the record has for them, in order; a doubled record is noticed; what is right is not touched."""
    admin = KafkaAdminClient(**reach(record.bootstrap))
    tps = [TopicPartition(EVENTS.name, number) for number in range(PARTITIONS)]
    ends = admin.list_partition_offsets(dict.fromkeys(tps, -1))
    admin.alter_group_offsets(DISPATCHER, {tp: OffsetAndMetadata(ends[tp].offset, "", -1) for tp in tps})
    first = {one.what: one for one in queues.rebuild(site, silent)}
    again = queues.rebuild(site, silent)

    assert first["so-xd"].missing == first["so-xd"].total >= 20
    assert all_equal(again)
    _spoil_queue(record)
    mended = {one.what: one for one in queues.rebuild(site, silent) if not one.is_none}
    assert mended == {"so-nnmt": Difference("so-nnmt", again_total(again, "so-nnmt"), wrong=1)}
    assert all_equal(queues.rebuild(site, silent))
    admin.close()


def again_total(found: list[Difference], office: str) -> int:
    return next(one.total for one in found if one.what == office)


def _spoil_queue(record: EmbeddedKafka) -> None:
    """One record stands there twice."""
    consumer = KafkaConsumer(**reach(record.bootstrap), auto_offset_reset="earliest", consumer_timeout_ms=10_000)
    consumer.assign([TopicPartition(queue_topic("so-nnmt").name, 0)])
    consumer.seek_to_beginning()
    found = next(iter(consumer))
    consumer.close()
    producer = KafkaProducer(**reach(record.bootstrap), acks="all")
    producer.send(found.topic, key=found.key, value=found.value, headers=found.headers).get(10)
    producer.close()


def _changelog(record: EmbeddedKafka, entries: dict[bytes, Entry | None]) -> None:
    producer = KafkaProducer(**reach(record.bootstrap), acks="all")
    for key, entry in entries.items():
        producer.send(CASE_CHANGELOG.name, key=key, value=None if entry is None else encode(entry), partition=0).get(10)
    producer.close()


def test_a_store_from_an_older_disk_catches_up_and_a_wrong_one_is_replaced(site: Site, record: EmbeddedKafka, tmp_path: Path) -> None:
    """Also over what was removed meanwhile. It equals one made anew; a store that differs is put aside, and the new one takes its place."""
    mark = uuid.uuid4().hex.encode()
    case = site.stores / "case"
    (case / "0").mkdir(parents=True)
    _changelog(record, {mark + b"a": Entry(b"1", 5), mark + b"b": Entry(b"1"), mark + b"gone": Entry(b"1", 9)})
    stores.rebuild(site, silent)
    shutil.copytree(case / "0", tmp_path / "old")
    _changelog(record, {mark + b"a": Entry(b"2"), mark + b"gone": None, mark + b"c": Entry(b"1", 7)})
    assert all_equal(stores.rebuild(site, silent))

    shutil.rmtree(case / "0")
    shutil.copytree(tmp_path / "old", case / "0")
    assert all_equal(stores.rebuild(site, silent))
    with closing(open_store(case / "0")) as store:
        assert store.read([mark + name for name in (b"a", b"b", b"c", b"gone")]) == {
            mark + b"a": Entry(b"2"),
            mark + b"b": Entry(b"1"),
            mark + b"c": Entry(b"1", 7),
        }
        store.apply({mark + b"a": encode(Entry(b"wrong")), mark + b"more": encode(Entry(b"x"))}, {}, store.position or 0)
    found = next(one for one in stores.rebuild(site, silent) if one.what == "case 0")

    assert (found.missing, found.wrong, found.surplus) == (0, 1, 1)
    assert [path.name.partition("-")[0] for path in case.iterdir() if "aside" in path.name] == ["0.aside"]
    assert all_equal(stores.rebuild(site, silent))


def test_a_store_that_is_open_is_left_alone(site: Site) -> None:
    """Its worker would go on with files that are no more."""
    with closing(open_store(site.stores / "case" / "0")), pytest.raises(stores.StoreInUse, match="stop the worker"):
        stores.rebuild(site, silent)


def test_a_database_from_an_older_backup_catches_up(make_site: Callable[..., Site], record: EmbeddedKafka, tmp_path: Path) -> None:
    """Alone, with the topics as they are: the consumer goes on from the offset that stood in the dump, and ends where the other stands."""
    before, after = make_site(), make_site()
    catch_up(before)
    make(tmp_path / "key")
    taken = take(before, tmp_path / "backup.age", tmp_path / "key", silent)
    then = content(before)
    _happen(record, 3)
    catch_up(before)
    brought = bring(after, tmp_path / "backup.age", tmp_path / "key", ["database"], silent)

    assert content(after) == then
    assert brought.rows == sum(one.count for one in taken.manifest.tables)
    catch_up(after)
    assert content(after) == content(before) != then


def test_a_backup_that_does_not_fit_is_refused(make_site: Callable[..., Site], tmp_path: Path) -> None:
    """Before anything is touched: full topics, a full database, other partitions, the record alone."""
    site = make_site()
    make(tmp_path / "key")
    take(site, tmp_path / "backup.age", tmp_path / "key", silent)

    def restoring(to: Site, *parts: str) -> object:
        return bring(to, tmp_path / "backup.age", tmp_path / "key", parts, silent)  # type: ignore[arg-type]

    with pytest.raises(TopicsNotEmpty, match=r"petitions\.events"):
        restoring(make_site(), "database", "record")
    with pytest.raises(DoesNotFit, match="set it to 4"):
        restoring(make_site(PARTITIONS="3"), "database")
    with pytest.raises(DoesNotFit, match="restore both"):
        restoring(make_site(), "record")
    catch_up(site)
    with pytest.raises(NotEmpty, match="petition"):
        restoring(site, "database")
