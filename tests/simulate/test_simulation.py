"""The short form of a simulation: a real instance, some hundred petitions, days in seconds; then the record is checked.

What is checked holds however slow the machine is: nothing depends on how many things happened in time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from consumers.kafka.records import Record
from deploy.simulate.measures.measures import by_office, measures
from deploy.simulate.report.page import page
from deploy.simulate.report.summary import summary
from deploy.simulate.run import Outcome, Scenario, simulate
from deploy.simulate.tempers import Crowd
from schemas.events.catalogue import EVENT_TYPES
from schemas.events.sealing import Sealing
from schemas.events.standing import CaseEvent
from schemas.platform import keyring
from schemas.reference import offices
from tests.case.checker import problems
from tests.case.test_machine import answer_due, assert_closed_only_after_an_answer, assert_each_step_once, check_change
from tests.case.world import hanoi

SCENARIO = Scenario(days=10, per_day=25, crowd=Crowd.MIXED, seed=11, not_before=hanoi("2026-03-02 00:00"), seconds=20)


class Silent:
    def phase(self, name: str) -> None: ...

    def at(self, now: int, start: int, until: int, counts: Counter[str]) -> None: ...


@dataclass(frozen=True)
class Run:
    outcome: Outcome
    record: dict[str, list[CaseEvent]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    records: list[Record] = []
    data = tmp_path_factory.mktemp("simulation")
    outcome = simulate(SCENARIO, data, Silent(), records.append)
    opened = Sealing(keyring.load(data / "keyring.json")).open_value
    record: defaultdict[str, list[CaseEvent]] = defaultdict(list)
    for one in records:
        event = EVENT_TYPES[(one.header("ce_type") or b"").decode()].adapter.validate_json(opened(one.value or b""))
        record[event.petition_id].append(event)
    return Run(outcome, record)


def test_every_deadline_follows_from_the_record(run: Run) -> None:
    """The separate checker recomputes every clock of every petition, by its own calendar and the policy file's numbers."""
    wrong = {petition: found for petition, events in run.record.items() if (found := problems(events))}

    assert wrong == {}


def test_every_petition_that_was_sent_is_in_the_record(run: Run) -> None:
    """Nothing is lost on the way, and nothing doubled; what was registered after the last midnight is left out of the report."""
    sent = run.outcome.sent

    assert sent["registered"] == sent["petitions"] > 100
    assert len(run.record) <= sent["registered"]


def test_a_deadline_never_moves_without_an_event_that_says_why(run: Run) -> None:
    """Between two events only what the later one says has changed; a transfer, a warning or a refusal moves nothing."""
    for events in run.record.values():
        for before, after in pairwise(events):
            check_change(before, after)
            if after.what in ("transferred", "decision-required"):
                assert (before.case.deadline, answer_due(before)) == (after.case.deadline, answer_due(after))


def test_each_step_of_the_ladder_at_most_once(run: Run) -> None:
    """No warning, breach or escalation comes twice for the same deadline."""
    for events in run.record.values():
        assert_each_step_once(events)


def test_nothing_is_closed_without_an_answer_and_a_rating_or_the_window(run: Run) -> None:
    """Silence closes nothing."""
    closed = 0
    for events in run.record.values():
        assert_closed_only_after_an_answer(events)
        closed += any(event.what == "closed" for event in events)

    assert closed


def test_the_measures_agree_with_a_plain_count(run: Run) -> None:
    """Answers, ratings and closures of the report are those of the record."""
    whole = measures(run.outcome.facts)
    whats = Counter(event.what for events in run.record.values() for event in events)

    assert whole.petitions == len(run.record)
    assert whole.effective.ratings == whats["rated"]
    assert whole.effective.answers_returned == whats["answer-returned"]
    assert whole.to_the_end.closed_by_rating + whole.to_the_end.closed_by_window == whats["closed"]
    assert sum(run.outcome.days.answered.values()) == whats["answered"]
    assert sum(one.to_the_end.open for one in by_office(run.outcome.facts).values()) == whole.to_the_end.open


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.langs: Counter[str] = Counter()

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.found += [str(given[name]) for name in ("src", "href", "xlink:href") if given.get(name)]
        self.langs[given.get("lang") or ""] += 1


def test_the_report_needs_nothing_else_and_speaks_both_languages(run: Run, tmp_path: Path) -> None:
    """One page without links to anywhere, with every plot and every office in Vietnamese and English."""
    text = page(SCENARIO, run.outcome)
    seen = _Links()
    seen.feed(text)

    assert seen.found == []
    assert text.count("<svg ") == 12
    assert abs(seen.langs["vi"] - seen.langs["en"]) <= 1  # the page itself begins in Vietnamese
    assert offices()["so-xd"].name_vi in text
    assert offices()["so-xd"].name_en in text
    assert summary(measures(run.outcome.facts), run.outcome).startswith("fast ")
