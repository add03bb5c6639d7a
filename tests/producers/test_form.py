"""POST /petitions, the web page's form, on real Kafka and PostgreSQL."""

from __future__ import annotations

import unicodedata
from typing import Any

import httpx
import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from schemas.events.catalogue import SUBMITTED
from tests.producers.support import Asked, on_topic

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "Cây đổ chắn ngang ngõ 5 phố Huế, xe máy không qua được."
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}


async def _send(asked: Asked, body: dict[str, Any] | None = None, headers: dict[str, str] | None = None) -> httpx.Response:
    return await asked.client.post("/petitions", json=body or {"text": TEXT}, headers=OWN_PAGE if headers is None else headers)


async def test_the_form_speaks_for_the_channel_web(asked: Asked, broker: EmbeddedKafka) -> None:
    """Without any key, as a petition without category or urgency of its own."""
    answer = await _send(asked)

    assert answer.status_code == 202
    (event,) = on_topic(broker.bootstrap, SUBMITTED, answer.json()["petition_id"])
    assert (event.data.channel, event.data.external_id, event.data.urgent) == ("web", None, None)


async def test_the_form_cannot_speak_for_another_channel(asked: Asked) -> None:
    """A body that claims what is not the sender's to choose is refused, each claim by its name."""
    answer = await _send(asked, {"text": TEXT, "channel": "ihanoi", "external_id": "PA-1", "urgent": True})

    assert answer.status_code == 422
    assert [(one["field"], one["rule"]) for one in answer.json()["fields"]] == [
        (name, "extra_forbidden") for name in ("channel", "external_id", "urgent")
    ]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": "http://["}], ids=str
)
async def test_another_sites_page_cannot_send_it(asked: Asked, headers: dict[str, str]) -> None:
    """403, whatever the browser knows to say of where the call comes from."""
    answer = await _send(asked, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign-page")


async def test_a_form_post_of_another_site_is_no_json(asked: Asked) -> None:
    """An HTML form cannot send JSON, so an old browser that says nothing is safe as well."""
    answer = await asked.client.post("/petitions", data={"text": TEXT})

    assert answer.status_code == 415


async def test_what_fills_the_hidden_field_is_a_machine(asked: Asked) -> None:
    """403, and nothing is published."""
    answer = await _send(asked, {"text": TEXT, "website": "https://buy.example"})

    assert (answer.status_code, answer.json()["code"]) == (403, "machine")


async def test_a_repeat_with_the_same_key_is_the_same_petition(asked: Asked) -> None:
    """A citizen who presses twice, or whose connection broke, has one petition."""
    answers = [await _send(asked, headers={**OWN_PAGE, "Idempotency-Key": "pressed-twice"}) for _ in range(2)]

    assert answers[0].json() == answers[1].json()


async def test_a_key_belongs_to_one_browser_and_one_content(asked: Asked) -> None:
    """The same key of another browser is another petition; the same browser's with other words is refused. Nobody gets another's code."""
    page = await asked.client.get("/")
    ours = f"client={page.cookies['client']}"
    theirs = "client=" + "x" * 22

    async def send(cookie: str, text: str) -> httpx.Response:
        return await _send(asked, {"text": text}, {**OWN_PAGE, "Idempotency-Key": "1", "Cookie": cookie})

    asked.client.cookies.clear()
    first, again, other, foreign = [
        await send(cookie, text)
        for cookie, text in ((ours, TEXT), (ours, unicodedata.normalize("NFD", TEXT)), (ours, f"{TEXT} Gấp!"), (theirs, f"{TEXT} Gấp!"))
    ]

    assert (first.status_code, again.status_code, foreign.status_code) == (202, 202, 202)
    assert first.json() == again.json()
    assert foreign.json()["tracking_code"] != first.json()["tracking_code"]
    assert (other.status_code, other.json()["code"]) == (409, "key-reused")


async def test_a_browser_keeps_its_name(asked: Asked) -> None:
    """The page gives one to who has none; scripts cannot read it and other sites cannot send it."""
    asked.client.cookies.clear()
    given = (await asked.client.get("/")).headers["set-cookie"]
    kept = await asked.client.get("/", headers={"Cookie": given.partition(";")[0]})

    assert "HttpOnly" in given
    assert "SameSite=strict" in given
    assert "set-cookie" not in kept.headers


async def test_too_many_from_one_address_must_wait(asked: Asked) -> None:
    """429 with the time to wait, in words and in Retry-After."""
    for _ in range(40):
        answer = await _send(asked)
        if answer.status_code == 429:
            break

    assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
    assert int(answer.headers["retry-after"]) > 0
