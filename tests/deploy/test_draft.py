"""What a text would become is shown before it is handed in: the call, its words, its pace."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from deploy.web.draft import AT_ONCE, Classify, draft_route
from deploy.web.limits import PACES, Limited
from schemas.reference import wards
from streams.classify.found import Asked, Classification
from streams.classify.model.file import BadModelError
from tests.classify.shipped import shipped

pytestmark = pytest.mark.asyncio(loop_scope="session")
SECONDS = 30.0
"""After which a test gives up waiting; only ever reached by a mistake."""
LIGHT = "Đèn đường trong ngõ 12 phường Định Công hỏng ba hôm nay, tối om"
(DINH_CONG,) = [ward for ward in wards().values() if ward.name_vi == "Định Công"]


def app(build: Callable[[], Classify] = lambda: shipped().classify_texts) -> Limited:
    return Limited(Starlette(routes=[draft_route(10_000, build)]), 0)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app()), base_url="http://x") as made:
        yield made


async def shown(client: httpx.AsyncClient, lang: str = "vi", **draft: Any) -> dict[str, Any]:
    answer = await client.post("/v1/drafts", json=draft, params={"lang": lang})
    assert answer.status_code == 200
    return dict(answer.json())


async def test_a_draft_shows_category_office_ward_and_why(client: httpx.AsyncClient) -> None:
    """As the petition itself would be classified, in the asker's language."""
    found, english = await shown(client, text=LIGHT), await shown(client, "en", text=LIGHT)

    assert found["category"] == {"code": "street-lighting", "name": "Chiếu sáng công cộng"}
    assert found["office"] == {"code": DINH_CONG.office, "name": "UBND phường Định Công"}
    assert (found["ward"]["name"], found["why"].startswith("Ngõ, ngách")) == ("Phường Định Công", True)
    assert (english["category"]["name"], english["why"].startswith("alleys")) == ("Street lighting", True)


async def test_what_a_person_would_sort_has_no_office_yet(client: httpx.AsyncClient) -> None:
    """And no rule; which ward is not clear is not guessed."""
    found = await shown(client, text="Rác chất đống mấy hôm nay không ai thu gom")

    assert (found["office"], found["why"], found["ward"]) == (None, None, None)


async def test_what_the_writer_corrects_counts(client: httpx.AsyncClient) -> None:
    """A ward that he picks, and a category where the text leaves it open."""
    corrected = await shown(client, text="Có việc này mong xem giúp", category="trees", location={"ward_code": DINH_CONG.code})

    assert (corrected["category"]["code"], corrected["ward"]["code"]) == ("trees", DINH_CONG.code)


async def test_danger_says_whom_to_call(client: httpx.AsyncClient) -> None:
    """Before anything is sent."""
    found = await shown(client, text="Nhà đang cháy to ở ngõ 5 phố Huế, có người mắc kẹt bên trong, cứu với")

    assert "114" in found["call"]


@pytest.mark.parametrize(
    ("body", "field", "rule"),
    [
        ({}, "text", "too_little"),
        ({"text": "??"}, "text", "too_little"),
        ({"text": "Cây đổ", "category": "x"}, "category", "unknown_category"),
        ({"text": "Cây đổ", "contact": {"phone": "0912345678"}}, "contact", "extra_forbidden"),
    ],
)
async def test_a_bad_draft_is_refused_by_field_and_rule(client: httpx.AsyncClient, body: dict[str, Any], field: str, rule: str) -> None:
    """A contact has no business in it: nothing but what is classified is taken."""
    answer = await client.post("/v1/drafts", json=body)

    assert (answer.status_code, [(one["field"], one["rule"]) for one in answer.json()["fields"]]) == (422, [(field, rule)])


async def test_an_address_that_asks_too_often_waits() -> None:
    """By the edge's pace for drafts, with Retry-After; another address goes on."""
    answered: list[Asked] = []

    def noted(asked: Sequence[Asked]) -> Sequence[Classification]:
        answered.extend(asked)
        return shipped().classify_texts(asked)

    made = app(lambda: noted)
    transport = httpx.ASGITransport(made, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        codes = [(await client.post("/v1/drafts", json={"text": "Cây đổ"})).status_code for _ in range(PACES["draft"].burst + 1)]
    other = httpx.ASGITransport(made, client=("203.0.113.8", 1))
    async with httpx.AsyncClient(transport=other, base_url="http://x") as client:
        next_one = await client.post("/v1/drafts", json={"text": "Cây đổ"})

    assert (set(codes[:-1]), codes[-1], next_one.status_code) == ({200}, 429, 200)
    assert len(answered) == len(codes)


async def test_so_many_wait_and_no_more() -> None:
    """While the classifier is being built the service answers others, a bounded number waits for it, and the rest is told when to come."""
    begun, go_on = threading.Event(), threading.Event()

    def build() -> Classify:
        begun.set()
        assert go_on.wait(SECONDS)
        return shipped().classify_texts

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app(build)), base_url="http://x") as client:
        waiting = [asyncio.create_task(client.post("/v1/drafts", json={"text": "Cây đổ"})) for _ in range(AT_ONCE)]
        assert await asyncio.to_thread(begun.wait, SECONDS)
        beyond = await client.post("/v1/drafts", json={"text": "Cây đổ"})
        go_on.set()
        answers = {answer.status_code for answer in await asyncio.gather(*waiting)}
        afterwards = await client.post("/v1/drafts", json={"text": "Cây đổ"})

    assert (beyond.status_code, beyond.headers["Retry-After"], answers, afterwards.status_code) == (503, "1", {200}, 200)


async def test_without_a_classifier_the_page_goes_on_without_a_preview() -> None:
    """503, and the next draft tries again."""
    tries = iter([BadModelError("no such model")])

    def build() -> Classify:
        for error in tries:
            raise error
        return shipped().classify_texts

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app(build)), base_url="http://x") as client:
        codes = [(await client.post("/v1/drafts", json={"text": "Cây đổ"})).status_code for _ in range(2)]

    assert codes == [503, 200]
