"""What people at a desk get beside the queue, on real Kafka and PostgreSQL; and that citizens get nothing of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from consumers.incidents.changes import changes_of
from consumers.incidents.compare import Rules
from consumers.incidents.memory import Memory
from consumers.kafka.records import Record
from schemas.authority import Duty, Post
from schemas.events.base import Actor, Role
from schemas.events.case import (
    Accepted,
    Assigned,
    Corrected,
    DecisionRequired,
    Escalated,
    Merged,
    MergeDeclined,
    MergeProposed,
    Noted,
    Urged,
)
from schemas.events.standing import State
from schemas.events.topics import EVENTS
from schemas.identity import persons
from schemas.platform.clock import WallClock
from tests.consumers.events import CITIZEN, Life, answered, office, transferred
from tests.consumers.web import Web

NOTE = "Chủ nhà số 12 hay gây khó dễ, đi hai người"
SECRET_WORDS = (NOTE, "Báo cáo ngay vì lãnh đạo hỏi", "merge-proposed", "merge-declined")
TRIAGE = "tt-pvhcc"


def remember(web: Web, *lives: Life) -> None:
    """As the role `incidents` does with the record."""
    memory = Memory(web.rig.database, ("test-incidents", EVENTS.name), Rules(), WallClock())
    sent = [one for life in lives for one in life.sent]
    memory.write(changes_of([Record(n, 1, one.key, one.value, one.headers) for n, one in enumerate(sent)]), [])
    memory.close()


async def test_no_citizen_reads_what_offices_write_among_themselves(web: Web) -> None:
    """Notes, urging and proposals are in none of the outputs that a citizen or a stranger gets: the petition, its stream, that of a
    joined petition, Open311 with and without the channel's key. The office reads them all."""
    code, life = web.life()
    other_code, follower = web.life(start=life.start + timedelta(minutes=1))
    life.happens(Noted, actor=office("so-xd"), text=NOTE, mentions=("p-1",))
    life.happens(Urged, actor=Actor(role=Role.SUPERIOR, office="vp-ubnd"), text=SECRET_WORDS[1], reply_by=life.start + timedelta(days=1))
    life.happens(MergeProposed, into=follower.petition_id, similarity=0.7)
    life.happens(MergeDeclined, actor=Actor(role=Role.TRIAGE, office=TRIAGE), reason="khác nhau", into=follower.petition_id)
    life.happens(Accepted, view={"state": State.ACCEPTED})
    follower.happens(Merged, into=life.petition_id, view={"state": State.MERGED, "leader": life.petition_id})
    web.project(*life.sent, *follower.sent)
    key = web.credentials["intake"]["ihanoi"]
    seen = [await web.get(f"/v1/petitions/{one}") for one in (code, other_code)]
    seen += [await web.get(f"/open311/v2/{path}") for path in ("requests.json", f"requests/{life.petition_id}.json")]
    own = (f"requests/{life.petition_id}.json?", f"servicerequestupdates.json?service_request_id={life.petition_id}&")
    seen += [await web.get(f"/open311/v2/{path}api_key={key}") for path in own]
    async with web.stream(f"/v1/petitions/{code}/events") as event:
        seen += [[(one := await event()).name, one.data] for _ in range(3)]
    office_sees = json.dumps(await web.get(f"/v1/departments/so-xd/queue/{life.petition_id}", **web.token("so-xd")), ensure_ascii=False)

    for words in SECRET_WORDS:
        assert words not in json.dumps(seen, ensure_ascii=False)
        assert words in office_sees


async def test_proposals_are_for_who_may_merge_until_somebody_decides(web: Web) -> None:
    """Triage sees both sides, a superior those below it, an office none; a proposal that was declined, or whose one side is merged, is
    on no list."""
    lives = [web.life()[1] for _ in range(6)]
    open_, leader, declined, second, merged, third = lives
    open_.happens(MergeProposed, into=leader.petition_id, similarity=0.82, reason="cùng số nhà")
    declined.happens(MergeProposed, into=second.petition_id, similarity=0.7)
    declined.happens(MergeDeclined, into=second.petition_id, reason="khác nhau")
    merged.happens(MergeProposed, into=third.petition_id, similarity=0.7)
    merged.happens(Merged, into=third.petition_id, view={"state": State.MERGED, "leader": third.petition_id})
    web.project(*(one for life in lives for one in life.sent))
    found = {
        one: (await web.get(f"/v1/departments/{one}/merge-proposals", **web.token(one)))["proposals"]
        for one in (TRIAGE, "vp-ubnd", "so-xd")
    }

    assert [(one["petition"]["petition_id"], one["leader"]["petition_id"]) for one in found[TRIAGE]] == [
        (open_.petition_id, leader.petition_id)
    ]
    assert (found[TRIAGE][0]["similarity"], found[TRIAGE][0]["reason"]) == (0.82, "cùng số nhà")
    assert "Nắp cống" in found[TRIAGE][0]["leader"]["text"]
    assert found["vp-ubnd"] == found[TRIAGE]
    assert found["so-xd"] == []


async def test_beside_a_case_stand_its_spot_and_what_was_answered(web: Web) -> None:
    """At the same spot, and in like words further away, with the answer that was given; a stranger to the case sees nothing."""
    case, there = web.life()[1], web.life()[1]
    answered(there)
    web.project(*case.sent, *there.sent)
    remember(web, case, there)
    path = f"/v1/departments/so-xd/queue/{case.petition_id}/beside"
    found = await web.get(path, **web.token("so-xd"))
    with psycopg.connect(web.rig.database, autocommit=True) as connection:
        connection.execute("update incident_petition set lat = lat + 0.01, numbers = '{}' where petition_id = %s", (there.petition_id,))
    further = await web.get(path, **web.token("so-xd"))

    assert [(one["petition_id"], one["metres"]) for one in found["here"]] == [(there.petition_id, 0)]
    assert found["similar"] == further["here"] == []
    assert [one["answer"]["text"] for one in further["similar"]] == ["Đã thay nắp cống mới ngày 02/12."]
    await web.get(path.replace("so-xd", "so-yt"), 404, **web.token("so-yt"))


async def test_a_person_finds_the_notes_that_mention_him(web: Web) -> None:
    """Those of the last weeks that name his id, and no others; an office's own system is nobody."""
    life = web.life()[1]
    with psycopg.connect(web.rig.database, autocommit=True) as table:
        lan = persons.add(table, "lan", "Lan", [Post(Duty.OFFICER, "so-xd")], password="một mật khẩu đủ dài")
    rows = [{"mentions": [lan], "text": "@lan xem giúp"}, {"mentions": ["p-2"], "text": "@nam"}]
    web.project(*life.sent)
    now = WallClock().now_ms() / 1000
    with psycopg.connect(web.rig.database, autocommit=True) as table:
        for seq, row in enumerate(rows, 2):
            data = json.dumps({**row, "case": {"state": "assigned", "office": "so-xd"}})
            table.execute(
                "insert into timeline (petition_id, seq, event_id, type, at, data) values (%s, %s, %s, 'noted', to_timestamp(%s), %s)",
                (life.petition_id, seq, f"e{seq}", now, data),
            )
    assert (await web.get("/v1/departments/so-xd/mentions", **web.token("so-xd")))["mentions"] == []
    assert [one["data"]["text"] for one in await mentioned(web, lan)] == ["@lan xem giúp"]


async def mentioned(web: Web, person: str) -> list[dict[str, Any]]:
    from consumers.read_model.casework import mentions
    from consumers.read_model.reading import opened
    from schemas.platform.clock import to_datetime

    async with opened(web.rig.database, 1) as reader:
        return await mentions(reader, person, to_datetime(WallClock().now_ms()) - timedelta(days=1), 10)


async def test_what_is_late_is_counted_by_whose_move_it_is(web: Web) -> None:
    """An office sees its own, who reads the offices below sees it, too; what has days left is not there."""
    late, accepted = web.life(office="so-yt")[1], web.life(office="so-yt")[1]
    accepted.happens(Accepted, view={"state": State.ACCEPTED})
    web.project(*late.sent, *accepted.sent)
    administrator = {"authorization": f"Bearer {web.credentials['admin']}"}
    own = await web.get("/v1/departments/so-yt/late", **web.token("so-yt"))
    above = await web.get("/v1/departments/vp-ubnd/late", **administrator)

    assert {one["reason"] for one in own["items"]} == {"not-accepted", "in-work"}
    assert sorted((one["name"], one["number"]) for one in own["by_reason"]) == [("in-work", 1), ("not-accepted", 1)]
    assert own["by_reason"] == above["by_reason"]
    assert above["by_office"] == [{"name": "so-yt", "number": 2}]
    assert (await web.get("/v1/departments/vp-ubnd/late", **web.token("vp-ubnd")))["items"] == []
    assert (await web.get("/v1/departments/so-xd/late", **web.token("so-xd")))["items"] == []


async def test_who_must_decide_reads_both_sides_words(web: Web) -> None:
    """Disputes first, then what has risen; each with who handed it on to whom and why. Nobody else has it there."""
    dispute, risen = web.life()[1], web.life()[1]
    transferred(dispute, "evn-hanoi", "cột của điện lực")
    dispute.happens(
        DecisionRequired,
        actor=office("evn-hanoi"),
        reason="đèn của thành phố",
        view={"state": State.DECISION_REQUIRED, "decider": "vp-ubnd", "escalated_to": "vp-ubnd", "escalation": 2},
        decider="vp-ubnd",
        proposed_office="so-xd",
        because="came-back",
    )
    risen.happens(Escalated, view={"escalated_to": "vp-ubnd", "escalation": 2}, to_office="vp-ubnd", rung=2, because="deadline")
    web.project(*dispute.sent, *risen.sent)
    first, second = (await web.get("/v1/departments/vp-ubnd/decisions", **web.token("vp-ubnd")))["decisions"]

    assert [(one["petition_id"], one["must_decide"]) for one in (first, second)] == [
        (dispute.petition_id, True),
        (risen.petition_id, False),
    ]
    assert [(move["by"], move["to"]["code"], move["reason"]) for move in first["moves"][1:]] == [
        ("so-xd", "evn-hanoi", "cột của điện lực"),
        ("evn-hanoi", "so-xd", "đèn của thành phố"),
    ]
    assert (await web.get("/v1/departments/so-xd/decisions", **web.token("so-xd")))["decisions"] == []


async def test_what_was_learnt_is_counted_by_model(web: Web) -> None:
    """Triage's decisions of the last weeks beside the first guesses, what was taken for what, and citizens' corrections; what the
    classifier or an office decided is no lesson."""
    start = datetime.now(UTC) - timedelta(days=2)
    right, wrong, alone = (web.life(office=office, start=start)[1] for office in (None, None, "so-xd"))
    triage = Actor(role=Role.TRIAGE, office=TRIAGE)
    right.happens(Assigned, actor=triage, to_office="so-xd", view={"state": State.ASSIGNED, "office": "so-xd"})
    wrong.happens(Assigned, actor=triage, to_office="so-xd", view={"state": State.ASSIGNED, "office": "so-xd", "category": "road-damage"})
    alone.happens(Corrected, actor=CITIZEN, category="road-damage")
    web.project(*right.sent, *wrong.sent, *alone.sent)
    found = await web.get("/v1/departments/tt-pvhcc/learnt", **web.token("tt-pvhcc"))

    assert [(one["model"], one["decided"], one["confirmed"]) for one in found["models"]] == [("test", 2, 1)]
    assert found["mistakes"] == [{"guessed": "drainage", "decided": "road-damage", "number": 1}]
    assert found["corrections"] == 1


@pytest.mark.parametrize("part", ["decisions", "templates", "merge-proposals", "mentions", "late"])
async def test_each_list_answers_as_the_contract_says(web: Web, part: str) -> None:
    """Empty at first, with its own name."""
    found = await web.get(f"/v1/departments/so-xd/{part}", **web.token("so-xd"))

    assert found["items" if part == "late" else "proposals" if part == "merge-proposals" else part] == []
