"""Web push: read by the one browser that asked for it, signed as the push service demands, and over when the browser has left."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from typing import Any
from urllib.parse import urlsplit

import http_ece
import pytest
from py_vapid import Vapid02

from consumers.notifier import book, signing
from schemas.events import case as events
from tests.consumers.events import Life, answered
from tests.notifier.browser import Browser
from tests.notifier.conftest import Hook, Notifier, fresh

CODE = "7KMA-2PXD-49RC"


@pytest.fixture
def browser() -> Browser:
    return Browser()


@pytest.fixture
def life(notifier: Notifier, browser: Browser, hook: Hook) -> Life:
    """A petition of which this browser wants to be told; the push service is the hook."""
    made = fresh()
    made.begins()
    notifier.subscribe(made, browser.subscription(hook.url), medium="webpush", code=CODE, language="en")
    return made


def claims_of(authorization: str) -> dict[str, Any]:
    token = authorization.partition("t=")[2].partition(",")[0]
    payload = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def test_a_browser_reads_what_happened_and_nobody_else_does(notifier: Notifier, browser: Browser, hook: Hook, life: Life) -> None:
    """Event, state and link in its citizen's language, none of anybody's words; another browser's keys open nothing."""
    answered(life)
    notifier.takes(life)
    notifier.sends()
    (_, first), (headers, second) = hook.got
    told = browser.read(second)

    assert browser.read(first)["body"] == "Assigned, to be accepted"
    assert (told["title"].partition(": ")[2], told["lang"]) == ("Answered", "en")
    assert told["link"].endswith(f"/t/{CODE}")
    assert told.keys() == {"title", "body", "link", "lang", "tag"}
    assert "nắp cống" not in str(told).lower()
    assert (headers["content-encoding"], headers["topic"], headers["ttl"]) == ("aes128gcm", told["tag"], str(48 * 3600))
    with pytest.raises(http_ece.ECEException):
        Browser().read(second)


def test_the_push_service_knows_who_sends(notifier: Notifier, hook: Hook, life: Life) -> None:
    """The VAPID token is signed with the key to which browsers subscribe, for this service alone, and holds for less than a day."""
    notifier.takes(life)
    notifier.sends()
    authorization = hook.got[0][0]["authorization"]
    claims, to = claims_of(authorization), urlsplit(hook.url)

    assert Vapid02.verify(authorization)
    assert authorization.endswith(f"k={signing.push_public_key(notifier.secrets)}")
    assert claims["aud"] == f"{to.scheme}://{to.netloc}"
    assert time.time() < claims["exp"] < time.time() + 24 * 3600
    assert claims["sub"].startswith("mailto:")


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_has_left_is_not_kept(notifier: Notifier, hook: Hook, life: Life, status: int) -> None:
    """The push service says that there is no such subscription: neither the address nor what waits for it stays."""
    answered(life)
    hook.status = status
    notifier.takes(life)
    notifier.sends()

    assert len(hook.got) == 1
    assert notifier.rows("select 1 from notice_receiver") == notifier.rows("select 1 from notice_delivery") == []


def test_what_is_sent_again_takes_the_place_of_the_first(notifier: Notifier, browser: Browser, hook: Hook, life: Life) -> None:
    """A push service that failed gets the same event under the same topic; another event has another one."""
    answered(life)
    notifier.takes(life)
    hook.status = 503

    async def work() -> None:
        async with notifier.senders() as senders:
            await senders.step()
            hook.status = 201
            while await senders.step():
                pass

    asyncio.run(work())
    first, again, other = (browser.read(body)["tag"] for _, body in hook.got)

    assert first == again != other


@pytest.mark.parametrize("how", ["left", "forgotten"])
def test_who_left_or_is_forgotten_is_silent(notifier: Notifier, hook: Hook, life: Life, how: str) -> None:
    """What already waits is not sent either, and no address stays."""
    if how == "forgotten":
        life.happens(events.Forgotten)
    notifier.takes(life)
    if how == "left":
        ((receiver,),) = notifier.rows("select id from notice_receiver")
        with notifier.database() as connection:
            assert book.leave(connection, receiver)
    notifier.sends()

    assert hook.got == []
    assert notifier.rows("select 1 from notice_receiver") == []


def test_no_subscription_leads_the_notifier_inside(notifier: Notifier, hook: Hook, life: Life) -> None:
    """Whatever stands in a subscription, nothing but the public internet is called."""
    notifier.settings = notifier.settings.model_copy(update={"webhooks_inside": False})
    notifier.takes(life)
    notifier.sends()

    assert hook.got == []
    assert {error.partition(":")[0] for (error,) in notifier.rows("select error from notice_delivery")} == {"Forbidden"}


def test_where_a_browser_is_reached_stands_nowhere_in_the_clear(notifier: Notifier, browser: Browser, hook: Hook, life: Life) -> None:
    """Neither its address at the push service nor its keys."""
    notifier.takes(life)
    tables = str(notifier.rows("select r::text, d::text from notice_receiver r join notice_delivery d on d.receiver = r.id"))

    assert hook.url not in tables
    assert browser.p256dh not in tables


def test_a_petition_has_so_many_receivers_and_no_more(notifier: Notifier, hook: Hook, life: Life) -> None:
    """Browsers need no confirmation, so their number alone is what holds somebody back; said twice it is one wish."""
    others = [Browser().subscription(hook.url + str(number)) for number in range(1, book.AT_MOST)]
    for one in (*others, *others):
        notifier.subscribe(life, one, medium="webpush")
    with pytest.raises(book.TooMany):
        notifier.subscribe(life, Browser().subscription(hook.url), medium="webpush")
