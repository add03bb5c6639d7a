"""What a caller of Open311 wants, and what he is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.http.open311 import view
from consumers.http.open311.wanted import Wanted, wanted
from consumers.kafka.records import Record
from consumers.timeline import from_record
from schemas.web import Problem
from schemas.web.open311 import xml
from tests.consumers.events import Life

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
ROW: dict[str, Any] = {
    "petition_id": "a" * 26,
    "state": "answered",
    "category": "road-damage",
    "office": "so-xd",
    "ward_code": "00070",
    "received_at": NOW,
    "updated_at": NOW,
    "deadline": None,
    "petition": {
        "text": "Trước nhà tôi",
        "location": {"lat": 21.0001, "long": 105.8001, "address": "12 phố Huế"},
        "media_urls": ["https://a.vn/1"],
    },
    "answer": {"text": "Đã vá."},
}


def test_without_either_end_the_last_ninety_days_are_meant() -> None:
    """With one of them, ninety days from there."""
    day, most = "2026-01-01T00:00:00Z", timedelta(days=90)

    assert wanted({}, NOW).end > NOW
    assert {one.end - one.start for one in (wanted({}, NOW), wanted({"start_date": day}, NOW), wanted({"end_date": day}, NOW))} == {most}


def test_both_states_are_no_filter_and_ids_that_are_none_find_nothing() -> None:
    """Not everything, as an empty list of ids would."""
    assert wanted({"status": "open,closed"}, NOW).open is None
    assert wanted({"status": "closed"}, NOW).open is False
    assert wanted({"service_request_id": "x', 1"}, NOW).ids == ()


def understood(query: dict[str, str]) -> Wanted | Problem:
    try:
        return wanted(query, NOW)
    except Problem as problem:
        return problem


@given(st.dictionaries(st.sampled_from(["start_date", "end_date", "page", "page_size", "status", "service_code"]), st.text(max_size=30)))
def test_any_parameter_is_understood_or_named(query: dict[str, str]) -> None:
    """Never another error."""
    found = understood(query)
    named = found.code == "unknown-service" or found.fields[0].field in query if isinstance(found, Problem) else found.start <= found.end

    assert named


def test_strangers_are_shown_no_words_and_no_exact_place() -> None:
    """The ward and its centre instead; its own channel sees it whole."""
    own, foreign = view.request(ROW, "vi", own=True), view.request(ROW, "vi", own=False)

    assert (own["description"], own["address"], own["lat"], own["media_url"]) == ("Trước nhà tôi", "12 phố Huế", 21.0001, "https://a.vn/1")
    assert own["status_notes"].endswith("Đã vá.")
    assert not any(word in str(foreign) for word in ("Trước nhà", "phố Huế", "21.0001", "Đã vá", "a.vn"))
    assert (foreign["address_id"], foreign["status"]) == ("00070", "closed")


def test_strangers_are_shown_days_and_a_channel_its_own_instants() -> None:
    """Days of Hanoi, as the begin of one: received, changed, expected, and each update."""
    evening = datetime(2026, 11, 27, 18, 4, 5, tzinfo=UTC)
    row = {**ROW, "received_at": evening, "updated_at": evening, "deadline": evening}
    names = ("requested_datetime", "updated_datetime", "expected_datetime")
    shown = {own: view.request(row, "vi", own=own) for own in (True, False)}
    life = Life(start=evening - timedelta(minutes=1))
    entry = from_record(Record(0, 1, *_sent(life)))

    assert {shown[True][name] for name in names} == {"2026-11-27T18:04:05Z"}
    assert {shown[False][name] for name in names} == {"2026-11-28T00:00:00+07:00"}
    assert view.update(entry, "vi", own=True)["updated_datetime"] == "2026-11-27T18:04:05Z"
    assert view.update(entry, "vi", own=False)["updated_datetime"] == "2026-11-28T00:00:00+07:00"


def _sent(life: Life) -> tuple[Any, ...]:
    one = life.begins()
    return one.key, one.value, one.headers


@given(*[st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))] * 3)  # noqa: DTZ001 -- hypothesis adds the zone
def test_by_which_span_something_is_found_tells_a_stranger_no_more_than_its_day(start: datetime, end: datetime, at: datetime) -> None:
    """Found exactly where the instant that is shown lies in the span that was asked for."""
    exactly = Wanted(start=start, end=end, size=1, skip=0)
    by_days = exactly.by_days()
    shown = datetime.fromisoformat(view.request({**ROW, "received_at": at}, "vi", own=False)["requested_datetime"])

    assert (by_days.start <= at < by_days.end) == (start <= shown < end)


@pytest.mark.parametrize("text", ["<b>&amp;", "\x0b\x1f", "😀 \ud7ff", "]]>"])
def test_any_text_can_stand_in_xml(text: str) -> None:
    """What XML cannot hold is replaced, so that the document can be read."""
    from xml.etree import ElementTree as ET

    root = ET.fromstring(xml("service_requests", [{"description": text}]))

    assert root.findtext("request/description") == text.replace("\x0b", "\ufffd").replace("\x1f", "\ufffd")
