"""POST /petitions, the web page's form, on real Kafka and PostgreSQL."""

from __future__ import annotations

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
    """Without any key; whatever channel or category the body claims."""
    answer = await _send(asked, {"text": TEXT, "channel": "ihanoi", "external_id": "PA-1", "urgent": True})

    assert answer.status_code == 202
    (event,) = on_topic(broker.bootstrap, SUBMITTED, answer.json()["petition_id"])
    assert (event.data.channel, event.data.external_id, event.data.urgent) == ("web", None, None)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}], ids=str)
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


async def test_too_many_from_one_address_must_wait(asked: Asked) -> None:
    """429 with the time to wait, in words and in Retry-After."""
    for _ in range(10):
        answer = await _send(asked)
        if answer.status_code == 429:
            break

    assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
    assert int(answer.headers["retry-after"]) > 0
