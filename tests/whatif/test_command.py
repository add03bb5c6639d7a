"""The command `petitions whatif`, on a file and on a real broker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from kafka import KafkaProducer

from deploy.one_machine.embedded import EmbeddedKafka
from schemas.events.topics import EVENTS
from streams.case.policy.load import DEFAULT_FILE
from streams.case.whatif.cli import whatif
from tests.broker import create, kafka_in, reach
from tests.case.world import World
from tests.whatif.test_study import answered_on_the_third_day

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command with a policy of three days for ordinary petitions."""
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    for old, new in (('version = "2026.1"', 'version = "3-days"'), ('answer = "5d"', 'answer = "2d"')):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    overrides = DEFAULT_FILE.with_name("calendar-overrides.toml")
    (tmp_path / overrides.name).write_text(overrides.read_text(encoding="utf-8"), encoding="utf-8")

    def invoke(*arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(whatif, ["--policy", str(tmp_path / "new.toml"), *arguments], env=environment)

    return invoke


@pytest.fixture
def kafka(tmp_path: Path) -> Iterator[EmbeddedKafka]:
    """A broker of its own: its record is to hold this test's petitions and no others."""
    with kafka_in(tmp_path / "kafka") as broker:
        yield broker


def exported(world: World) -> str:
    lines = []
    for output in world.raw:
        attributes = {name.removeprefix("ce_"): value.decode() for name, value in output.headers if name.startswith("ce_")}
        lines.append(json.dumps({**attributes, "data": json.loads(output.value or b"null")}))
    return "\n".join(lines) + "\n"


def test_a_record_in_a_file(run: Run, tmp_path: Path) -> None:
    """An export is replayed: as a table, as JSON, and with each petition that would have fared otherwise."""
    path = tmp_path / "record.jsonl"
    path.write_text(exported(answered_on_the_third_day()), encoding="utf-8")
    table, data = run("--record", str(path), "--verbose"), run("--record", str(path), "--json", "--verbose")

    assert (table.exit_code, data.exit_code) == (0, 0)
    assert "1 of 1 petitions give their record again" in table.output
    found = json.loads(data.output)
    assert found["policy"] == "3-days"
    assert found["totals"]["answers_in_time"] == {"before": 1, "after": 0}
    assert len(found["cases"]) == 1


@pytest.mark.parametrize(
    ("line", "message"), [("{", "line 2: not a CloudEvent"), ('{"type": "x", "data": {}}', "line 2: type"), ("[]", "line 2")]
)
def test_a_bad_line_is_named(run: Run, tmp_path: Path, line: str, message: str) -> None:
    """What is no event ends the command with the line's number."""
    path = tmp_path / "record.jsonl"
    path.write_text(exported(answered_on_the_third_day()).splitlines()[0] + "\n" + line + "\n", encoding="utf-8")
    result = run("--record", str(path))

    assert result.exit_code == 1
    assert message in result.output


def test_a_bad_policy_is_named(tmp_path: Path) -> None:
    """A policy with mistakes ends the command with each of them and its place."""
    (tmp_path / "bad.toml").write_text('version = "1"\n', encoding="utf-8")
    result = CliRunner().invoke(whatif, ["--policy", str(tmp_path / "bad.toml"), "--record", str(tmp_path / "bad.toml")])

    assert result.exit_code == 1
    assert "bad.toml: levels" in result.output


def test_without_a_broker(run: Run) -> None:
    """Kafka is not there: one line, exit code 3."""
    result = run(KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")

    assert result.exit_code == 3
    assert "Kafka at 127.0.0.1:1" in result.output


def test_the_record_of_a_broker(run: Run, tmp_path: Path, kafka: EmbeddedKafka) -> None:
    """The topic is read to its end, committed events only, and can be saved for later; the file says the same."""
    create(kafka.bootstrap, EVENTS)
    world = answered_on_the_third_day()
    producer = KafkaProducer(**reach(kafka.bootstrap), transactional_id="test-whatif", acks="all")
    producer.init_transactions()
    for outputs, commit in ((world.raw, True), (world.raw[:1], False)):
        producer.begin_transaction()
        for output in outputs:
            producer.send(EVENTS.name, key=output.key, value=output.value, headers=list(output.headers))
        producer.flush(timeout=20)
        (producer.commit_transaction if commit else producer.abort_transaction)()
    producer.close()
    saved = tmp_path / "saved.jsonl"
    live = run("--json", "--save", str(saved), KAFKA_BOOTSTRAP_SERVERS=kafka.bootstrap)

    assert live.exit_code == 0, live.output
    found = json.loads(live.stdout)
    mine = [event for event in saved.read_text(encoding="utf-8").splitlines() if world.record[0].petition_id in event]
    assert len(mine) == len(world.raw)
    assert found["check"]["different"] == 0
    assert json.loads(run("--json", "--record", str(saved)).output) == found
