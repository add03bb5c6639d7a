"""What citizens get over HTTP, and what is nobody's in particular, on real Kafka and PostgreSQL."""

from __future__ import annotations

import asyncio
import json

import psycopg

from schemas.events import tracking
from schemas.events.case import Accepted, Warned
from schemas.events.standing import State
from tests.consumers.events import answered
from tests.consumers.web import PATIENCE_SECONDS, Web


async def test_a_citizen_sees_his_petition(web: Web) -> None:
    """State, office, deadline and timeline by tracking code, typed as people type it; in English when asked for."""
    code, life = web.life()
    web.project(*life.sent)
    found = await web.get(f"/v1/petitions/{code.replace('-', '').lower()}")

    assert (found["petition_id"], found["tracking_code"]) == (life.petition_id, code)
    assert (found["state"], found["office"]["code"], found["urgent"]) == ("assigned", "so-xd", False)
    assert [line["type"] for line in found["timeline"]] == ["received", "assigned"]
    assert (await web.get(f"/v1/petitions/{code}?lang=en"))["timeline"][0]["title"] == "Received"
    assert (await web.get(f"/v1/petitions/{code}", **{"accept-language": "en-GB,vi;q=0.5"}))["timeline"][0]["title"] == "Received"
    assert "c2VhbGVk" not in json.dumps(found)


async def test_wrong_codes_are_not_found(web: Web) -> None:
    """A code with a typing error and a code that nobody has: 404 with a code and a message each."""
    unknown = tracking.new_code()
    typo = unknown[:-1] + next(letter for letter in tracking.ALPHABET if letter != unknown[-1])

    assert (await web.get(f"/v1/petitions/{typo}", 404))["code"] == "bad-code"
    assert (await web.get(f"/v1/petitions/{unknown}", 404))["code"] == "unknown-petition"
    assert (await web.get(f"/v1/petitions/{unknown}/events", 404))["code"] == "unknown-petition"


async def test_straight_after_the_answer_the_petition_is_waited_for(web: Web) -> None:
    """A request that comes before the event waits for it, without the read model."""
    code, life = web.life()
    asking = asyncio.create_task(web.get(f"/v1/petitions/{code}"))
    await asyncio.sleep(0.1)
    await web.publish(*life.sent)

    assert (await asking)["state"] == "assigned"
    assert (await web.get(f"/v1/petitions/{code}"))["petition_id"] == life.petition_id


async def test_a_stream_gives_history_then_what_happens(web: Web) -> None:
    """History from the read model, then live events, each once and in order, although both sources have some of them."""
    code, life = web.life()
    life.happens(Accepted, view={"state": State.ACCEPTED})
    web.project(*life.sent)
    await web.publish(*life.sent)
    async with web.stream(f"/v1/petitions/{code}/events") as event:
        assert [(await event()).name for _ in range(3)] == ["received", "assigned", "accepted"]
        await web.publish(life.happens(Warned, clock="answer", percent=50), answered(life))
        last = await event()

    assert (last.name, last.id) == ("answered", "4")
    assert last.data["state"] == "answered"
    assert last.data["details"]["text"] == "Đã thay nắp cống mới ngày 02/12."


async def test_a_stream_resumes_behind_the_last_id(web: Web) -> None:
    """With Last-Event-ID (or ?after=) only what came later is given."""
    code, life = web.life()
    life.happens(Accepted, view={"state": State.ACCEPTED})
    answered(life)
    web.project(*life.sent)
    async with web.stream(f"/v1/petitions/{code}/events", **{"last-event-id": "2"}) as event:
        assert (await event()).name == "answered"
    async with web.stream(f"/v1/petitions/{code}/events?after=1") as event:
        assert (await event()).name == "accepted"
    assert (await web.get(f"/v1/petitions/{code}/events?after=x", 400))["fields"][0]["field"] == "after"


async def test_a_stream_from_behind_the_end_starts_anew_and_says_so(web: Web) -> None:
    """An id that the petition never had, as after a restored database: no silence for ever, but the whole timeline again."""
    code, life = web.life()
    life.happens(Accepted, view={"state": State.ACCEPTED})
    web.project(*life.sent)
    async with web.stream(f"/v1/petitions/{code}/events", **{"last-event-id": "40"}) as event:
        again = await event()
        assert (again.name, again.id, again.data) == ("restarted", "0", {"after": 40, "behind": 0})
        assert [(await event()).name for _ in range(3)] == ["received", "assigned", "accepted"]


async def test_a_hole_between_the_sources_is_filled(web: Web) -> None:
    """Live is ahead of the read model: the stream waits for what is missing and keeps the order."""
    code, life = web.life()
    web.project(*life.sent)
    life.happens(Accepted, view={"state": State.ACCEPTED})
    answered(life)
    async with web.stream(f"/v1/petitions/{code}/events") as event:
        assert [(await event()).name for _ in range(2)] == ["received", "assigned"]
        await web.publish(life.sent[2])
        web.project(*life.sent)

        assert [(await event()).name for _ in range(2)] == ["accepted", "answered"]


async def test_streams_end_when_the_process_stops(web: Web) -> None:
    """Stopping ends open streams at once."""
    code, life = web.life()
    web.project(*life.sent)
    async with web.client.stream("GET", f"/v1/petitions/{code}/events") as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        web.showing.stop()
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for _ in lines:
                pass


async def test_reference_lists(web: Web) -> None:
    """Offices, categories and wards with their names."""
    assert len((await web.get("/v1/offices"))["offices"]) == 152
    assert len((await web.get("/v1/categories"))["categories"]) == 29
    wards = (await web.get("/v1/wards"))["wards"]
    assert {"code", "full_name_vi", "office"} <= set(wards[0])


async def test_without_a_database_the_answer_is_503(web: Web) -> None:
    """A database that is away: 503 with Retry-After, and live events are still found."""
    code, life = web.life()
    await web.publish(*life.sent)
    assert (await web.get(f"/v1/petitions/{code}"))["state"] == "assigned"
    name = web.rig.database.rpartition("/")[2]
    with psycopg.connect(web.rig.database.replace(name, "postgres"), autocommit=True) as admin:
        admin.execute(f'alter database "{name}" with allow_connections false')
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (name,))
        answer = await web.client.get("/v1/departments/so-xd/queue", headers=web.token("so-xd"))
        admin.execute(f'alter database "{name}" with allow_connections true')

    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert (await web.get(f"/v1/petitions/{code}"))["state"] == "assigned"
