"""What anybody reads over HTTP, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from schemas.events import case as events
from schemas.events.standing import State
from tests.consumers.events import CITIZEN, Life, answered, transferred
from tests.consumers.web import Web

NOW = datetime.now(UTC)
WORDS = ("Nắp cống", "Hàng Bài", "ihanoi", "Bà Lan", "105.85", "outside-1")


def lived(web: Web, **about: Any) -> tuple[str, Life]:
    """A petition of this month about a drain, which its office hands on with words that name somebody."""
    code, life = web.life(start=NOW - timedelta(hours=2), **about)
    transferred(life, "so-nnmt", reason="Bà Lan ở số 5 đã báo")
    return code, life


async def test_the_list_shows_where_each_stands_and_nothing_that_anybody_wrote(web: Web) -> None:
    """By ward, category, state and day; the newest first, page by page, under numbers that are no ids."""
    lives = [lived(web) for _ in range(3)]
    answered(lives[0][1])
    web.project(*(sent for _, life in lives for sent in life.sent))

    first = await web.get("/v1/public/petitions?ward=00070&category=drainage&limit=2")
    second = await web.get(f"/v1/public/petitions?limit=2&cursor={first['next']}")
    done = await web.get("/v1/public/petitions?state=answered")
    none = [await web.get(f"/v1/public/petitions?{other}") for other in ("ward=00004", "category=waste", "received_from=2999-01-01")]
    shown = str((first, second, done))

    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    assert [(one["result"], one["office"]["code"]) for one in done["items"]] == [("done", "so-nnmt")]
    assert [one["items"] for one in none] == [[], [], []]
    assert not [word for word in WORDS if word in shown]
    assert not [secret for code, life in lives for secret in (code, life.petition_id) if secret in shown]


async def test_one_petition_is_told_step_by_step_and_a_made_up_number_is_not_found(web: Web) -> None:
    """Its tracking code, its id and its shared link are no numbers."""
    code, life = lived(web)
    answered(life)
    life.happens(events.Rated, actor=CITIZEN, view={"state": State.CLOSED, "rating": 1}, stars=1, comment="Bà Lan: tệ")
    web.project(*life.sent)

    (item,) = (await web.get("/v1/public/petitions"))["items"]
    whole = await web.get(f"/v1/public/petitions/{item['number']}?lang=en")
    shared = (await web.get(f"/v1/petitions/{code}"))["share_url"].removeprefix("/s/")

    assert [step["type"] for step in whole["steps"]] == ["received", "assigned", "transferred", "answered"]
    assert not [word for word in WORDS if word in str(whole)]
    for other in (code, life.petition_id, shared, item["number"][::-1]):
        await web.get(f"/v1/public/petitions/{other}", 404)


async def test_what_is_not_for_all_never_appears(web: Web) -> None:
    """A sandbox's, a refused, withdrawn or joined one; and one that is corrected to be about a person is gone from then on."""
    lives = [lived(web)[1] for _ in range(5)]
    for life, state in zip(lives, (State.REFUSED, State.WITHDRAWN, State.MERGED), strict=False):
        life.happens(events.Extended, view={"state": state}, deadline_before=NOW, deadline_after=NOW)
    lives[3].happens(events.Extended, view={"category": "official-conduct"}, deadline_before=NOW, deadline_after=NOW)
    web.project(*(sent for life in lives for sent in life.sent))
    with psycopg.connect(web.rig.database, autocommit=True) as table:
        table.execute("update petition set channel = 'sandbox' where petition_id = %s", (lives[4].petition_id,))

    await web.showing.figures.renew()

    assert (await web.get("/v1/public/petitions"))["items"] == []
    assert (await web.get("/v1/public/statistics"))["total"]["received"] is None
    await web.get("/v1/public/petitions?category=official-conduct", 400)


async def test_statistics_count_what_the_operations_centre_counts(web: Web) -> None:
    """By ward, category, office and month; six petitions, of which five were answered in time and rated."""
    lives = [lived(web)[1] for _ in range(6)]
    for life in lives[:5]:
        answered(life)
        life.happens(events.Rated, actor=CITIZEN, view={"state": State.CLOSED, "rating": 4}, stars=4)
    web.project(*(sent for life in lives for sent in life.sent))
    await web.showing.figures.renew()

    found = await web.get("/v1/public/statistics?lang=en")
    centre = await web.get("/v1/ioc", authorization=f"Bearer {web.credentials['admin']}")
    (office,) = found["by_office"]
    (league,) = [one for one in centre["league"] if one["office"]["code"] == "so-nnmt"]

    assert [(one["received"], one["answered"], one["in_time"], one["stars"]) for one in (found["total"], *found["by_ward"])] == [
        (6, 5, 5, 4.0)
    ] * 2
    assert all(office[name] == league[name] for name in ("answered", "in_time", "overdue", "share", "stars"))
    assert 0 < office["median_hours"] < 1
    assert [one["code"] for one in found["by_category"]] == ["drainage"]


async def test_answers_may_be_kept_and_what_has_not_changed_is_not_sent_again(web: Web) -> None:
    """A cache in front of the service answers most of it; the language is part of what is asked."""
    _, life = lived(web)
    web.project(*life.sent)

    for path in ("/v1/public/petitions", "/v1/public/statistics", "/v1/public/nearby", "/v1/public/wards/00070.atom"):
        answer = await web.client.get(path)
        again = await web.client.get(path, headers={"if-none-match": answer.headers["etag"]})
        assert answer.headers["cache-control"] == "public, max-age=60"
        assert answer.headers["vary"] == "Accept-Language"
        assert (again.status_code, again.content) == (304, b"")


async def test_a_ward_and_a_category_are_followed_by_a_feed(web: Web) -> None:
    """What changed there, and nothing of other wards; of a category about persons there is no feed."""
    _, life = lived(web)
    web.project(*life.sent)
    feeds = {path: await web.client.get(f"/v1/public/{path}.atom") for path in ("wards/00070", "categories/drainage", "wards/00004")}

    assert {path: feed.text.count("<entry>") for path, feed in feeds.items()} == {
        "wards/00070": 1,
        "categories/drainage": 1,
        "wards/00004": 0,
    }
    assert {feed.headers["content-type"].partition(";")[0] for feed in feeds.values()} == {"application/atom+xml"}
    assert not [word for word in WORDS for feed in feeds.values() if word in feed.text]
    for path in ("wards/nowhere", "categories/official-conduct", "categories/none"):
        await web.get(f"/v1/public/{path}.atom", 404)


async def test_a_street_is_found_and_followed_where_it_is_shown_and_nowhere_else(web: Web) -> None:
    """Not by an address with a number, nor by a text that names it; page by page; a code that no street has is refused."""
    shown = [lived(web, address="Phố Huế, đoạn đầu")[1] for _ in range(3)]
    others = [lived(web, address="12 phố Huế")[1], lived(web, text="Nắp cống ở phố Huế vỡ")[1], lived(web, address="đường Láng")[1]]
    web.project(*(sent for life in (*shown, *others) for sent in life.sent))

    first = await web.get("/v1/public/petitions?street=pho-hue&limit=2")
    second = await web.get(f"/v1/public/petitions?street=pho-hue&limit=2&cursor={first['next']}")
    none = await web.get("/v1/public/petitions?street=pho-hue&ward=00004")
    feed = await web.client.get("/v1/public/streets/pho-hue.atom")
    refused = await web.get("/v1/public/petitions?street=pho-khong-co", 400)

    assert [one["street"] for one in (*first["items"], *second["items"])] == ["Phố Huế"] * 3
    assert (len(first["items"]), second["next"], none["items"]) == (2, None, [])
    assert (feed.text.count("<entry>"), "Phố Huế" in feed.text, "/cong-khai?street=pho-hue" in feed.text) == (3, True, True)
    assert [one["rule"] for one in refused["fields"]] == ["unknown_street"]
    await web.get("/v1/public/streets/pho-khong-co.atom", 404)


async def test_who_is_about_to_report_sees_what_is_near(web: Web) -> None:
    """In the ward; by a point only within some hundred metres, and never how far it is."""
    _, life = lived(web)
    web.project(*life.sent)
    with psycopg.connect(web.rig.database, autocommit=True) as table:
        table.execute(
            "insert into incident_petition values (%s, 1, 'assigned', 'drainage', 'ordinary', '00070', now(), null, null, null, 0, '{}',"
            " 21.0304, 105.8496, '{}', '{}', '{}')",
            (life.petition_id,),
        )
    queries = {
        "ward=00070": 1,
        "ward=00070&lat=21.0311&long=105.8512": 1,
        "lat=21.0311&long=105.8512": 1,
        "ward=00070&lat=21.0391&long=105.8512": 0,
        "ward=00004": 0,
    }
    found = {query: (await web.get(f"/v1/public/nearby?category=drainage&{query}"))["items"] for query in queries}

    assert {query: len(items) for query, items in found.items()} == queries
    assert "21.03" not in str(list(found.values()))
