"""The web kit: languages, and errors in one shape."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.reference.texts import LANGUAGES
from schemas.web import Problem, broken, endpoint
from schemas.web.language import liked
from schemas.web.problems import details, texts

ROOT = Path(__file__).parents[2]
_RAISED = re.compile(r'Problem\(\s*\d+, "([a-z-]+)"')


class Away(Exception):
    """A database that is not there."""


async def get(path: str, raised: Exception | None = None, **headers: str) -> httpx.Response:
    """Ask a service whose one call raises."""

    async def show(request: Request) -> Response:
        raise raised or Problem(401, "no-token")

    transport = httpx.ASGITransport(Starlette(routes=[Route("/{code}", endpoint(show, away=(Away,)))]))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_an_error_is_problem_details() -> None:
    """RFC 9457: type, title, status and detail; beside them the code and what is wrong with each field."""
    answer = await get("/so-xd?lang=en", broken("limit", "range", ge=1, le=500))

    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert (answer.headers["cache-control"], answer.headers["content-language"]) == ("no-store", "en")
    assert answer.json() == {
        "type": "urn:hanoi-petitions:problem:invalid",
        "title": "Invalid fields",
        "status": 400,
        "detail": "Some fields break a rule; see `fields`.",
        "code": "invalid",
        "fields": [{"field": "limit", "rule": "range", "message": "must be a whole number from 1 to 500"}],
    }


async def test_a_database_that_is_away_is_a_503() -> None:
    """With the time after which to come again."""
    answer = await get("/so-xd", Away())

    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "database-unavailable", "2")


@pytest.mark.parametrize(
    ("query", "header", "title"),
    [
        ("", "", "Chưa đăng nhập"),
        ("", "en", "Not signed in"),
        ("", "fr, vi;q=0.3, en;q=0.9", "Not signed in"),
        ("?lang=vi", "en", "Chưa đăng nhập"),
        ("?lang=en", "vi", "Not signed in"),
        ("?lang=fr", "en", "Not signed in"),
    ],
)
async def test_an_error_speaks_the_callers_language(query: str, header: str, title: str) -> None:
    """What the address asks for, else what the caller likes better, else Vietnamese."""
    assert (await get(f"/so-xd{query}", accept_language=header)).json()["title"] == title


@given(st.text())
def test_any_language_header_gives_a_language(header: str) -> None:
    """Garbage in the header is no error."""
    assert liked(header) in LANGUAGES


def _entries() -> dict[str, dict[str, str]]:
    problems = {f"{code} {part}": text for code, words in texts()["problem"].items() for part, text in words.items()}
    return problems | texts()["rule"]


@pytest.mark.parametrize("entry", _entries().items(), ids=lambda entry: entry[0])
def test_every_text_is_there_in_both_languages_with_the_same_places(entry: tuple[str, dict[str, str]]) -> None:
    """What is filled in stands in both."""
    name, both = entry
    places = [set(re.findall(r"\{(\w+)\}", text)) for text in both.values()]

    assert tuple(both) == LANGUAGES
    assert places[0] == places[1]
    assert not (name.endswith(" title") and places[0]), "a title is the same for every occurrence"


def test_the_texts_are_those_of_the_problems_that_are_raised() -> None:
    """A code without words would be a 500 instead of its status; words without a code are left over."""
    source = "".join(
        path.read_text(encoding="utf-8") for room in ("schemas", "producers", "consumers", "deploy") for path in (ROOT / room).rglob("*.py")
    )
    by_status = {"not-found", "method-not-allowed", "internal", "invalid"}

    assert set(_RAISED.findall(source)) | by_status == set(texts()["problem"])


def test_an_unknown_rule_still_has_words() -> None:
    """pydantic may learn a new one."""
    assert details(broken("text", "never-heard-of"), "en")["fields"][0]["message"] == "is not valid"


def test_a_problem_names_what_it_is_about() -> None:
    """Values of this occurrence stand in its detail."""
    assert "so-xd" not in details(Problem(404, "unknown-office"), "en")["detail"]
    assert "12 bytes" in details(Problem(413, "too-large", limit=12), "en")["detail"]
