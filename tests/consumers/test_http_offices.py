"""What offices get over HTTP, on real Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from schemas.events.base import Level
from schemas.events.case import Accepted, Assigned, Breached, Contributed, Escalated, InformationAdded, Warned
from schemas.events.standing import ClockName, ClockView, State
from schemas.events.topics import queue_topic
from tests.broker import reach
from tests.consumers.events import CITIZEN, Life, Sent, answered, office, transferred, write
from tests.consumers.web import PATIENCE_SECONDS, Web


async def test_a_queue_is_ordered_by_urgency_then_due(web: Web) -> None:
    """Urgent, pressing, then the nearest due; answered ones and other offices' are not in it; paging keeps the order. Overdue is late
    now, missed is once late."""
    urgent, late, plain = (web.life(office="so-yt", level=level)[1] for level in (Level.URGENT, Level.ORDINARY, Level.ORDINARY))
    late.happens(Breached, view={"breached": True, "missed": True}, clock="answer", deadline=late.start)
    ahead = ClockView(name=ClockName.ANSWER, started_at=plain.start, due_at=plain.start + timedelta(days=20_000))
    for life in (urgent, plain):
        life.happens(Accepted, view={"clocks": (ahead,)})
    done, foreign = web.life(office="so-yt")[1], web.life(office="so-xd")[1]
    answered(done)
    web.project(*(sent for life in (plain, late, urgent, done, foreign) for sent in life.sent))
    path, expected = "/v1/departments/so-yt/queue", [life.petition_id for life in (urgent, late, plain)]
    whole = await web.get(path, **web.token("so-yt"))
    paged, cursor = [], ""
    while cursor is not None:
        page = await web.get(f"{path}?limit=1{cursor}", **web.token("so-yt"))
        paged += [item["petition_id"] for item in page["items"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    overdue, missed = [await web.get(f"{path}?{name}=true", **web.token("so-yt")) for name in ("overdue", "missed")]

    assert [item["petition_id"] for item in whole["items"]] == expected == paged
    assert [item["petition_id"] for item in overdue["items"]] == [late.petition_id]
    assert [item["petition_id"] for item in missed["items"]] == [late.petition_id]
    assert [(item["overdue"], item["missed"]) for item in whole["items"]] == [(False, False), (True, True), (False, False)]
    assert (await web.get(f"{path}?state=accepted", **web.token("so-yt")))["items"] == []
    assert len((await web.get(f"{path}?category=drainage", **web.token("so-yt")))["items"]) == 3


async def test_superiors_and_triage_see_what_is_theirs(web: Web) -> None:
    """An escalated case is in the superior's queue too; what nobody owns is in triage's."""
    escalated, nobodys = web.life()[1], web.life(office=None)[1]
    escalated.happens(Escalated, view={"escalated_to": "vp-ubnd", "escalation": 2}, to_office="vp-ubnd", rung=2, because="deadline")
    web.project(*escalated.sent, *nobodys.sent)
    superior = await web.get("/v1/departments/vp-ubnd/queue", **web.token("vp-ubnd"))
    triage = await web.get("/v1/departments/tt-pvhcc/queue", **web.token("tt-pvhcc"))

    assert [(item["petition_id"], item["role"]) for item in superior["items"]] == [(escalated.petition_id, "superior")]
    assert [item["petition_id"] for item in triage["items"]] == [nobodys.petition_id]


async def test_triage_sees_what_became_of_what_it_sorted(web: Web) -> None:
    """The case has left its queue; the office that sent it on can look it up, as every office can."""
    life = web.life(office=None)[1]
    life.happens(Assigned, view={"office": "so-xd", "state": State.ASSIGNED}, to_office="so-xd", binding=False)
    web.project(*life.sent)
    path = f"/v1/departments/tt-pvhcc/queue/{life.petition_id}"

    assert (await web.get(path, **web.token("tt-pvhcc")))["office"]["code"] == "so-xd"
    await web.get(path.replace("tt-pvhcc", "so-yt"), 404, **web.token("so-yt"))


async def test_only_the_office_itself_and_the_administrator_see_a_queue(web: Web) -> None:
    """No token or an unknown one: 401; a foreign office's: 403; the administrator's: any office; an unknown office: 404."""
    path = "/v1/departments/so-xd/queue"

    assert (await web.get(path, 401))["code"] == "no-token"
    assert (await web.get(path, 401, authorization="Bearer guess"))["code"] == "unknown-token"
    assert (await web.get(path, 403, **web.token("so-yt")))["code"] == "foreign-office"
    assert (await web.get(f"{path}/events", 403, **web.token("so-yt")))["code"] == "foreign-office"
    admin = {"authorization": f"Bearer {web.credentials['admin']}"}
    assert (await web.get(path, **admin))["items"] == []
    assert (await web.get("/v1/departments/so-none/queue", 404, **admin))["code"] == "unknown-office"


async def test_wrong_parameters_are_named(web: Web) -> None:
    """A parameter out of its range is a 400 that names it."""
    for query in ("limit=0", "limit=x", "limit=501", "state=none", "category=none", "overdue=maybe", "cursor=abc", "limit=²", "state=%00"):
        found = await web.get(f"/v1/departments/so-xd/queue?{query}", 400, **web.token("so-xd"))

        assert found["fields"][0]["field"] == query.partition("=")[0], query


FORGED: tuple[object, ...] = (
    [0, "2025-12-01 03:00:00+00", "a\0" + "b" * 24],
    [0, "2025-12-01\0 03:00:00+00", "a" * 26],
    [0, "2025-W49-1T03:00:00+00:00", "a" * 26],
    [0, "2025-12-01 03:00:00+23:59:59", "a" * 26],
    [0, "2025-02-31 03:00:00+00", "a" * 26],
    [0, "2025-12-01 03:00:00", "a" * 26],
    [True, "infinity", "a" * 26],
    [4, "infinity", "a" * 26],
    [0, "infinity"],
    {"urgency": 0},
)


def cursor_of(parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def test_a_forged_cursor_is_refused(web: Web) -> None:
    """400 that names the parameter, whatever PostgreSQL or Python would have made of it."""
    for parts in FORGED:
        found = await web.get(f"/v1/departments/so-xd/queue?cursor={cursor_of(parts)}", 400, **web.token("so-xd"))

        assert [(one["field"], one["rule"]) for one in found["fields"]] == [("cursor", "cursor")], parts


async def test_a_cursor_of_any_zone_is_read(web: Web) -> None:
    """Python knows more offsets than PostgreSQL does: it gets the instant in UTC."""
    for due in ("2025-12-01 03:00:00+00", "2025-12-01 03:00:00.5+07:30", "2025-12-01 03:00:00+23:59", "infinity"):
        path = f"/v1/departments/so-xd/queue?cursor={cursor_of([3, due, 'a' * 26])}"

        assert (await web.get(path, **web.token("so-xd")))["items"] == [], due


async def test_what_is_no_petition_is_not_found(web: Web) -> None:
    """In a queue and by a code; nothing of it reaches the database unless it could be an id."""
    for path in ("%00", "a%00", "' or 1=1 --", "f" * 27, "f" * 26):
        assert (await web.get(f"/v1/departments/so-xd/queue/{path}", 404, **web.token("so-xd")))["code"] == "unknown-petition", path
        assert (await web.get(f"/v1/petitions/{path}", 404))["code"] == "bad-code", path


async def test_an_office_sees_the_case_and_not_the_person(web: Web) -> None:
    """The detail has text, place, pictures, reasons and the whole timeline, but no contact, tracking code or channel's id."""
    code, life = web.life()
    life.happens(Warned, clock="answer", percent=50)
    web.project(*life.sent)
    path = f"/v1/departments/so-xd/queue/{life.petition_id}"
    found = await web.get(path, **web.token("so-xd"))
    shown = json.dumps(found)

    assert found["location"]["address"] == "12 Hàng Bài"
    assert found["classification"]["reasons"] == ["nắp cống → drainage"]
    assert [line["type"] for line in found["timeline"]] == ["assigned", "warned"]
    assert all(secret not in shown for secret in ("c2VhbGVk", "outside-1", code))
    await web.get(f"/v1/departments/so-yt/queue/{life.petition_id}", 404, **web.token("so-yt"))


async def test_a_long_timeline_comes_light_and_says_which_way_the_case_went(web: Web) -> None:
    """The newest fifty lines are whole, the older ones say no words until they are asked for; moves between offices are always whole."""
    _, life = web.life()
    transferred(life, "ward-00070", reason="thuộc phường")
    for number in range(60):
        life.happens(InformationAdded, actor=CITIZEN, text=f"lời {number}")
    web.project(*life.sent)
    path, token = f"/v1/departments/ward-00070/queue/{life.petition_id}", web.token("ward-00070")
    newest, before = (await web.get(path, **token))["timeline"], (await web.get(f"{path}?before=5", **token))["timeline"]

    assert [line["seq"] for line in newest if line["short"]] == list(range(3, 13))
    assert [line["details"] for line in newest if line["short"]] == [{}] * 10
    assert newest[1]["details"]["reason"] == "thuộc phường"
    assert newest[-1]["details"]["text"] == "lời 59"
    assert [line["seq"] for line in before if not line["short"]] == [1, 2, 3, 4]
    assert (await web.get(f"{path}?before=0", 400, **token))["fields"][0]["field"] == "before"


async def test_a_former_office_sees_state_and_outcome_and_no_later_note(web: Web) -> None:
    """After a transfer the office before reads its own time, and of what came later only what happened; the new office reads all."""
    _, life = web.life(text="Nắp cống vỡ trước nhà, gọi 0912 345 678")
    life.happens(InformationAdded, actor=CITIZEN, text="ghi chú trước")
    transferred(life, "ward-00070", reason="thuộc phường, số 0912 345 678")
    life.happens(InformationAdded, actor=CITIZEN, text="ghi chú sau")
    answered(life)
    web.project(*life.sent)
    former, now = [await web.get(f"/v1/departments/{one}/queue/{life.petition_id}", **web.token(one)) for one in ("so-xd", "ward-00070")]
    said = json.dumps(former, ensure_ascii=False)

    assert "ghi chú trước" in said
    assert not any(part in said for part in ("ghi chú sau", "Đã thay nắp", "0912"))
    assert [line["type"] for line in former["timeline"]] == [line["type"] for line in now["timeline"]]
    assert (former["state"], former["timeline"][-1]["details"]) == ("answered", {"result": "done", "in_time": True})
    assert "ghi chú sau" in json.dumps(now, ensure_ascii=False)
    assert now["text"].endswith("0912 345 678")


async def test_a_contribution_is_for_the_offices_of_the_case(web: Web) -> None:
    """Owner and co-office read it, each with what it may do on the case; the citizen's timeline and stream go on without it."""
    code, life = web.life()
    given = {"contribution": "answer-part", "text": "Mẫu nước đạt yêu cầu."}
    life.happens(Contributed, actor=office("so-yt"), view={"co_offices": ("so-yt",)}, **given)
    life.happens(Accepted, view={"state": State.ACCEPTED})
    web.project(*life.sent)
    owner, helper = [await web.get(f"/v1/departments/{one}/queue/{life.petition_id}", **web.token(one)) for one in ("so-xd", "so-yt")]

    assert [line["details"]["text"] for line in helper["timeline"] if line["type"] == "contributed"] == ["Mẫu nước đạt yêu cầu."]
    assert owner["timeline"] == helper["timeline"]
    assert helper["actions"] == ["contribute", "note"]
    assert {"answer", "extend"} <= set(owner["actions"])
    citizen = await web.get(f"/v1/petitions/{code}")
    assert [line["type"] for line in citizen["timeline"]] == ["received", "assigned", "accepted"]
    assert "Mẫu nước" not in json.dumps(citizen, ensure_ascii=False)
    async with web.stream(f"/v1/petitions/{code}/events") as event:
        assert [(await event()).name for _ in range(3)] == ["received", "assigned", "accepted"]


async def test_a_queue_stream_gives_changes_and_resumes(web: Web) -> None:
    """Events of the office's own topic as they come; `left` when the case goes; resumed from the last id without gap or repeat."""
    life = Life(office="thanh-tra")
    life.begins()
    life.happens(Accepted, view={"state": State.ACCEPTED})
    transferred(life, "so-xd")
    topic, path = queue_topic("thanh-tra").name, "/v1/departments/thanh-tra/queue/events"

    async def deliver(*sent: Sent) -> None:
        await asyncio.to_thread(write, web.rig.producer, topic, sent)

    async with web.stream(path, **web.token("thanh-tra")) as event:
        await listening(web, topic)
        await deliver(life.sent[0], life.sent[1])
        first, second = await event(), await event()
    await deliver(life.sent[2])
    async with web.stream(path, **web.token("thanh-tra"), **{"last-event-id": first.id}) as event:
        again, left = await event(), await event()

    assert (first.name, second.name) == ("assigned", "accepted")
    assert (again.id, again.name) == (second.id, "accepted")
    assert (left.name, left.data["type"], left.data["role"]) == ("left", "transferred", None)
    assert first.data["petition_id"] == life.petition_id


async def listening(web: Web, topic: str) -> None:
    """Somebody listens to the topic, from a known offset on."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not web.showing._views.queues._listeners.get(topic):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        (listener,) = web.showing._views.queues._listeners[topic]
        await asyncio.shield(listener.span)


async def test_a_queue_stream_from_where_nothing_is_starts_anew_and_says_so(web: Web) -> None:
    """Behind the end: it goes on with what comes. Before the first record that is left: with that one. Either way it is said, with
    the id from which the next connection goes on."""
    lives = [Life(office="so-qhkt") for _ in range(4)]
    topic, path = queue_topic("so-qhkt").name, "/v1/departments/so-qhkt/queue/events"
    for life in lives[:3]:
        await asyncio.to_thread(write, web.rig.producer, topic, [life.begins()])
    async with web.stream(path, **web.token("so-qhkt"), **{"last-event-id": "900"}) as event:
        behind_the_end = await event()
        await listening(web, topic)
        await asyncio.to_thread(write, web.rig.producer, topic, [lives[3].begins()])
        came = await event()
    await asyncio.to_thread(delete_before, web.rig.bootstrap, topic, int(came.id))
    async with web.stream(path, **web.token("so-qhkt"), **{"last-event-id": "0"}) as event:
        before_the_start, again = await event(), await event()

    assert (behind_the_end.name, behind_the_end.data["after"]) == ("restarted", 900)
    assert came.data["petition_id"] == lives[3].petition_id
    assert before_the_start.data == {"after": 0, "behind": int(came.id) - 1}
    assert before_the_start.id == str(int(came.id) - 1)
    assert (again.id, again.data["petition_id"]) == (came.id, lives[3].petition_id)


def delete_before(bootstrap: str, topic: str, offset: int) -> None:
    """As retention does."""
    admin = KafkaAdminClient(**reach(bootstrap))
    admin.delete_records({TopicPartition(topic, 0): offset})
    admin.close()
