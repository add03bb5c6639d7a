"""The engine on the real broker: whatever dies whenever, each record has its effect once."""

from __future__ import annotations

import shutil
import signal
import time

import pytest

from streams.engine.faults import CRASH_POINTS, Faults
from tests.engine.harness import PARTITIONS, PATIENCE, Job, assert_exactly_once, wait_killed


def test_a_crash_between_any_two_steps_loses_and_doubles_nothing(job: Job) -> None:
    """Worker after worker is killed at the next numbered point of start and step; the outputs are as if none had been."""
    for point in CRASH_POINTS:
        job.produce(300)
        wait_killed(job.start(CRASH_AT=f"{point}:2" if point.startswith("step") else point, MAX_STEP_RECORDS="100"))
    job.start()

    assert_exactly_once(job)


def test_kill_at_load_loses_and_doubles_nothing(job: Job) -> None:
    """SIGKILL at any moment while records stream in."""
    for _ in range(2):
        worker = job.start(MAX_STEP_RECORDS="50")
        before = len(job.read(f"{job.prefix}.out", 0))
        job.produce(2000)
        job.read(f"{job.prefix}.out", before + 1)  # it is at work
        worker.kill()
        worker.wait(PATIENCE)
    job.start()

    assert_exactly_once(job)


def test_fetches_that_are_lost_on_their_way_are_fetched_again(job: Job) -> None:
    """Every second fetch does not reach its processor, the last one of all among them; nothing is skipped."""
    job.start(LOSE_FETCHES="1")
    for _ in range(5):
        job.produce(400)

    assert_exactly_once(job)


def test_a_worker_that_was_frozen_is_fenced(job: Job) -> None:
    """A worker that stops answering loses its partitions; when it wakes up, what it had in hand is refused by Kafka."""
    frozen = job.start("a", MAX_STEP_RECORDS="50")
    job.produce(1000)
    job.read(f"{job.prefix}.out", 1)
    frozen.send_signal(signal.SIGSTOP)
    job.produce(1000)
    job.start("b", STATE_DIR=str(job.state_dir.with_name("state-b")))
    job.read(f"{job.prefix}.out", 2000)
    frozen.send_signal(signal.SIGCONT)
    job.produce(1000)

    assert_exactly_once(job)


def test_a_lost_disk_is_rebuilt_from_the_changelog(job: Job) -> None:
    """Counts go on where they were although the local store is gone."""
    worker = job.start()
    job.produce(500)
    job.outputs(500)
    worker.kill()
    worker.wait(PATIENCE)
    shutil.rmtree(job.state_dir)
    job.produce(500)
    job.start()

    assert_exactly_once(job)


def test_a_store_that_knows_more_than_the_changelog_is_not_trusted(job: Job) -> None:
    """A state directory of another cluster is set aside and the store built anew."""
    from streams.engine.store import Store, encode
    from streams.engine.types import Entry

    for partition in range(PARTITIONS):
        store = Store(job.state_dir / job.prefix / str(partition))
        store.apply({b"key-0": encode(Entry(b'{"count": 99}'))}, {}, 1_000_000)
        store.close()
    job.produce(100)
    job.start()

    assert_exactly_once(job)


def test_a_second_worker_takes_its_share_and_gives_it_back(job: Job) -> None:
    """Rebalances in both directions: a worker joins, then leaves in an orderly way."""
    job.start("a")
    job.produce(500)
    job.outputs(500)
    second = job.start("b", STATE_DIR=str(job.state_dir.with_name("state-b")))
    job.wait_ready(second)
    job.produce(500)
    job.outputs(1000)
    second.terminate()

    assert second.wait(PATIENCE) == 0
    job.produce(500)
    assert_exactly_once(job)


def test_the_record_that_raises_is_set_aside_and_the_rest_go_on(job: Job) -> None:
    """In a batch of many, two records raise: they are in the dead-letter topic with the reason, all others have their effect."""
    job.produce(200)
    job.send_raw(b"key-7", b'{"id": -1, "fail": "no such street"}')
    job.send_raw(b"key-8", b"\xff\x00 not JSON")
    job.produce(200)
    job.start()

    assert_exactly_once(job)
    letters = sorted(job.dead_letters(2), key=lambda letter: str(letter[0]))
    assert [(key, value) for key, value, _ in letters] == [
        (b"key-7", b'{"id": -1, "fail": "no such street"}'),
        (b"key-8", b"\xff\x00 not JSON"),
    ]
    assert letters[0][2]["__connect.errors.exception.class.name"] == "ValueError"
    assert letters[0][2]["__connect.errors.exception.message"] == "no such street"
    assert letters[0][2]["__connect.errors.topic"] == f"{job.prefix}.in"
    assert {"__connect.errors.partition", "__connect.errors.offset"} <= letters[0][2].keys()


def test_records_without_key_or_value_do_not_stop_the_stage(job: Job) -> None:
    """Tombstones and keyless garbage end as dead letters."""
    job.send_raw(b"key-1", None)
    job.send_raw(None, b"garbage", partition=0)
    job.produce(20)
    job.start()

    assert_exactly_once(job)
    assert {(key, value) for key, value, _ in job.dead_letters(2)} == {(b"key-1", None), (None, b"garbage")}


def test_timers_fire_once_and_overdue_ones_at_once_after_a_crash(job: Job) -> None:
    """Due instants set before a crash fire after it, each once."""
    due = int(time.time() * 1000) + 1500
    job.produce(50, due_ms=due)
    wait_killed(job.start(CRASH_AT="step:produced:2", MAX_STEP_RECORDS="30"))
    time.sleep(max(0.0, due / 1000 - time.time()))
    wait_killed(job.start(CRASH_AT="step:committed:2", MAX_STEP_RECORDS="20"))
    job.start(MAX_STEP_RECORDS="20")
    outputs = job.outputs(100, quiet_ms=1500)

    assert {key: sum("fired" in row for row in rows) for key, rows in outputs.items()} == dict.fromkeys(job.inputs, 1)
    assert all(row["at"] >= due for rows in outputs.values() for row in rows if "fired" in row)


def test_an_unknown_crash_point_is_refused() -> None:
    """A typing error in CRASH_AT does not make a test that tests nothing."""
    with pytest.raises(ValueError, match="CRASH_AT"):
        Faults("step:nowhere")
