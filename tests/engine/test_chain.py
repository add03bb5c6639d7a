"""Chained stages: what two stages would do one after the other, in one step."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from schemas.events.topics import Topic
from streams.engine.chain import Chained
from streams.engine.faults import CRASH_POINTS
from streams.engine.peers import conflict
from streams.engine.step import View, decide
from streams.engine.types import Effects, Entries, Entry, Output, Record
from tests.engine.forked import Worker
from tests.engine.harness import PATIENCE, Job, assert_exactly_once, wait_killed

IN, LINK, OUT, ACTIONS = (Topic(name, name) for name in ("in", "link", "out", "actions"))


class First:
    """Doubles a value; `refuse` is rejected."""

    name, inputs, outputs, changelog = "first", (IN,), (LINK,), None

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        effects = Effects()
        for record in records:
            if record.value == b"refuse":
                effects.rejected.append((record, ValueError("refused by the first")))
            else:
                effects.outputs.append(Output(LINK.name, record.key, (record.value or b"") * 2, ()))
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        raise NotImplementedError


class Second:
    """Appends to its key's entry; `nono` is rejected, `bad` raises."""

    name, inputs, outputs, changelog = "second", (LINK, ACTIONS), (OUT,), Topic("log", "log")

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        effects = Effects()
        for record in records:
            if record.value == b"nono":
                effects.rejected.append((record, ValueError("refused by the second")))
                continue
            if record.value == b"badbad":
                raise ValueError("bad")
            key = record.key or b""
            put = effects.puts.get(key)
            value = (put.value if put else entries.get(key) or b"") + (record.value or b"")
            effects.puts[key] = Entry(value)
            effects.outputs.append(Output(OUT.name, key, value, ()))
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        return Effects(puts={key: Entry(b"fired") for key in due})


def record(offset: int, value: bytes, topic: Topic = IN, key: bytes = b"k") -> Record:
    return Record(topic.name, 3, offset, 1000 + offset, key, value, ())


def decided(*records: Record) -> Effects:
    return decide(Chained(First(), Second()), records, View({}, set(), {}, lambda _: {}), 0)


def test_a_chain_does_what_both_stages_would_do() -> None:
    """The link is written, the second stage's outputs and entries follow; what the second alone reads goes to it."""
    effects = decided(record(0, b"a"), record(5, b"z", ACTIONS), record(1, b"b"))

    assert [(one.topic, one.value) for one in effects.outputs] == [
        ("link", b"aa"),
        ("link", b"bb"),
        ("out", b"aa"),
        ("out", b"aabb"),
        ("out", b"aabbz"),
    ]
    assert effects.puts == {b"k": Entry(b"aabbz")}


def test_what_either_stage_rejects_is_a_dead_letter_of_the_record_that_came_in() -> None:
    """Its topic and offset are those of the input, not of a link record that nobody could find."""
    effects = decided(record(0, b"refuse"), record(1, b"no"), record(2, b"a"), record(3, b"bad"))

    assert [(one.topic, one.offset, str(error)) for one, error in effects.rejected] == [
        ("in", 0, "refused by the first"),
        ("in", 1, "refused by the second"),
        ("in", 3, "bad"),
    ]
    assert [one.value for one in effects.outputs if one.topic == "out"] == [b"aa"]


def test_left_over_link_records_are_the_second_stages_alone() -> None:
    """They are not written to the link again, and stand before what comes in."""
    effects = decided(record(7, b"left", LINK), record(0, b"a"))

    assert [(one.topic, one.value) for one in effects.outputs] == [("link", b"aa"), ("out", b"left"), ("out", b"leftaa")]


def test_stages_without_one_link_cannot_be_chained() -> None:
    """Nor can one that keeps state come first."""
    for first, second in ((Second(), First()), (First(), First())):
        with pytest.raises(ValueError, match="cannot be chained"):
            Chained(first, second)


@pytest.mark.parametrize(
    "points", [("step:produced", "step:committed"), pytest.param(CRASH_POINTS, marks=pytest.mark.long)], ids=["two of them", "all"]
)
def test_a_crash_between_any_two_steps_of_a_chain_loses_and_doubles_nothing(job: Job, points: Sequence[str]) -> None:
    """Outputs, link and state are as if no worker had been killed."""
    for point in points:
        job.produce(100)
        wait_killed(job.start(JOB_STAGE="chained", CRASH_AT=f"{point}:2" if point.startswith("step") else point, MAX_STEP_RECORDS="30"))
    job.start(JOB_STAGE="chained")

    assert_exactly_once(job)
    assert len(job.read(f"{job.prefix}.mid", job.sent)) == job.sent


def test_stages_that_ran_apart_are_chained_and_go_on_where_they_were(job: Job) -> None:
    """What the first had handed on and the second not yet handled is handled first; nothing is handed on again."""
    first, second = job.start("a", JOB_STAGE="first"), job.start("b", JOB_STAGE="second", CRASH_AT="step:stored:2", MAX_STEP_RECORDS="40")
    job.produce(400)
    wait_killed(second)
    job.read(f"{job.prefix}.mid", 400)
    first.kill()
    first.wait(PATIENCE)
    job.produce(200)
    wait_killed(job.start(JOB_STAGE="chained", CRASH_AT="step:committed:3", MAX_STEP_RECORDS="50"))
    job.start(JOB_STAGE="chained")

    assert_exactly_once(job)
    assert len(job.read(f"{job.prefix}.mid", job.sent)) == job.sent


def test_what_strangers_write_into_the_link_is_not_lost(job: Job) -> None:
    """While nothing else happens it is handled as what was left over; right before the chain's own records it becomes a dead letter."""
    job.start(JOB_STAGE="chained")
    job.produce(20)
    job.read(f"{job.prefix}.mid", 20)
    job.send_raw(b"key-3", b"garbage", topic="mid")
    job.dead_letters(1)
    for _ in range(30):
        job.send_raw(b"key-4", b"more garbage", topic="mid")
        job.produce(1)

    assert_exactly_once(job)
    letters = job.dead_letters(31)
    assert sorted(value for _, value, _ in letters) == [b"garbage", *[b"more garbage"] * 30]


IMPATIENT = {"SESSION_TIMEOUT_MS": "1000"}
"""Three sessions long a worker waits for those who divide the work otherwise."""


def ends_with(worker: Worker, job: Job) -> str:
    """What a worker that refuses to begin says last."""
    assert worker.wait(PATIENCE) == 1
    return job.log(worker)


def test_a_worker_that_divides_the_work_otherwise_is_refused_before_it_joins(job: Job) -> None:
    """Beside a chained worker neither half may run, nor a chained one beside either half; those that run go on undisturbed."""
    chained = job.start("chained", JOB_STAGE="chained")
    job.produce(20)
    job.wait_ready(chained)
    refused = [job.start(stage, JOB_STAGE=stage, **IMPATIENT) for stage in ("first", "second")]
    for worker in refused:
        assert "CHAINED must be the same" in ends_with(worker, job)
    job.produce(20)
    assert_exactly_once(job)

    chained.kill()
    chained.wait(PATIENCE)
    halves = [job.start("first", JOB_STAGE="first"), job.start("second", JOB_STAGE="second")]
    for half in halves:
        job.wait_ready(half)
    assert "CHAINED must be the same" in ends_with(job.start("chained-2", JOB_STAGE="chained", **IMPATIENT), job)
    job.produce(20)
    assert_exactly_once(job)


def test_members_conflict_by_what_they_read() -> None:
    """Of one's own group all must read the same; of another none may read what is read here."""
    assert conflict(["a", "b"], [["b", "a"]], "mine", own=True) == ""
    assert "workers of mine read a, c, this one a, b" in conflict(["a", "b"], [["a", "b"], ["a", "c"]], "mine", own=True)
    assert conflict(["a", "b"], [["c"]], "other", own=False) == ""
    assert "workers of other read b, c" in conflict(["a", "b"], [["c", "b"]], "other", own=False)
