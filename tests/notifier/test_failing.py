"""Receivers that are dead, slow to come back or wrong, and a notifier that dies: order, once under one id, nobody else delayed."""

from __future__ import annotations

import asyncio

import pytest

from consumers.notifier.policy import Tries, policy
from schemas.platform.clock import to_datetime
from tests.consumers.events import Life, answered
from tests.mail_server import Inbox
from tests.notifier.conftest import Hook, Notifier, fresh

DEAD = "http://127.0.0.1:9/hook"


def begun() -> Life:
    life = fresh()
    life.begins()
    return life


def test_after_failures_a_receiver_gets_everything_in_order_under_the_same_ids(notifier: Notifier, hook: Hook) -> None:
    """Refused twice, then taken: the first event comes first, and each try of one has its id."""
    life = begun()
    answered(life)
    notifier.endpoint("channel", "ihanoi", hook.url)
    notifier.takes(life)
    hook.status = 503

    async def work() -> None:
        async with notifier.senders() as senders:
            await senders.step()
            await senders.step()
            hook.status = 204
            while await senders.step():
                pass

    asyncio.run(work())
    first, second = (dict(sent.headers)["ce_id"].decode() for sent in life.sent)

    assert hook.ids == [first, first, first, second]


def test_a_dead_receiver_delays_nobody_and_is_parked(notifier: Notifier, hook: Hook) -> None:
    """The living one has everything though the dead one fails; after its last try a delivery is parked, and the next one is tried."""
    life = begun()
    answered(life)
    notifier.endpoint("channel", "ihanoi", DEAD)
    notifier.endpoint("channel", "ihanoi", hook.url)
    notifier.takes(life)
    notifier.sends()

    assert len(hook.got) == 2
    assert notifier.rows("select state, tries, error from notice_delivery where state <> 'sent'") == [
        ("parked", 3, "NotTaken: ConnectError"),
        ("parked", 3, "NotTaken: ConnectError"),
    ]


def test_a_failed_receiver_is_left_alone_for_its_pause(notifier: Notifier, hook: Hook) -> None:
    """With the pauses of real life a second round right after a failure tries nothing."""
    notifier.policy = policy().model_copy(update={"tries": Tries(first_seconds=600, longest_seconds=600, at_most=5, hours=48)})
    hook.status = 500
    notifier.endpoint("channel", "ihanoi", hook.url)
    notifier.takes(begun())

    assert notifier.sends() == 1
    assert notifier.sends() == 0
    assert len(hook.got) == 1


@pytest.mark.parametrize("status", [302, 410])
def test_no_redirect_is_followed_and_what_is_gone_is_parked_or_tried(notifier: Notifier, hook: Hook, status: int) -> None:
    """A redirect is a failure like any other; 410 parks at once."""
    hook.status, hook.headers = status, {"Location": hook.url}
    notifier.endpoint("channel", "ihanoi", hook.url)
    notifier.takes(begun())
    notifier.sends()

    assert len(hook.got) == (3 if status == 302 else 1)
    assert notifier.rows("select state from notice_delivery") == [("parked",)]


def test_a_notifier_that_died_in_the_middle_sends_once_more_under_the_same_id(notifier: Notifier, hook: Hook) -> None:
    """Killed after the receiver took it and before that was noted: another takes the lane when the lease is over, not before."""
    notifier.endpoint("channel", "ihanoi", hook.url)
    notifier.takes(begun())

    async def dies() -> None:
        async with notifier.senders() as senders:
            lanes = senders._lanes
            (row,) = await lanes.take(["webhook"], to_datetime(notifier.settings.clock().now_ms()), 1)
            await senders._post.send(row)

    asyncio.run(dies())
    before = notifier.sends()
    notifier.rows("update notice_receiver set busy_until = now() returning 1")
    notifier.sends()

    assert before == 0
    assert len(hook.ids) == 2
    assert len(set(hook.ids)) == 1
    assert notifier.sends() == 0


def test_a_mailbox_that_does_not_exist_is_not_tried_for_ever(notifier: Notifier, inbox: Inbox) -> None:
    """A refusal for good parks at once; one for now is tried again. No error names the address."""
    inbox.refuse = "550 no such mailbox"
    life = begun()
    notifier.subscribe(life, "nobody@example.org")
    notifier.takes(life)

    assert notifier.sends() == 1
    assert notifier.rows("select state, error from notice_delivery") == [("parked", "Never: SMTP 550")]
