"""What is decided without any receiver: to whom, when, how often, whereto."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from consumers.http.wishes import Subscription
from consumers.notifier import gateway, guard, signing, webhooks
from consumers.notifier.decide import Happening, Receiver, deliveries
from consumers.notifier.policy import Tries, policy
from consumers.notifier.retry import is_over, pause_seconds
from tests.notifier.browser import Browser

PETITION = "a" * 26
NIGHT = datetime(2025, 12, 1, 16, 30, tzinfo=UTC)  # 23:30 in Hanoi
MORNING = datetime(2025, 12, 2, 0, 0, tzinfo=UTC)  # 07:00 there
DAY = datetime(2025, 12, 2, 3, 0, tzinfo=UTC)
TRIES = Tries(first_seconds=5, longest_seconds=60, at_most=4, hours=48)


def happening(**given: object) -> Happening:
    fields = {
        "petition_id": PETITION,
        "what": "answered",
        "at": NIGHT,
        "urgent": False,
        "sandbox": False,
        "notices": frozenset({"answer"}),
        "offices": frozenset({"so-xd"}),
    }
    return Happening(**{**fields, **given})  # type: ignore[arg-type]


def receiver(medium: str = "sms", kind: str = "citizen", holder: str = PETITION, wants: str = "answer") -> Receiver:
    return Receiver("r", kind, holder, medium, frozenset({wants}))


def due(now: datetime, one: Happening, to: Receiver) -> list[datetime]:
    return [made.due for made in deliveries(one, "ihanoi", [to], policy(), now)]


@pytest.mark.parametrize(
    ("medium", "urgent", "now", "expected"),
    [
        ("sms", False, NIGHT, MORNING),
        ("zalo", False, NIGHT + timedelta(hours=3), MORNING),
        ("sms", True, NIGHT, NIGHT),
        ("email", False, NIGHT, NIGHT),
        ("webpush", False, NIGHT, MORNING),
        ("webpush", True, NIGHT, NIGHT),
        ("sms", False, DAY, DAY),
        ("sms", False, MORNING, MORNING),
    ],
)
def test_at_night_phones_are_silent_but_for_what_is_urgent(medium: str, urgent: bool, now: datetime, expected: datetime) -> None:  # noqa: FBT001
    """Quiet hours are by Hanoi's time and end in the morning; a mail wakes nobody."""
    assert due(now, happening(urgent=urgent), receiver(medium)) == [expected]


@pytest.mark.parametrize(
    ("one", "to"),
    [
        (happening(petition_id="b" * 26), receiver()),
        (happening(), receiver(wants="closed")),
        (happening(notices=frozenset()), receiver(wants="*")),
        (happening(), receiver("webhook", "office", "so-nnmt", "*")),
        (happening(sandbox=True), receiver("webhook", "office", "so-xd", "*")),
        (happening(), receiver("webhook", "channel", "zalo", "*")),
        (happening(notices=frozenset()), receiver("webhook", "channel", "ihanoi", "*")),
        (happening(at=NIGHT - timedelta(days=30)), receiver()),
    ],
    ids=["another petition", "not asked for", "not seen", "another office", "sandbox", "another channel", "not seen, channel", "long ago"],
)
def test_nobody_is_told_what_is_not_his(one: Happening, to: Receiver) -> None:
    """Only who it concerns, what he asked for, what he may see, and what is still news."""
    assert due(NIGHT, one, to) == []


@pytest.mark.parametrize(
    "to", [receiver("email"), receiver("webhook", "office", "so-xd", "answered"), receiver("webhook", "channel", "ihanoi", "*")]
)
def test_whom_it_concerns_is_told(to: Receiver) -> None:
    assert due(NIGHT, happening(), to) == [NIGHT]


def test_pauses_double_up_to_the_longest_and_chance_takes_at_most_half() -> None:
    """5, 10, 20, 40, then 60 seconds; a fortieth failure overflows nothing."""
    assert [pause_seconds(TRIES, failures, 0) for failures in (1, 2, 3, 4, 5, 4000)] == [5, 10, 20, 40, 60, 60]
    assert pause_seconds(TRIES, 1, 1) == 2.5


def test_tries_end_by_number_or_by_age() -> None:
    assert [is_over(TRIES, tried, timedelta(hours=1)) for tried in (3, 4)] == [False, True]
    assert [is_over(TRIES, 1, timedelta(hours=hours)) for hours in (47, 48)] == [False, True]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "::",
        "240.0.0.1",
    ],
)
def test_no_webhook_goes_to_an_address_of_our_own_networks(address: str) -> None:
    """Loopback, private, link-local, shared, reserved, multicast; in IPv6 and wrapped in it as well."""
    assert not guard.may_be_called(address, inside=False)


def test_a_public_address_may_be_called() -> None:
    assert guard.may_be_called("8.8.8.8", inside=False)
    assert guard.may_be_called("2606:4700::1111", inside=False)


@pytest.mark.parametrize(
    "url", ["http://example.org/", "ftp://example.org", "https://", "https://u:p@example.org/", "https://a.org:0/", "x"]
)
def test_a_url_with_a_mistake_is_refused(url: str) -> None:
    assert guard.mistake(url, inside=False)


def test_a_name_that_leads_inside_is_found_out_when_it_is_called() -> None:
    """Whatever the name said when the endpoint was added: it is looked up for each call."""
    with pytest.raises(guard.Forbidden):
        asyncio.run(guard.target("https://localhost/hook", inside=False))


def test_the_address_that_was_checked_is_the_one_called() -> None:
    """The URL that is called has the address in it; the name stays for the call and its certificate."""
    found = asyncio.run(guard.target("http://127.0.0.1:8123/hook?a=1", inside=True))

    assert (found.url, found.host, found.netloc) == ("http://127.0.0.1:8123/hook?a=1", "127.0.0.1", "127.0.0.1:8123")


def test_a_link_is_good_for_one_purpose_and_one_receiver() -> None:
    token = signing.link_token(b"k" * 32, "leave", "r1")

    assert signing.receiver_of([b"k" * 32], "leave", token) == "r1"
    for secret, purpose, given in [
        (b"k" * 32, "confirm", token),
        (b"x" * 32, "leave", token),
        (b"k" * 32, "leave", token.replace("r1", "r2")),
    ]:
        assert signing.receiver_of([secret], purpose, given) is None


def test_a_changed_secret_takes_effect_and_cuts_nobody_off() -> None:
    """What is made from then on follows from the new one alone; links and endpoints of before hold while the old one is named, and end
    with it. An address is known again throughout."""
    old, new = b"o" * 32, b"n" * 32
    before, after = (signing.link_token(secret, "leave", "r1") for secret in (old, new))
    endpoint = {"receiver": "r2", "secret": 3, "both_secrets": False}
    own = {secret: signing.webhook_secret(secret, "r2", 3) for secret in (old, new)}

    assert [signing.receiver_of([new, old], "leave", token) for token in (before, after)] == ["r1", "r1"]
    assert [signing.receiver_of([new], "leave", token) for token in (before, after)] == [None, "r1"]
    assert [webhooks.secrets_of(named, endpoint) for named in ([old], [new, old], [new])] == [[own[old]], [own[new], own[old]], [own[new]]]
    assert signing.address_hash([new, old], "email", "a@b.vn") == signing.address_hash([old], "email", "a@b.vn")


def test_a_browser_that_subscribed_knows_us_after_the_secret_changed() -> None:
    """The key to which browsers subscribe follows from the oldest secret that is named."""
    old, new = b"o" * 32, b"n" * 32

    assert signing.push_public_key([new, old]) == signing.push_public_key([old]) != signing.push_public_key([new])


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("endpoint", "http://push.example.org/1", "push_endpoint"),
        ("endpoint", "https://dan@push.example.org/1", "push_endpoint"),
        ("p256dh", "B" + "A" * 86, "push_point"),
        ("p256dh", "BCVx", "string_pattern_mismatch"),
        ("auth", "kurz", "string_pattern_mismatch"),
    ],
)
def test_a_subscription_that_no_browser_has_is_refused_by_its_field(field: str, value: str, rule: str) -> None:
    """Whatever could not be called, or not be encrypted for, is not taken in."""
    keys = {"p256dh": Browser().p256dh, "auth": "A" * 22}
    given = {"endpoint": "https://push.example.org/1", "keys": keys}
    assert Subscription.model_validate({"medium": "webpush", "subscription": given}).address
    (keys if field in keys else given)[field] = value
    with pytest.raises(ValidationError) as refused:
        Subscription.model_validate({"medium": "webpush", "subscription": given})

    assert [(one["loc"][-1], one["type"]) for one in refused.value.errors()] == [(field, rule)]


def test_no_text_breaks_out_of_a_gateways_json() -> None:
    """Quotation marks and dollar signs in a text stay a text."""
    text = '", "to": "others" $address'
    made = gateway.body('{"to": "$address", "parts": [{"text": "$text"}], "n": 1}', address="0912", text=text, id="e")

    assert made == {"to": "0912", "parts": [{"text": text}], "n": 1}


def test_every_type_of_event_belongs_to_one_notice_at_most() -> None:
    types = list(itertools.chain.from_iterable(policy().notices.values()))

    assert len(types) == len(set(types))
