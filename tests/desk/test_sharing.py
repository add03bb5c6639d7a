"""How the people of an office share its work: who has what, who is away, who looks and writes, and the views that they save."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from schemas.authority import Duty, Post
from schemas.events.base import Actor, Role
from schemas.events.case import HandedOver
from tests.desk.conftest import Desk, Officer

DESK = "/v1/departments/so-xd"
CASES = f"{DESK}/cases"


def _given(desk: Desk, person: Officer, text: str = "Nắp cống trước số 12 bị vỡ, rất nguy hiểm") -> str:
    """A case that was handed to this person."""
    life = desk.life(text=text)[1]
    actor = Actor(role=Role.OFFICE, office="so-xd", id=person.id)
    life.happens(HandedOver, actor=actor, officer=person.id, view={"officer": person.id})
    desk.project(*life.sent)
    return life.petition_id


async def test_each_finds_what_is_his(desk: Desk) -> None:
    """His own and nobody else's; what nobody has can be looked for; names come with the list, and the number of cases with the people."""
    an, binh = desk.officer(name="Lê An"), desk.officer(name="Trần Bình")
    his, free = _given(desk, an), desk.life()[1]
    desk.project(*free.sent)
    page = await an.get(f"{CASES}?scope=mine")

    assert [item["petition_id"] for item in page["items"]] == [his]
    assert page["people"] == {an.id: "Lê An"}
    assert await binh.ids(f"{CASES}?scope=mine") == []
    assert await binh.ids(f"{CASES}?free=true") == [free.petition_id]
    found = await binh.get(f"{DESK}/people")
    assert {one["name"]: one["cases"] for one in found["people"]} == {"Lê An": 1, "Trần Bình": 0}
    assert found["me"] == binh.id


async def test_who_stands_in_has_the_absent_ones_cases_among_his_own(desk: Desk) -> None:
    """As long as the absence lasts; not longer, and not in another office."""
    an, binh = desk.officer(name="Lê An"), desk.officer(name="Trần Bình")
    his, until = _given(desk, an), datetime.now(UTC) + timedelta(days=2)
    await an.ask("POST", f"{DESK}/absence", {"until": until.isoformat(), "stand_in": binh.id})
    meanwhile = await binh.ids(f"{CASES}?scope=mine")
    told = {one["id"]: one["away_until"] is not None for one in (await binh.get(f"{DESK}/people"))["people"]}
    await an.ask("POST", f"{DESK}/absence", {"until": None})

    assert meanwhile == [his]
    assert told == {an.id: True, binh.id: False}
    assert await binh.ids(f"{CASES}?scope=mine") == []


async def test_only_a_colleague_stands_in(desk: Desk) -> None:
    """Nobody of another office, and not oneself; a program is never away, and who only reads has nothing to be away from."""
    an, stranger, auditor = desk.officer(), desk.officer("so-yt"), desk.person(Post(Duty.AUDITOR))
    until = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    for who in (stranger.id, an.id, "p-none"):
        refused = await an.ask("POST", f"{DESK}/absence", {"until": until, "stand_in": who}, 422)
        assert refused["code"] == "unknown-colleague"
    machine = await desk.client.post(f"{DESK}/absence", json={"until": until}, headers=desk.token("so-xd"))

    assert (machine.status_code, machine.json()["code"]) == (403, "person-needed")
    assert (await auditor.ask("POST", f"{DESK}/absence", {"until": until}, 403))["code"] == "not-your-duty"


async def test_who_looks_and_who_writes_is_seen_at_once(desk: Desk) -> None:
    """In the answer to whoever comes, in the list, and on the queue's stream; who leaves is gone."""
    an, binh = desk.officer(name="Lê An"), desk.officer(name="Trần Bình")
    life = desk.life()[1]
    desk.project(*life.sent)
    path = f"{DESK}/queue/{life.petition_id}/presence"
    async with desk.stream(f"{DESK}/queue/events", **desk.token("so-xd")) as event:
        told = asyncio.create_task(event())
        while not told.done():  # said again and again, as the page does: the first time may come before somebody listens
            await an.ask("POST", path, {"writing": True})
            await asyncio.wait([told], timeout=0.2)
    both = await binh.ask("POST", path, {})
    present = (await binh.get(CASES))["present"]
    await an.ask("POST", path, {"open": False})
    left = await binh.ask("POST", path, {})

    assert (told.result().name, told.result().data) == (
        "presence",
        {"petition_id": life.petition_id, "present": [{"person_id": an.id, "name": "Lê An", "writing": True}]},
    )
    assert [(one["name"], one["writing"]) for one in both["present"]] == [("Lê An", True), ("Trần Bình", False)]
    assert {(one["petition_id"], one["name"]) for one in present} == {(life.petition_id, name) for name in ("Lê An", "Trần Bình")}
    assert [one["name"] for one in left["present"]] == ["Trần Bình"]


async def test_a_presence_ends_by_itself(desk: Desk) -> None:
    """A page that is closed without a word is not there for ever."""
    an, binh, life = desk.officer(), desk.officer(), desk.life()[1]
    desk.project(*life.sent)
    path = f"{DESK}/queue/{life.petition_id}/presence"
    await an.ask("POST", path, {})
    await desk.sql("update desk_presence set until = now() - interval '1 second'")

    assert [one["person_id"] for one in (await binh.ask("POST", path, {}))["present"]] == [binh.id]


async def test_views_are_ones_own_or_the_offices(desk: Desk) -> None:
    """Shared ones are everybody's to use and their maker's to remove; others nobody else sees."""
    an, binh, stranger = desk.officer(), desk.officer(), desk.officer("so-yt")
    own = await an.ask("POST", f"{DESK}/views", {"name": "Hoàn Kiếm", "query": "ward=00070"}, 201)
    shared = await an.ask("POST", f"{DESK}/views", {"name": "Gấp", "query": "overdue=true&level=urgent", "shared": True}, 201)
    seen = {who.id: [one["name"] for one in (await who.get(f"{DESK}/views"))["views"]] for who in (an, binh)}

    assert seen == {an.id: ["Gấp", "Hoàn Kiếm"], binh.id: ["Gấp"]}
    await binh.ask("DELETE", f"{DESK}/views/{shared['id']}", status=404)
    await stranger.get(f"{DESK}/views", 403)
    await an.ask("DELETE", f"{DESK}/views/{own['id']}")
    assert [one["name"] for one in (await an.get(f"{DESK}/views"))["views"]] == ["Gấp"]


async def test_a_case_says_which_version_it_is(desk: Desk) -> None:
    """Its ETag is the number of its newest event; the names of those who did something come with it."""
    an = desk.officer(name="Lê An")
    id_ = _given(desk, an)
    answer = await desk.client.get(f"{DESK}/queue/{id_}", headers={"cookie": an.cookies})

    assert answer.headers["etag"] == '"2"'
    assert answer.json()["people"] == {an.id: "Lê An"}
    assert {"take", "hand-over"} <= set(answer.json()["actions"])
