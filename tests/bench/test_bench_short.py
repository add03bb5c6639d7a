"""The benchmarks in their shortest form, without any threshold on time, so that they cannot rot."""

from __future__ import annotations

import json
from pathlib import Path

import orjson
import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from streams.case.decide.state import is_case
from tests.bench import engines, petitions, pipeline, quix_environment, rates, store
from tests.bench.contestants import KAFKA_STREAMS_2, OURS, QUIX
from tests.bench.latency import percentile
from tests.bench.markdown import page
from tests.bench.results import Goal, Section, text
from tests.bench.subjects import CaseSubject, JobSubject


@pytest.mark.long
async def test_all_engines_do_the_same_job_exactly_once(tmp_path: Path, kafka: EmbeddedKafka) -> None:
    """Each contestant turns each input into one output with the key's exact count; the checks raise otherwise."""
    contestants = (OURS, KAFKA_STREAMS_2, *((QUIX,) if quix_environment.is_there() else ()))

    outcomes = await engines.measure(tmp_path, count=1000, rounds=1, contestants=contestants, kafka=kafka)

    assert [one.name for one in contestants] == [outcome.contestant for outcome in outcomes]
    assert all(outcome.rate > 0 for outcome in outcomes)
    assert "this project's engine" in text(engines.section(outcomes, contestants))


@pytest.mark.long
async def test_every_petition_of_the_pipeline_benchmark_arrives_everywhere(tmp_path: Path) -> None:
    """The whole pipeline's run ends by itself and finds each petition in the record, PostgreSQL and the queues."""
    section = await pipeline.measure(tmp_path, 200)

    assert {"case-1", "projector", "dispatcher", "kafka", "postgres", "all"} == {row["role"] for row in section.rows}


@pytest.mark.long
async def test_a_worker_is_measured_with_stored_cases(tmp_path: Path, kafka: EmbeddedKafka) -> None:
    """A worker restores cases, handles input beside them, restarts and fires each deadline once."""
    section = await store.measure(tmp_path, 500, (JobSubject(),), slack=4, given=kafka)

    assert [row["open cases"] for row in section.rows] == [500]


def test_made_up_open_cases_are_cases_to_the_case_stage() -> None:
    """A stored case with a given instant fires once at it, and waits for its next one; new petitions open new cases."""
    subject, now_ms = CaseSubject(), 1_767_600_000_000
    stored = {petitions.key_of(7).encode(): subject.entry(7, now_ms, now_ms + 1000).value}

    fired = subject.stage.fire(list(stored), stored, now_ms + 1000)
    opened = subject.stage.decide(subject.records(subject.rows(5, 1, 0)), {}, now_ms)

    assert [subject.is_fired(orjson.loads(output.value or b"")) for output in fired.outputs] == [True]
    waiting = {key: (entry.due_ms or 0) > now_ms + 1000 for key, entry in fired.puts.items() if is_case(key)}
    assert waiting == dict.fromkeys(stored, True)
    assert (len([key for key in opened.puts if is_case(key)]), opened.rejected) == (5, [])


def test_percentiles_are_values_that_were_seen() -> None:
    """A share's percentile is the smallest value which at least that share does not exceed."""
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50.0, 95.0, 99.0, 100.0]


def test_the_page_says_which_goals_were_missed() -> None:
    """A run's JSON becomes tables and bars, and a missed goal is written as such."""
    goals = (Goal("speed", 10, 9.0, "/s"), Goal("time", 10, 9.0, " s", at_least=False))
    section = Section("x", "Title", ({"what": "a", "rate": 1234}, {"what": "b", "rate": None}), goals, by=("what",), plots=("rate",))
    found = json.loads(json.dumps({"at": "2026-01-05", "machine": {"cores": 2}, "sections": [section.as_json()]}))

    shown = page(found)

    assert "| a | 1,234 |" in shown
    assert '  title "rate"\n  x-axis ["a"]\n  bar [1234]\n' in shown
    assert "MISSED speed: 9/s (at least 10/s)" in shown
    assert "met time: 9 s (at most 10 s)" in shown


def test_a_rate_that_is_too_much_is_told_and_others_are_shares_of_the_other_release() -> None:
    """Losing the whole run for one rate too many told nobody anything; a share is one of the same rate."""
    ours = [rates.Found(0, {"all": 60.0}), rates.Found(10, {"all": 30.0}, 20.0, 40.0), rates.Found(300, {"all": 7.0}, lost=12)]
    other = [rates.Found(0, {"all": 240.0}), rates.Found(10, {"all": 75.0}, 20.0, 40.0)]

    section = rates.section({rates.OTHER: other, rates.OURS: ours}, slow=False)

    assert [(row["of the other"], row["lost"]) for row in section.rows[2:]] == [(0.25, 0), (0.4, 0), (None, 12)]
    assert [goal.met for goal in section.goals] == [True, True]
