"""Who wrote in English is answered in English, in everything that the service says by itself."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from consumers.http.petitions import _told_in
from consumers.views import office as office_view
from schemas.events.case import Refused
from schemas.platform.clock import to_datetime
from schemas.reference.texts import Language, in_language, language_for, right_address
from tests.consumers.events import Life
from tests.consumers.test_citizen_view import items


def asking(query: str = "", accept: str = "") -> Request:
    headers = [(b"accept-language", accept.encode())] if accept else []
    return Request({"type": "http", "headers": headers, "query_string": query.encode()})


@pytest.mark.parametrize(
    ("query", "accept", "written", "told"),
    [
        ("", "", "en", "en"),
        ("", "", "vi", "vi"),
        ("", "", "ko", "en"),
        ("", "fr", "en", "en"),
        ("", "vi", "en", "vi"),
        ("", "en;q=0.5, vi;q=0.2", "vi", "en"),
        ("lang=vi", "en", "en", "vi"),
    ],
)
def test_a_petitions_language_holds_where_the_caller_names_none(query: str, accept: str, written: str, told: Language) -> None:
    """Who names one is told in that; a third language is answered in English."""
    assert _told_in(asking(query, accept), {"language": written}) == told


def test_an_older_case_without_a_language_is_vietnamese() -> None:
    """As all were."""
    assert (_told_in(asking(), {}), language_for("vi")) == ("vi", "vi")


def test_a_refusal_stands_in_vietnamese_on_the_record_and_is_read_in_english() -> None:
    """Its set text; what an office wrote itself stays as it is."""
    for words, read in ((right_address("complaint"), right_address("complaint", "en")), ("Hỏi ở quầy số 3", "Hỏi ở quầy số 3")):
        life = Life()
        life.happens(Refused, kind="complaint", right_address=words)
        shown = items(life, "en")[-1]

        assert (shown["details"]["right_address"], shown["message"]) == (read, read)
        assert items(life, "vi")[-1]["message"] == words


def test_an_unknown_text_is_left_as_it_was_said() -> None:
    """In either language."""
    assert in_language("right-address", "một câu khác", "en") == "một câu khác"


def test_the_office_sees_the_language() -> None:
    """So that its answer can be understood."""
    case = {"state": "assigned", "category": "trees", "level": "ordinary", "office": "so-xd", "received_at": "", "language": "en"}
    line = office_view.queue_item("so-xd", petition_id="0" * 26, seq=1, case=case, petition=None, now=to_datetime(0), lang="vi")

    assert line["language"] == "en"
