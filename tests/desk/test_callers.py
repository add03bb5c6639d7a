"""The hotline's searches by a phone number: each is on record, and the record has no number."""

from __future__ import annotations

from typing import Any

import psycopg

from consumers.read_model.callers import FORGET_MARKS, SEARCHES
from consumers.read_model.forgetting import NEVER_A_CONTACT
from schemas.authority import Duty, Post
from schemas.events import phones
from tests.consumers.web import SECRET
from tests.desk.conftest import Desk

NUMBER, STRANGERS = "0912345678", "0987654321"
MARK = phones.mark(SECRET.encode(), NUMBER)


def table(desk: Desk) -> psycopg.Connection[Any]:
    return psycopg.connect(desk.rig.database, autocommit=True)


def of_caller(desk: Desk) -> str:
    """A petition whose contact has the number."""
    life = desk.life()[1]
    desk.project(*life.sent)
    with table(desk) as rows:
        rows.execute("insert into contact_key (petition_id, key, phone) values (%s, 'key', %s)", (life.petition_id, MARK))
    return life.petition_id


async def searched(desk: Desk, number: str) -> tuple[str, list[str]]:
    """Who has searched, and what was found."""
    person = desk.person(Post(Duty.HOTLINE))
    found = await person.ask("POST", "/v1/hotline/searches", {"phone": number})
    return person.id, [item["petition_id"] for item in found["items"]]


async def test_a_search_is_on_record_without_the_number(desk: Desk) -> None:
    """Who, how many it found, and a mark where a petition has that number; of a stranger's number not even that."""
    petition_id = of_caller(desk)
    one, found = await searched(desk, "+84 912 345 678")
    other, nothing = await searched(desk, STRANGERS)
    with table(desk) as rows:
        kept = rows.execute("select person_id, phone, found from number_search order by id").fetchall()
        (whole,) = rows.execute("select string_agg(s::text, ' ') from number_search s").fetchone() or ("",)
        of_number = rows.execute(SEARCHES, {"days": 1, "phone": MARK}).fetchall()

    assert (found, nothing) == ([petition_id], [])
    assert kept == [(one, MARK, 1), (other, None, 0)]
    assert "912345678" not in whole
    assert [row[3] for row in of_number] == [1]


async def test_what_cannot_be_put_on_record_is_not_answered(desk: Desk) -> None:
    """The search fails as a whole."""
    of_caller(desk)
    person = desk.person(Post(Duty.HOTLINE))
    await desk.sql("alter table number_search add constraint closed check (found < 0) not valid")
    answer = await person.client.post(
        "/v1/hotline/searches", json={"phone": NUMBER}, headers={"cookie": person.cookies, "x-csrf-token": person.form}
    )

    assert answer.status_code >= 500
    assert "items" not in answer.text


async def test_the_mark_goes_with_the_contact(desk: Desk) -> None:
    """Only with the last petition that has the number; that somebody has searched stays."""
    first, second = of_caller(desk), of_caller(desk)
    await searched(desk, NUMBER)
    with table(desk) as rows:
        left = []
        for petition_id in (first, second):
            rows.execute(NEVER_A_CONTACT, (petition_id,))
            rows.execute(FORGET_MARKS)
            left.append(rows.execute("select phone, found from number_search").fetchall())

    assert left == [[(MARK, 2)], [(None, 2)]]
