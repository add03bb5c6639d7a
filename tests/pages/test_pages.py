"""The frame and the texts of the pages; the guard of the public form; the operations centre's figures. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.live.arrivals import Arrivals
from consumers.pages import DESK, MATTER, OPERATIONS, PRIVACY, PUBLIC, TRACK
from consumers.views.operations import league
from deploy.web.calendar import hours_around
from producers.http.guard import RateLimit, client_address, same_origin
from producers.pages import SUBMIT
from schemas.events.standing import State
from schemas.platform.clock import to_ms
from schemas.reference.texts import LANGUAGES, Language
from schemas.web.shell import Page, filled, rendered, texts_of
from streams.case.policy.load import DEFAULT_FILE, load
from streams.case.time.calendar import HOUR_MS

PAGES = (SUBMIT, TRACK, DESK, OPERATIONS, PUBLIC, MATTER, PRIVACY)
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
_FIXED_KEY = re.compile(r"""\bt\(\s*["']([a-z-]+\.[a-z0-9-]+)["']""")
_MADE_KEY = re.compile(r"\bt\(\s*`([a-z-]+)\.([a-z0-9-]*)\$\{")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_page_is_whole(page: Page, lang: Language) -> None:
    """No place is left open, nothing runs inline, and nothing is asked of other hosts."""
    content = rendered(page, lang).decode()

    assert "{{" not in content
    assert f'<html lang="{lang}">' in content
    assert re.findall(r"<script(?! type=\"application/json\")(?![^>]* src=\"/assets/)", content) == []
    assert re.findall(r" (?:style|on[a-z]+)=\"", content) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", content) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_text_that_a_script_asks_for_exists(page: Page) -> None:
    """Keys in the scripts are keys of the page's group or of the shared ones, in both languages."""
    for lang in LANGUAGES:
        texts = {**texts_of(page.package, lang), **texts_of("schemas.web", lang)}
        for package in (page.package, "schemas.web"):
            for file in resources.files(package).joinpath("static").iterdir():
                source = file.read_text(encoding="utf-8") if file.name.endswith(".js") else ""
                assert [key for key in _FIXED_KEY.findall(source) if key not in texts] == []
                starts = [f"{group}.{start}" for group, start in _MADE_KEY.findall(source)]
                assert [start for start in starts if not any(key.startswith(start) for key in texts)] == []


def test_every_state_has_its_step_on_the_tracking_page() -> None:
    """A new state of the case cannot be forgotten by the page."""
    source = resources.files("consumers.pages").joinpath("static/track.js").read_text(encoding="utf-8")
    steps = re.search(r"STEP_OF = \{(.*?)\}", source)

    assert steps is not None
    assert set(re.findall(r'"?([a-z-]+)"?:', steps[1])) == {state.value for state in State}


@given(st.text(max_size=50))
def test_texts_cannot_become_markup(text: str) -> None:
    """Whatever a text holds, the page shows it as text."""
    shown = filled("<p>{{a.b}}</p>", {"a.b": text})

    assert set(re.findall(r"<[^>]*>?", shown)) == {"<p>", "</p>"}


@pytest.mark.parametrize(
    ("headers", "fine"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "https://city.example", "host": "inner:8080"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "https://city.example", "host": "city.example"}, True),
        ({"origin": "https://public.example", "host": "inner:8080"}, True),
        ({"origin": "https://evil.example", "host": "city.example"}, False),
        ({"origin": "null", "host": "city.example"}, False),
        ({"origin": "null"}, False),
        ({}, True),
    ],
)
def test_only_our_own_pages_may_send_the_form(headers: dict[str, str], *, fine: bool) -> None:
    """By what the browser says; a caller that is no browser has nothing that could be misused."""
    assert same_origin(headers, "https://public.example") is fine


@pytest.mark.parametrize(
    ("forwarded", "hops", "address"),
    [
        ("", 1, "10.0.0.1"),
        ("1.2.3.4", 0, "10.0.0.1"),
        ("1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", 1, "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4, 10.0.0.9", 2, "1.2.3.4"),
        ("2001:db8:1:2:3::4", 1, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", 1, "203.0.113.5"),
        ("203.0.113.5:51820", 1, "203.0.113.5"),
        ("[2001:db8:1:2:3::4]:443", 1, "2001:db8:1:2::/64"),
        ("::1", 1, "::1"),
    ],
)
def test_an_address_cannot_be_forged(forwarded: str, hops: int, address: str) -> None:
    """Only what our own proxies have added counts; of IPv6 the customer's network."""
    assert client_address("10.0.0.1", forwarded, hops) == address


@given(st.lists(st.floats(0, 400), min_size=1, max_size=80))
def test_the_rate_limit_is_never_exceeded(pauses: list[float]) -> None:
    """However calls are spread, no more pass than the burst and what has been earned since; who waits as told gets through."""
    now = 0.0
    limit = RateLimit(3, 60, monotonic=lambda: now)
    passed = 0
    for pause in pauses:
        now += pause
        wait = limit.wait_for("caller")
        passed += wait == 0
        if wait:
            now += wait
            assert limit.wait_for("caller") == 0
            passed += 1

        assert passed <= 3 + now / 60 + 1e-6


def test_one_caller_does_not_use_up_anothers_limit() -> None:
    """And the memory of callers is bounded."""
    limit = RateLimit(1, 1, remembered=2, monotonic=lambda: 0.0)

    assert [limit.wait_for(caller) == 0 for caller in ("a", "b", "a", "b")] == [True, True, False, False]
    limit.wait_for("c")
    assert len(limit._buckets) == 2


def test_an_event_that_waits_for_the_read_model_is_seen() -> None:
    """The age counts from the oldest event that is not committed, also while newer ones keep coming."""
    now = 100.0
    arrivals = Arrivals(lambda: now)
    for offset in range(50):
        arrivals.note(0, offset)
        now += 2
    arrivals.note(1, 7)

    assert arrivals.waiting_since({0: 10, 1: 7}) == 120.0
    assert arrivals.waiting_since({0: 50, 1: 7}) == 200.0
    assert arrivals.waiting_since({0: 50, 1: 8}) is None


def test_silence_counts_against_an_office() -> None:
    """An office that answers little and lets the rest run late stands below one that is late once; overdue work stands on top."""
    oldest = NOW - timedelta(days=20)
    open_rows: list[dict[str, Any]] = [
        {"office": "so-xd", "state": "assigned", "open": 9, "overdue": 9, "urgent": 0, "oldest": oldest},
        {"office": "so-yt", "state": "accepted", "open": 4, "overdue": 0, "urgent": 0, "oldest": NOW},
    ]
    answers: list[dict[str, Any]] = [
        {"office": "so-xd", "answered": 1, "in_time": 1, "stars": 5, "reopened": 0},
        {"office": "so-yt", "answered": 10, "in_time": 9, "stars": None, "reopened": 1},
    ]
    found = league(open_rows, answers, NOW, "en")

    assert [(line["office"]["code"], line["share"], line["oldest_days"]) for line in found] == [("so-xd", 0.1, 20.0), ("so-yt", 0.9, 0.0)]


def test_pages_count_working_time_by_the_policys_calendar() -> None:
    """The holiday of 24 November 2026 has no hours, the day after has eight, with lunch left out."""
    policy = load(DEFAULT_FILE).policy
    found = hours_around(policy, to_ms(NOW))
    periods = found["calendars"][found["levels"]["ordinary"]]["periods"]
    day = to_ms(datetime(2026, 11, 24, tzinfo=UTC)) - 7 * HOUR_MS

    assert [period for period in periods if day <= period[0] < day + 24 * HOUR_MS] == []
    assert [(start - day) / HOUR_MS - 24 for start, end in periods if day + 24 * HOUR_MS <= start < day + 48 * HOUR_MS] == [8.0, 13.5]
