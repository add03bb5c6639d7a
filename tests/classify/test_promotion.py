"""A promotion: on record before it has an effect, and taken up by a stage that runs on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from deploy.one_machine.embedded import EmbeddedKafka
from schemas.platform import metrics
from streams.classify.build import classifier
from streams.classify.classifier import Classifier
from streams.classify.current import LOOK_EVERY_S, Current
from streams.classify.found import Asked
from streams.classify.learning.gates import Paired
from streams.classify.learning.promotion import history, promoted, put_in_place, tell
from streams.classify.learning.retrain import Comparison
from streams.classify.model import file
from streams.classify.model.file import Model
from tests.broker import operator, reach
from tests.classify.shipped import shipped

AT = datetime(2026, 3, 2, 3, 4, 5, tzinfo=UTC)
ASKED = [Asked("Đèn đường ngõ 12 phố Huế hỏng ba hôm nay")]


def another(number: int = 1) -> Model:
    """The same weights under another version."""
    return replace(file.own(), trained={"texts": number})


@pytest.fixture(scope="module")
def ready() -> Classifier:
    return shipped()


def test_a_promoted_model_is_the_newest(tmp_path: Path) -> None:
    """It is written whole under a name that sorts by time, once its event is told."""
    told: list[list[str]] = []
    directory = tmp_path / "models"
    for number, at in ((1, AT), (2, AT.replace(year=2027))):
        put_in_place(another(number), directory, at, lambda: told.append([path.name for path in directory.glob("*.npz")]))

    assert file.newest(directory).version == another(2).version
    assert [len(names) for names in told] == [0, 1]


def test_what_is_not_on_record_is_not_put_in_place(tmp_path: Path) -> None:
    """If the event is not acknowledged, the old model stays and nothing is left behind."""

    def fails() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        put_in_place(another(), tmp_path, AT, fails)

    assert not list(tmp_path.iterdir())


def test_promotions_are_read_back_in_order(kafka: EmbeddedKafka) -> None:
    """Who, when, from which model to which, and the gates' figures; what is no such event is passed over."""
    topic, settings = "classify-test-models", operator(kafka.bootstrap)
    admin = KafkaAdminClient(**reach(kafka.bootstrap))
    admin.create_topics([NewTopic(topic, 1, 1)])
    admin.close()
    producer = KafkaProducer(**reach(kafka.bootstrap))
    producer.send(topic, value=b"garbage")
    producer.close()
    gates = (Paired(100, 80, 6, 2).gate("category"),)
    first = promoted(Comparison("linear-0123456789ab", another(1), gates), by="an", at=AT, learnt=12)
    second = promoted(Comparison(first.new, another(2), gates), by="binh", at=AT, learnt=None)
    for one in (first, second):
        tell(settings, one, topic)

    assert history(settings, topic) == [first, second]
    assert (first.old, second.old, first.gates[0].new) == ("linear-0123456789ab", another(1).version, 0.86)


def _versions(current: Current) -> set[str]:
    return {one.model_version for one in current.classify_texts(ASKED * 3)}


def test_a_running_stage_takes_up_the_new_model(tmp_path: Path, ready: Classifier) -> None:
    """Between two batches, at its next look; each batch is of one model, and the metric names the one in use."""
    now = [0.0]
    built: list[str] = []

    def build(model: Model) -> Classifier:
        built.append(model.version)
        return classifier(model=model)

    current = Current(build, tmp_path, now=lambda: now[0])
    before = _versions(current)
    put_in_place(another(), tmp_path, AT, lambda: None)
    soon = _versions(current)
    now[0] = LOOK_EVERY_S
    after = _versions(current)

    assert (before, soon, after) == ({ready.version}, {ready.version}, {another().version})
    assert built == [ready.version, another().version]
    samples = {sample.labels["version"]: sample.value for metric in metrics.MODEL_IN_USE().collect() for sample in metric.samples}
    assert samples == {another().version: 1}


def test_a_broken_model_leaves_the_present_one_in_use(tmp_path: Path, ready: Classifier) -> None:
    """A stage that runs does not fall over a file; the next good one is taken up."""
    now = [0.0]
    current = Current(lambda model: classifier(model=model), tmp_path, now=lambda: now[0])
    (tmp_path / "20260101T000000Z-broken.npz").write_bytes(b"no model")
    now[0] = LOOK_EVERY_S
    kept = _versions(current)
    put_in_place(another(), tmp_path, AT, lambda: None)
    now[0] = 2 * LOOK_EVERY_S

    assert (kept, _versions(current)) == ({ready.version}, {another().version})
