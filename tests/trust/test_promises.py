"""No promise that is not kept: each sentence that tells people about privacy, deadlines and replies has its test in `promises.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from consumers.incidents.compare import Rules
from consumers.kafka.records import Record
from consumers.pages.privacy import places, privacy_data
from consumers.queues.delivery import plan
from schemas.authority import Call, Duty, Post, may
from schemas.events import tracking
from schemas.events.case import Breached
from schemas.reference.texts import LANGUAGES, Language, sentence
from tests.case.world import POLICY
from tests.consumers.events import Life
from tests.node_ids import missing

TESTS = Path(__file__).parent.parent
TABLE: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_name("promises.toml").read_text(encoding="utf-8"))
NOTHING = "-"
LEVEL = POLICY.levels["ordinary"]
SENTENCE_ENDS = re.compile(r"(?<=[.!?])\s+(?=[A-ZĐ{])")
SAYS_SOMETHING = re.compile(r"[.!](\s|$)")
NUMBERS = {"twice": 2, "hai": 2}
PAGES = {**dict.fromkeys(("track", "shared", "notice", "privacy", "public", "matter"), "consumers/pages"), "submit": "producers/pages"}


@cache
def texts(folder: str) -> dict[str, Any]:
    return tomllib.loads((TESTS.parent / folder / "texts.toml").read_text(encoding="utf-8"))


def promises(lang: Language = "en") -> Iterator[tuple[str, str, str]]:
    """Section, key and text of all that is said in sentences, and of every place of the page on privacy."""
    for section, folder in PAGES.items():
        yield from ((section, key, text[lang]) for key, text in texts(folder)[section].items() if isinstance(text, dict))
    shared = texts("schemas/reference")
    yield from (("event", key, text[lang][1]) for key, text in shared["event"].items())
    yield from (("right-address", key, text[lang]) for key, text in shared["right-address"].items())
    yield "confirm", "message", texts("consumers/notifier")["confirm"]["message"][lang]
    yield from (("place", one["where"], f"{one['what'][lang]}.") for one in places())


def sentences(text: str) -> list[str]:
    return SENTENCE_ENDS.split(text) if SAYS_SOMETHING.search(text) else []


SAID = {(section, key): sentences(text) for section, key, text in promises() if sentences(text)}


def test_every_sentence_has_its_test_or_says_nothing() -> None:
    """One entry a sentence, in order; no entry for what is not said any more."""
    listed = {(section, key): len(tests) for section, table in TABLE.items() for key, tests in table.items()}

    assert {name: len(said) for name, said in SAID.items()} == listed


def test_every_test_that_is_named_exists() -> None:
    """By file and function."""
    named = [test for table in TABLE.values() for tests in table.values() for entry in tests for test in entry.split() if test != NOTHING]

    assert missing(named) == []
    assert len(set(named)) > 50


@pytest.mark.parametrize("lang", LANGUAGES)
def test_how_often_and_how_long_one_may_reopen_is_what_the_policy_says(lang: Language) -> None:
    """On the page, and when a petition is closed."""
    hint, closed = texts("consumers/pages")["track"]["reopen-hint"][lang], sentence("closed", lang, {})
    days = LEVEL.reopen_window_ms // LEVEL.calendar.day_ms

    for text in (hint, closed):
        assert f"{days} {'ngày làm việc' if lang == 'vi' else 'working days'}" in text
        assert [NUMBERS[word] for word in re.findall(r"\w+", text) if word in NUMBERS] == [POLICY.reopen_at_most]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_how_often_and_how_long_a_question_stops_the_clock_is_what_the_policy_says(lang: Language) -> None:
    """On the desk, where an office asks the citizen."""
    hint = texts("consumers/pages")["desk"]["question-hint"][lang]
    days = LEVEL.pause_ms // LEVEL.calendar.day_ms

    assert f"{days} {'ngày làm việc' if lang == 'vi' else 'working days'}" in hint
    assert [NUMBERS[word] for word in re.findall(r"\w+", hint) if word in NUMBERS] == [POLICY.questions_at_most]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_copies_are_gone_by_the_day_that_the_button_names(lang: Language) -> None:
    """No topic with clear text keeps it for longer, the offices' queues included."""
    (named,) = re.findall(r"(\d+) (?:ngày|days)", texts("consumers/pages")["track"]["forget-hint"][lang])

    assert max(one["days"] for one in privacy_data(lang)["places"] if one["form"] == "clear") == int(named)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_places_are_forgotten_on_the_day_that_the_page_names(lang: Language) -> None:
    """Twice the time in which petitions can be about one matter, as it is set unless told."""
    (what,) = (one["what"] for one in privacy_data(lang)["places"] if one["where"] == "incident_petition")

    assert f" {2 * Rules().days:.0f} {'ngày' if lang == 'vi' else 'days'} " in what


def test_a_tracking_code_looks_as_the_form_says() -> None:
    """So many letters and digits, in groups."""
    shape = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
    code = tracking.new_code()

    assert shape.fullmatch(code)
    for lang in LANGUAGES:
        said = texts("producers/pages")["submit"]["bad-code"][lang]
        assert re.findall(r" (\d+) ", said) == [str(len(code.replace("-", "")))]
        assert shape.search(said)


def test_who_heads_an_office_reads_what_it_has_missed() -> None:
    """A missed deadline goes to the office's queue at once, and its head reads that."""
    life = Life(office="so-xd")
    life.begins()
    missed = life.happens(Breached, view={"breached": True}, clock="answer", deadline=life.start)

    assert [one.office for one in plan([(0, Record(0, 1, missed.key, missed.value, missed.headers))]).deliveries] == ["so-xd"]
    assert may((Post(Duty.HEAD, "so-xd"),), Call.READ_CASES)
