"""What opens a petition: its code, whoever's key made it; and what shows it without opening it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.events import tracking
from schemas.events.case import Accepted, InformationAdded, Rated
from schemas.events.topics import CHANNELS
from schemas.events.tracking import Keys
from tests.consumers.events import CITIZEN, Life, answered
from tests.consumers.web import SECRET, Web

NEW, OLD = b"n" * 32, b"o" * 32


@pytest.mark.parametrize("channel", ["web", *CHANNELS])
def test_a_code_from_before_the_secret_changed_still_opens(channel: str) -> None:
    """As long as the secret before is named; without it the code is cut off."""
    code = tracking.code_for(Keys((OLD,)).of_channel(channel), channel, "external:1")
    petition_id = tracking.petition_id(Keys((OLD,)).of_channel(channel), code)

    assert petition_id in Keys((NEW, OLD)).candidates(code)
    assert petition_id not in Keys((NEW,)).candidates(code)
    assert Keys((OLD,)).of_channel(channel) in Keys((NEW, OLD)).earlier_of_channel(channel)


def test_a_channel_s_secret_makes_nobody_else_s_codes() -> None:
    """From it follows no other channel's, and not the one from which all follow."""
    keys = Keys((NEW,))
    own = {channel: keys.of_channel(channel) for channel in CHANNELS}

    assert len({*own.values(), NEW}) == len(CHANNELS) + 1
    assert keys.of_channel("web") == NEW


def test_what_is_shared_shows_its_petition_and_no_other() -> None:
    """A mark that was changed by a letter, or is of another secret, shows nothing."""
    mark = Keys((NEW,)).shared("a" * 26)

    assert Keys((NEW,)).petition_of(mark) == "a" * 26
    assert Keys((OLD, NEW)).petition_of(mark) == "a" * 26
    assert [Keys((NEW,)).petition_of(one) for one in ("b" + mark[1:], mark[:-1] + ("0" if mark[-1] != "0" else "1"), "", "none")] == [
        None
    ] * 4
    assert Keys((OLD,)).petition_of(mark) is None


async def test_a_shared_page_has_no_word_of_a_citizen_and_lets_nobody_act(web: Web) -> None:
    """The text, what was added, the remark of a rating and the code are the citizen's; what the office did and said is shown."""
    code, life = web.life(text="Chữ của dân canary")
    life.happens(Accepted)
    life.happens(InformationAdded, actor=CITIZEN, text="Bổ sung canary")
    answered(life)
    life.happens(Rated, actor=CITIZEN, stars=5, comment="Cảm ơn canary")
    web.project(*life.sent)
    whole = await web.get(f"/v1/petitions/{code}")
    mark = whole["share_url"].removeprefix("/s/")
    shown = await web.get(f"/v1/shared/{mark}")
    said = str(shown)

    assert mark == Keys((SECRET.encode(),)).shared(life.petition_id)
    assert [item["type"] for item in shown["timeline"]] == [item["type"] for item in whole["timeline"]]
    assert "canary" not in said
    assert code not in said
    assert _answer(shown) == _answer(whole)
    assert (await web.client.post(f"/v1/petitions/{mark}/actions", json={"action": "withdraw"})).status_code in (404, 405)
    await web.get(f"/v1/shared/{mark[:-1]}", 404)


def _answer(petition: dict[str, Any]) -> Any:
    return next(item["details"]["text"] for item in petition["timeline"] if item["type"] == "answered")


async def test_a_petition_of_a_channel_s_own_key_is_found_by_its_code(web: Web) -> None:
    """Over HTTP and over Kafka it is the same petition; who has the code need not know whose key made it."""
    secret = Keys((SECRET.encode(),)).of_channel("ihanoi")
    code = tracking.code_for(secret, "ihanoi", "external:7")
    life = Life(petition_id=tracking.petition_id(secret, code))
    life.begins()
    web.project(*life.sent)

    assert (await web.get(f"/v1/petitions/{code}"))["petition_id"] == life.petition_id
