"""The morning digest: on working days, once a day, to who asked for it and still works there, with the numbers of the moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from consumers.notifier import book
from consumers.notifier.digest import wishes
from consumers.notifier.digest.figures import OfficeMorning, Section
from consumers.notifier.digest.morning import evening_before, morning_of
from consumers.notifier.digest.wording import digest
from consumers.notifier.policy import policy
from deploy.notices.role import working_days
from schemas.authority import Duty, Post
from schemas.identity import persons
from schemas.platform.instants import to_ms
from tests.consumers.events import START, transferred
from tests.mail_server import Inbox
from tests.notifier.conftest import Notifier
from tests.notifier.mornings import begun, every_day, life, shown

RULES = policy().digest
TUESDAY = datetime(2025, 12, 2, 0, 30, tzinfo=UTC)  # 07:30 in Hanoi
ADDRESS = "binh@soxd.hanoi.gov.vn"


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (TUESDAY, date(2025, 12, 2)),
        (TUESDAY - timedelta(minutes=16), None),
        (TUESDAY + timedelta(hours=3, minutes=29), date(2025, 12, 2)),
        (TUESDAY + timedelta(hours=3, minutes=30), None),
        (TUESDAY + timedelta(days=5), None),
    ],
    ids=["in the morning", "before", "a late start", "too late a start", "Sunday"],
)
def test_it_goes_out_in_the_morning_of_a_working_day(now: datetime, day: date | None) -> None:
    """By Hanoi's clock and the case stage's calendar; whoever starts at noon tells nothing any more."""
    assert morning_of(now, RULES, working_days()) == day


def test_new_is_what_came_since_the_last_working_days_evening() -> None:
    """On a Monday since Friday; after Tết since the day before it."""
    evenings = [evening_before(day, RULES, working_days()) for day in (date(2025, 12, 8), date(2026, 1, 2))]

    assert [f"{one:%d/%m %H:%M}" for one in evenings] == ["05/12 17:00", "31/12 17:00"]


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        (ADDRESS, True),
        ("ubnd@Hanoi.gov.vn", True),
        ("dan@example.org", False),
        ("dan@hanoi.gov.vn.example.org", False),
        ("x@nothanoi.gov.vn", False),
    ],
)
def test_only_the_citys_own_addresses_are_taken(address: str, *, taken: bool) -> None:
    """Of the policy's domains and what is below them."""
    assert wishes.is_taken(address, RULES) is taken


def test_it_says_what_is_to_be_done_in_both_languages_and_nothing_that_anybody_wrote() -> None:
    """Numbers, one's own among them, the most pressing cases with links, and where the rest stands."""
    case = {"petition_id": "0a" * 13, "category": "drainage", "ward_code": "00070", "level": "urgent", "due": TUESDAY}
    found = [OfficeMorning("so-xd", (Section("late", 7, 2, [case]),))]
    mail = digest(found, date(2025, 12, 2), TUESDAY, "en", base="https://pa.example.org", leave="https://pa.example.org/leave")

    assert mail.subject == "02/12/2025: 7 late, 0 due today, 0 to decide, 0 new"
    assert mail.text.startswith(
        "Department of Construction and Transport: https://pa.example.org/desk/so-xd\n\nLate: 7 (yours: 2)\n  - URGENT, "
    )
    assert (
        f"due 07:30 02/12: https://pa.example.org/desk/so-xd/{'0a' * 13}\n  All: https://pa.example.org/desk/so-xd?room=late" in mail.text
    )
    assert "Quá hạn: 7 (ông/bà đang giữ: 2)" in mail.text


@pytest.fixture
def morning(notifier: Notifier) -> Notifier:
    """The notifier on a Tuesday at half past seven."""
    clock = {"clock_start_ms": to_ms(TUESDAY), "clock_epoch_ms": time.time_ns() // 1_000_000}
    return replace(notifier, settings=notifier.settings.model_copy(update=clock))


@pytest.fixture
def asks(morning: Notifier) -> Callable[..., str]:
    """Somebody who wants the digest of an office; his id."""

    def ask(*posts: Post, office: str = "so-xd", login: str = "binh") -> str:
        with morning.database() as table:
            person = persons.add(table, login, "Trần Thị Bình", posts)
            wishes.ask(table, morning.settings.tracking_secrets()[-1], wishes.Asked(person, office, ADDRESS, "vi"))
        return person

    return ask


def begins(notifier: Notifier, now: datetime = TUESDAY) -> int:
    return begun(notifier, now, policy(), every_day)


def test_each_is_told_once_a_day_whoever_restarts(morning: Notifier, inbox: Inbox, asks: Callable[..., str]) -> None:
    """What is late, due today and new, of his office alone; a second round, as after a restart, tells nobody anything."""
    asks(Post(Duty.OFFICER, "so-xd"))
    late, today = life(START - timedelta(days=10)), life()
    overnight, elsewhere = life(START + timedelta(hours=13)), life(START - timedelta(days=10), office="so-yt")
    shown(morning, late, today, overnight, elsewhere)
    assert [begins(morning), begins(morning)] == [1, 0]
    morning.sends()
    begins(morning, TUESDAY + timedelta(minutes=5))
    morning.sends()

    (mail,) = inbox.mails
    text = mail.get_content()
    assert mail["To"] == ADDRESS
    assert mail["Subject"] == "Sáng 02/12/2025: 1 quá hạn, 2 đến hạn hôm nay, 0 chờ quyết định, 1 mới"
    assert all(f"/desk/so-xd/{one.petition_id}" in text for one in (late, today, overnight))
    assert elsewhere.petition_id not in text
    assert "Nắp cống" not in text
    assert begins(morning, TUESDAY + timedelta(days=1)) == 1


def test_a_head_hears_of_the_offices_below_and_of_what_he_must_decide(morning: Notifier, inbox: Inbox, asks: Callable[..., str]) -> None:
    """Late below him, and a dispute."""
    asks(Post(Duty.CITY_OFFICE, "vp-ubnd"), office="vp-ubnd")
    late = life(START - timedelta(days=10))
    disputed = life()
    disputed.case = disputed.case.model_copy(update={"decider": "vp-ubnd"})
    transferred(disputed, "so-yt")
    shown(morning, late, disputed)
    begins(morning)
    morning.sends()

    assert inbox.mails[0]["Subject"] == "Sáng 02/12/2025: 1 quá hạn, 1 đến hạn hôm nay, 1 chờ quyết định, 0 mới"


def test_nobody_is_told_who_works_there_no_more_or_has_nothing_to_do(morning: Notifier, inbox: Inbox, asks: Callable[..., str]) -> None:
    """No mail; and none of yesterday's."""
    asks(Post(Duty.OFFICER, "so-yt"))
    asks(Post(Duty.OFFICER, "so-yt"), office="so-yt", login="an")
    asks(Post(Duty.OFFICER, "so-xd"), login="chi")
    with morning.database() as table:
        persons.disable(table, "chi", disabled=True)
    shown(morning, life())
    assert begins(morning) == 3
    morning.sends()
    begins(morning, TUESDAY - timedelta(days=1))
    morning.sends()

    assert inbox.mails == []
    assert {state for (state,) in morning.rows("select state from notice_delivery")} == {"silent"}


def test_a_new_address_is_no_second_digest_and_who_leaves_is_gone(morning: Notifier, asks: Callable[..., str]) -> None:
    """One receiver a person, for all of his offices; the address stands sealed; the link in the mail ends it."""
    person = asks(Post(Duty.OFFICER, "so-xd"), Post(Duty.OFFICER, "so-yt"))
    begins(morning)
    with morning.database() as table:
        wishes.ask(table, morning.settings.tracking_secrets()[-1], wishes.Asked(person, "so-yt", "b@hanoi.gov.vn", "vi"))
        assert begins(morning) == 0
        assert wishes.wish_of(table, morning.settings.tracking_secrets()[-1], person) == wishes.Wish("b@hanoi.gov.vn", ("so-xd", "so-yt"))
        wishes.stop(table, person, "so-xd")
        assert wishes.wish_of(table, morning.settings.tracking_secrets()[-1], person) == wishes.Wish("b@hanoi.gov.vn", ("so-yt",))
        ((receiver, row),) = morning.rows("select id, notice_receiver::text from notice_receiver")
        assert "hanoi.gov.vn" not in row
        assert book.leave(table, receiver)
        assert wishes.wish_of(table, morning.settings.tracking_secrets()[-1], person) is None
