"""`petitions policy apply --recompute` on a real broker."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from kafka import KafkaConsumer, KafkaProducer

from deploy.one_machine.embedded import EmbeddedKafka
from schemas.events import actions as do
from schemas.events.catalogue import ACTION_REQUESTED
from schemas.events.envelope import read
from schemas.events.topics import ACTIONS, CASE_CHANGELOG
from streams.case.policy.load import DEFAULT_DIRECTORY, DEFAULT_FILE
from streams.commands.policy import policy as command
from streams.engine.store import encode
from tests.broker import create, kafka_in, reach
from tests.case.world import EVIDENCE, GOOD_TEXT, World


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker of its own: the changelog is to hold these cases and no other test's."""
    with kafka_in(tmp_path / "kafka") as broker:
        create(broker.bootstrap, CASE_CHANGELOG, ACTIONS)
        yield broker


def test_open_cases_are_asked_to_follow_the_new_version(kafka: EmbeddedKafka, tmp_path: Path) -> None:
    """Each open case once, closed ones not; asking again gives the same event ids."""
    servers = kafka.bootstrap
    fill_changelog(servers)
    new = tmp_path / "new.toml"
    new.write_text(DEFAULT_FILE.read_text(encoding="utf-8").replace("2026.1", "2026.2"), encoding="utf-8")
    shutil.copy(DEFAULT_DIRECTORY / "calendar-overrides.toml", tmp_path)
    arguments = ["apply", str(new), "--dir", str(tmp_path / "policies"), "--recompute", "--reason", "quy định mới"]

    results = [CliRunner().invoke(command, arguments, env={"KAFKA_BOOTSTRAP_SERVERS": servers}, catch_exceptions=False) for _ in range(2)]

    assert ["2 of 2 open cases asked" in result.output for result in results] == [True, True]
    events = [read(value, headers, [ACTION_REQUESTED]) for value, headers in sent(servers, 4)]
    assert {(event.data.action, event.data.policy_version) for event in events} == {("recompute", "2026.2")}
    assert len({event.envelope.id for event in events}) == 2


def fill_changelog(servers: str) -> None:
    """Three cases, one of them closed, as the case stage keeps them."""
    world = World()
    for number in (1, 2, 3):
        world.submit(number)
    closed = world.submit(3)
    world.act(closed, do.Answer, "so-xd", result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    world.act(closed, do.Rate, stars=5)
    producer = KafkaProducer(**reach(servers))
    for key, entry in world.store.items():
        producer.send(CASE_CHANGELOG.name, key=key, value=encode(entry))
    producer.close()


def sent(servers: str, count: int) -> list[tuple[bytes, list[tuple[str, bytes]]]]:
    consumer = KafkaConsumer(ACTIONS.name, **reach(servers), auto_offset_reset="earliest", consumer_timeout_ms=10_000)
    found = [(record.value, record.headers) for _, record in zip(range(count), consumer, strict=False)]
    consumer.close()
    return found
