"""Following a ward or a street by mail: nothing before it is confirmed, then once a day what is new there, and out with one click."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from consumers.notifier import book
from consumers.notifier.digest.morning import days_since
from consumers.notifier.places.place import Place
from consumers.notifier.places.wishes import AT_MOST, Wish, follow
from consumers.notifier.policy import PlacesPolicy, policy
from deploy.notices.role import working_days
from schemas.events import case as events
from schemas.events.standing import State
from schemas.platform.instants import HANOI
from schemas.reference import wards
from tests.consumers import web
from tests.consumers.events import START
from tests.mail_server import Inbox
from tests.notifier.conftest import Notifier
from tests.notifier.mornings import begun, every_day, life, shown

ADDRESS = "dan@example.org"
WARD, STREET, WHOLE = Place("00070"), Place("00070", "pho-hue"), Place(None, "pho-hue")
TUESDAY = datetime(2025, 12, 2, 8, 0, tzinfo=HANOI)
"""The morning after START."""
RULES = policy().places
WORDS = ("Nắp cống", "Hàng Bài", "ihanoi", "Bà Lan", "105.85", "outside-1", "số 5")


def asks(notifier: Notifier, place: Place = WARD, address: str = ADDRESS) -> None:
    with notifier.database() as table:
        follow(table, notifier.secrets, Wish(place, address, "vi"), datetime.now(UTC))


def confirms(notifier: Notifier) -> None:
    """Once the question has come."""
    notifier.sends()
    with notifier.database() as table:
        for (receiver,) in table.execute("select id from notice_receiver where state = 'waiting'").fetchall():
            assert book.confirm(table, receiver)


def begins(notifier: Notifier, now: datetime = TUESDAY, *, rules: PlacesPolicy = RULES) -> int:
    return begun(notifier, now, policy().model_copy(update={"places": rules}), working_days())


async def test_from_the_page_to_the_mail_of_the_day_and_out_again_with_one_click(notifier: Notifier, inbox: Inbox, tmp_path: Path) -> None:
    """Asked over HTTP, nothing but the question comes before its link is followed; each mail has its way out, which erases the address."""
    notifier = replace(notifier, settings=notifier.settings.model_copy(update={"tracking_secret": SecretStr(web.SECRET)}))
    shown(notifier, life())

    async with web.serving(notifier.rig, tmp_path, notice_media="email") as pages:

        async def called(path: str, **body: Any) -> Any:
            answer = await pages.client.post(path, **body)
            return answer.status_code, answer.json()

        wish = {"ward": "00070", "email": ADDRESS}
        asked = [await called("/v1/public/following", json=wish) for _ in range(2)]
        await asyncio.to_thread(begins, notifier)
        await asyncio.to_thread(notifier.sends)
        (question,) = inbox.mails
        confirmed = await called(_path(question.get_content(), "confirm"))
        begun = await asyncio.to_thread(begins, notifier)
        await asyncio.to_thread(notifier.sends)
        news = inbox.mails[1]
        leave = _path(news["List-Unsubscribe"], "leave")
        left = await called(leave, data={"List-Unsubscribe": "One-Click"})

    assert asked == [(202, {"state": "waiting"})] * 2
    assert (confirmed, begun, left) == ((200, {"done": True}), 1, (200, {"done": True}))
    assert (news["To"], news["List-Unsubscribe-Post"], leave in news.get_content()) == (ADDRESS, "List-Unsubscribe=One-Click", True)
    assert notifier.rows("select 1 from notice_receiver") == []


async def test_what_cannot_be_followed_is_refused_by_field_and_rule(notifier: Notifier, tmp_path: Path) -> None:
    """An unknown ward or street, neither, no address; and nothing where no mails go out."""
    wish = {"ward": "00070", "street": "pho-hue", "email": ADDRESS}
    wrong = ({"ward": "nowhere"}, {"street": "pho-khong-co"}, {"email": "dan"}, {"ward": None, "street": None})
    path = "/v1/public/following"
    async with web.serving(notifier.rig, tmp_path, notice_media="email") as pages:
        refused = [(await pages.client.post(path, json=wish | one)).json() for one in wrong]
        rules = await pages.get(path)
    async with web.serving(notifier.rig, tmp_path) as silent:
        answer = await silent.client.post(path, json=wish)
        assert not (await silent.get(path))["possible"]

    assert {one["status"] for one in refused} == {422}
    assert [one["fields"][0]["field"] for one in refused] == ["ward", "street", "email", "ward"]
    assert (rules, answer.status_code) == ({"possible": True, "at": "07:30", "working_days": False}, 409)
    assert notifier.rows("select 1 from notice_receiver") == []


def _path(text: str, purpose: str) -> str:
    found = re.search(rf"/notices/{purpose}/[^\s>]+", text)
    assert found
    return found[0]


def test_what_came_in_the_ward_is_told_once_a_day_and_nothing_that_anybody_wrote(notifier: Notifier, inbox: Inbox) -> None:
    """Of yesterday, in this ward, that anybody may see; in both languages, with the list's own link; a second round tells nobody again."""
    asks(notifier)
    confirms(notifier)
    others = [life() for _ in range(2)] + [life(START + timedelta(days=by)) for by in (-1, 1)]
    for one, view in zip(others, ({"state": State.REFUSED}, {"category": "official-conduct"}), strict=False):
        one.happens(events.Extended, view=view, deadline_before=START, deadline_after=START)
    shown(notifier, life(address="số 5 phố Huế"), life(address="Phố Huế, đoạn đầu"), *others)
    assert [begins(notifier), begins(notifier, TUESDAY + timedelta(hours=1))] == [1, 0]
    notifier.sends()
    news = inbox.mails[-1]
    text = news.get_content()

    assert news["Subject"].endswith(": 2 phản ánh mới")
    assert len(re.findall(r"/cong-khai/[a-z2-7]{26}\r?\n", text)) == 4
    assert ", Phố Huế, 01/12: " in text
    assert "petitions in the open: 2" in text
    assert "/cong-khai?ward=00070&received_from=2025-12-01&received_to=2025-12-01" in text
    assert not [word for word in WORDS if word in text]


def test_a_street_is_told_of_where_it_is_shown_and_a_quiet_day_makes_no_mail(notifier: Notifier, inbox: Inbox) -> None:
    """Not by an address with a number. Where nothing is new, nothing is sent."""
    asks(notifier, STREET)
    confirms(notifier)
    shown(notifier, life(address="số 5 phố Huế"), life(address="đường Láng"), life(START + timedelta(days=1), address="phố Huế"))
    begins(notifier)
    notifier.sends()
    assert [mail["Subject"] for mail in inbox.mails if "mới" in mail["Subject"]] == []
    begins(notifier, TUESDAY + timedelta(days=1))
    notifier.sends()

    assert inbox.mails[-1]["Subject"].startswith("Phố Huế, ")
    assert "ward=00070&street=pho-hue&" in inbox.mails[-1].get_content()


def test_a_whole_street_is_told_of_in_each_of_its_wards_and_where_none_is_known(notifier: Notifier, inbox: Inbox) -> None:
    """And neither of another street there, nor of a ward that it does not touch."""
    there, elsewhere = (next(code for code in sorted(wards()) if (code in WHOLE.wards) is lies) for lies in (True, False))
    asks(notifier, WHOLE)
    confirms(notifier)
    placed = [life(address="phố Huế") for _ in range(3)]
    for one, ward in zip(placed, (there, elsewhere, None), strict=True):
        one.happens(events.Extended, view={"ward_code": ward}, deadline_before=START, deadline_after=START)
    shown(notifier, life(address="đường Láng"), *placed)
    begins(notifier)
    notifier.sends()
    question, news = inbox.mails

    assert "Phố Huế, toàn tuyến" in question["Subject"]
    assert news["Subject"] == "Phố Huế, toàn tuyến: 2 phản ánh mới"
    assert "Phố Huế, the whole street" in news.get_content()
    assert "/cong-khai?street=pho-hue&received_from=" in news.get_content()


@pytest.mark.parametrize("place", [WARD, STREET, WHOLE])
def test_a_place_is_read_as_it_was_written(place: Place) -> None:
    """A street alone is another place than the same street in a ward."""
    assert Place.of(place.holder) == place


def test_by_policy_news_wait_for_a_working_day(notifier: Notifier) -> None:
    """None on Sunday; on Monday, of Friday, Saturday and Sunday. Else on every day, of the day before."""
    asks(notifier)
    confirms(notifier)
    rules = RULES.model_copy(update={"working_days": True})
    sunday, monday = datetime(2025, 12, 7, 8, tzinfo=HANOI), date(2025, 12, 8)

    assert [begins(notifier, sunday, rules=rules), begins(notifier, sunday)] == [0, 1]
    assert [f"{days_since(monday, which):%d/%m %H:%M}" for which in (working_days(), every_day)] == ["05/12 00:00", "07/12 00:00"]


def test_no_address_is_pestered_with_questions(notifier: Notifier, inbox: Inbox) -> None:
    """Three a day, however it is written; the same place again is no second question; nothing is kept of what is refused."""
    for ward in ("00070", "00070", "00004", "00008"):
        asks(notifier, Place(ward))
    with pytest.raises(book.TooMany):
        asks(notifier, Place("00025"), "Dan@Example.org")
    notifier.sends()

    assert len(inbox.mails) == 3
    assert len(notifier.rows("select 1 from notice_receiver")) == 3


def test_an_address_follows_so_many_places_and_no_more(notifier: Notifier) -> None:
    """Those that it has confirmed."""
    codes = sorted(wards())
    for code in codes[:AT_MOST]:
        asks(notifier, Place(code))
        confirms(notifier)

    with pytest.raises(book.TooMany):
        asks(notifier, Place(codes[AT_MOST]))


def test_no_address_stands_in_the_clear_and_one_that_nobody_confirmed_is_erased_after_a_day(notifier: Notifier) -> None:
    """Sealed from the first moment on; a confirmed one stays."""
    asks(notifier, STREET)
    confirms(notifier)
    asks(notifier)
    assert ADDRESS not in str(notifier.rows("select r::text from notice_receiver r"))
    with notifier.database() as table:
        table.execute("update notice_receiver set created_at = created_at - interval '23 hours'")
    notifier.sweeps()
    assert len(notifier.rows("select 1 from notice_receiver")) == 2
    with notifier.database() as table:
        table.execute("update notice_receiver set created_at = created_at - interval '1 hour 1 minute'")
    notifier.sweeps()

    assert notifier.rows("select holder from notice_receiver") == [("00070/pho-hue",)]
