"""Finding cases: by words without accents, by filters that combine, in every order, page after page, as far as one may see them."""

from __future__ import annotations

import asyncio
import csv
import io
import itertools
import json
import os
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from schemas.authority import Duty, Post
from schemas.events.base import Actor, Level, Role
from schemas.events.case import Accepted, Breached, InformationAdded, Taken
from schemas.events.standing import ClockName, ClockView, State
from tests.consumers.events import CITIZEN, answered, office, transferred
from tests.desk.conftest import Desk

CASES = "/v1/departments/so-xd/cases"


async def test_words_are_found_with_and_without_accents(desk: Desk) -> None:
    """All of them must be there: in the text, or in the names of category and ward."""
    asked = {"nắp cống vỡ": True, "nap cong VO": True, "nắp cống lành": False, "thoát nước": True, "bị vỡ so 12": True}

    await finds(desk, asked)


async def test_a_word_is_found_while_it_is_typed(desk: Desk) -> None:
    """With a star behind it, from three letters on: begun, without accents, the last of several, whole. A letter says nothing; two are too
    short to have begun; the others must be whole and there; without a star it is no beginning."""
    found = dict.fromkeys(("nắp cốn*", "nap con*", "nắp c*", "vỡ ngu*", "nguy*"), True)

    await finds(desk, found | dict.fromkeys(("nắp cố*", "nắp lan*", "lành cốn*", "nắp cốn"), False))


async def finds(desk: Desk, asked: dict[str, bool]) -> None:
    """A case of drainage, and whether each of these finds it."""
    life = desk.life()[1]
    desk.project(*life.sent)
    officer = desk.officer()
    for q, found in asked.items():
        assert await officer.ids(f"{CASES}?scope=all&q={q}") == [life.petition_id] * found, q


async def test_what_is_said_later_is_found_too(desk: Desk) -> None:
    """A note and the answer; the ended case among all of the office's, and no more in its queue."""
    life = desk.life()[1]
    life.happens(InformationAdded, actor=CITIZEN, text="Đối diện quán phở Thìn")
    answered(life)
    desk.project(*life.sent)
    officer = desk.officer()

    for q in ("phở thìn", "thay nắp cống mới"):
        assert await officer.ids(f"{CASES}?scope=all&q={q}") == [life.petition_id]
    assert await officer.ids(f"{CASES}?q=phở thìn") == []
    assert await officer.ids(f"{CASES}?scope=office&open=false") == [life.petition_id]


async def test_a_case_is_found_by_its_code_and_by_its_ids_begin(desk: Desk) -> None:
    """The whole tracking code as people type it, or eight letters of the id; both only within what the office sees."""
    code, life = desk.life()
    desk.project(*life.sent)
    officer, stranger = desk.officer(), desk.officer("so-yt")

    for q in (code, code.replace("-", "").lower(), life.petition_id, life.petition_id[:8]):
        assert await officer.ids(f"{CASES}?scope=all&q={q}") == [life.petition_id]
        assert await stranger.ids(f"{CASES.replace('so-xd', 'so-yt')}?scope=all&q={q}") == []


async def test_a_phone_number_is_found_by_the_responsible_office_alone(desk: Desk) -> None:
    """However it is written; not by a co-office, which reads it masked; and it stands nowhere among what cases are found by."""
    life = desk.life(text="Hố ga mất nắp, gọi tôi 0912 345 678 nhé")[1]
    life.happens(Accepted, actor=office("so-xd"), view={"state": State.ACCEPTED, "co_offices": ("so-nnmt",)})
    desk.project(*life.sent)
    owner, helper = desk.officer(), desk.officer("so-nnmt")
    theirs = CASES.replace("so-xd", "so-nnmt")

    assert await owner.ids(f"{CASES}?scope=all&q=0912345678") == await owner.ids(f"{CASES}?q=%2B84912.345.678") == [life.petition_id]
    assert await helper.ids(f"{theirs}?q=0912345678") == []
    assert await helper.ids(f"{theirs}?q=mat nap") == [life.petition_id]
    assert "0912" not in (await helper.get(f"{theirs}?q=mat nap"))["items"][0]["text"]
    with psycopg.connect(desk.rig.database) as table:
        (row,) = table.execute("select case_words::text from case_words").fetchone()
    assert "912" not in row.partition("{")[0]
    assert "ga" not in row.replace("{", "").split(",")


@pytest.mark.parametrize("sort", ["newest", "oldest", "level"])
async def test_what_is_found_by_a_word_goes_from_days_to_months_back(desk: Desk, sort: str) -> None:
    """Of this month, the one before, others and years ago; page after page each once, in its order; with its number."""
    days = (0, 1, 12, 13, 14, 15, 33, 65, 130, 400, 1200)
    lives = [desk.life(text="Mất nắp cống", start=datetime.now(UTC) - timedelta(days=back, minutes=back))[1] for back in days]
    desk.project(*(sent for life in lives for sent in life.sent))
    officer, ids = desk.officer(), [life.petition_id for life in lives]
    path, found = f"{CASES}?scope=all&q=mat nap&limit=2&sort={sort}", []
    cursor = ""
    while cursor is not None:
        page = await officer.get(f"{path}{cursor and f'&cursor={cursor}'}")
        found += [item["petition_id"] for item in page["items"]]
        cursor = page["next"]

    assert found == (ids if sort == "newest" else ids[::-1])
    assert await officer.get(f"{CASES}/count?scope=office&q=mat nap") == {"number": len(days), "exact": True}


async def test_cases_from_before_are_found_by_their_day_too(desk: Desk) -> None:
    """What the migration adds is what the projector writes, in its place; who was forgotten gets nothing."""
    life, forgotten = desk.life()[1], desk.life()[1]
    desk.project(*life.sent, *forgotten.sent)
    script = (Path(__file__).parents[2] / "consumers/migrations/0132_spans.sql").read_text(encoding="utf-8")
    with psycopg.connect(desk.rig.database, autocommit=True) as table:
        table.execute("update case_words set words = '{}' where petition_id = %s", (forgotten.petition_id,))
        before = table.execute("select * from case_words order by petition_id").fetchall()
        table.execute("update case_words set words = array(select one from unnest(words) as one where one not between -30000000 and 0)")
        table.execute("update" + script.partition("update")[2].partition(";")[0])  # type: ignore[arg-type]

        assert table.execute("select * from case_words order by petition_id").fetchall() == before


async def test_a_former_office_finds_it_among_what_it_gave_away(desk: Desk) -> None:
    """With its state; the responsible one finds it among its own, whoever else nowhere."""
    life = desk.life()[1]
    transferred(life, "so-nnmt")
    desk.project(*life.sent)
    before, after = desk.officer(), desk.officer("so-nnmt")

    assert await before.ids(f"{CASES}?scope=former") == await before.ids(f"{CASES}?scope=all&q=nap") == [life.petition_id]
    assert await before.ids(CASES) == await before.ids(f"{CASES}?scope=office") == []
    assert await after.ids(CASES.replace("so-xd", "so-nnmt")) == [life.petition_id]
    assert await after.ids(f"{CASES.replace('so-xd', 'so-nnmt')}?scope=former") == []


@pytest.mark.parametrize("apart", [False, True], ids=["in one write", "each by itself"])
async def test_an_office_that_gets_a_case_back_is_no_former_one(desk: Desk, *, apart: bool) -> None:
    """Through three hands and back to the first: the two others have given it away, however many events are written at once."""
    life = desk.life()[1]
    for office_code in ("so-nnmt", "so-yt", "so-xd"):
        transferred(life, office_code)
    for batch in ([one] for one in life.sent) if apart else [life.sent]:
        desk.project(*batch)
    with psycopg.connect(desk.rig.database) as table:
        (former,) = table.execute("select former from petition where petition_id = %s", (life.petition_id,)).fetchone()

    assert former == ["so-nnmt", "so-yt"]
    assert await desk.officer().ids(f"{CASES}?scope=former") == []
    assert await desk.officer("so-yt").ids(f"{CASES.replace('so-xd', 'so-yt')}?scope=former") == [life.petition_id]


async def test_a_case_that_is_anothers_business_twice_is_counted_once(desk: Desk) -> None:
    """An office that helps with a case, and must decide it, has one case."""
    life = desk.life()[1]
    life.happens(Accepted, view={"state": State.ACCEPTED, "co_offices": ("so-nnmt",), "decider": "so-nnmt", "escalated_to": "so-nnmt"})
    desk.project(*life.sent)
    helper, theirs = desk.officer("so-nnmt"), CASES.replace("so-xd", "so-nnmt")

    assert await helper.get(f"{theirs}/count") == {"number": 1, "exact": True}
    assert await helper.get(f"{theirs}/count?scope=all") == {"number": 1, "exact": True}
    assert await helper.ids(theirs) == [life.petition_id]


async def test_filters_combine(desk: Desk) -> None:
    """Each leaves out what it says, two of them what either says."""
    urgent, late, plain = (desk.life(level=level)[1] for level in (Level.URGENT, Level.ORDINARY, Level.ORDINARY))
    late.happens(Breached, view={"breached": True, "missed": True}, clock="answer", deadline=late.start)
    late.happens(Accepted, view={"state": State.ACCEPTED, "followers": 2})
    person = Actor(role=Role.OFFICE, office="so-xd", id="p-1")
    until = datetime.now(UTC) + timedelta(days=9000)
    plain.happens(Taken, actor=person, officer="p-1", held_until=until, view={"officer": "p-1", "held_until": until})
    desk.project(*urgent.sent, *late.sent, *plain.sent)
    officer, every = desk.officer(), {life.petition_id for life in (urgent, late, plain)}

    for query, expected in {
        "level=urgent": [urgent],
        "level=urgent&level=ordinary": [urgent, late, plain],
        "missed=true": [late],
        "missed=true&level=urgent": [],
        "state=accepted": [late],
        "followed=true": [late],
        "officer=p-1": [plain],
        "free=true": [urgent, late],
        "ward=00070&free=false": [plain],
        "photos=true": [],
        "channel=ihanoi": [urgent, late, plain],
        "received_from=2025-12-01&received_to=2025-12-01": [urgent, late, plain],
        "received_from=2025-12-02": [],
        "owner=so-yt": [],
        "updated_since=2025-12-01T03:02:30Z": [late],
    }.items():
        assert set(await officer.ids(f"{CASES}?{query}")) == {life.petition_id for life in expected}, query
        counted = await officer.get(f"{CASES}/count?{query}")
        assert counted == {"number": len(expected), "exact": True}, query
    assert set(await officer.ids(CASES)) == every


async def test_pages_follow_each_other_in_every_order(desk: Desk) -> None:
    """Page after page gives each case once, in the order of the whole."""
    lives = []
    for number, level in enumerate(itertools.islice(itertools.cycle(Level), 7)):
        life = desk.life(level=level)[1]
        start = life.start + timedelta(hours=number % 3)
        clock = ClockView(name=ClockName.ANSWER, started_at=start, due_at=start + timedelta(days=number % 4))
        life.happens(Accepted, view={"state": State.ACCEPTED, "clocks": (clock,), "received_at": start})
        lives.append(life)
    desk.project(*(sent for life in lives for sent in life.sent))
    officer = desk.officer()
    for sort in ("pressing", "due", "oldest", "newest", "level", "updated"):
        whole, paged, cursor = await officer.ids(f"{CASES}?sort={sort}"), [], ""
        while cursor is not None:
            page = await officer.get(f"{CASES}?sort={sort}&limit=2{cursor}")
            paged += [item["petition_id"] for item in page["items"]]
            cursor = f"&cursor={page['next']}" if page["next"] else None

        assert paged == whole, sort
        assert sorted(whole) == sorted(life.petition_id for life in lives), sort


async def test_a_page_beyond_five_hundred_is_reached(desk: Desk) -> None:
    """677 in a queue: all of them, page by page, and counted."""
    lives = [desk.life()[1] for _ in range(677)]
    desk.project(*(sent for life in lives for sent in life.sent))
    officer, seen, cursor = desk.officer(), set(), ""
    while cursor is not None:
        page = await officer.get(f"{CASES}?limit=200{cursor}")
        seen |= {item["petition_id"] for item in page["items"]}
        cursor = f"&cursor={page['next']}" if page["next"] else None

    assert len(seen) == 677
    assert await officer.get(f"{CASES}/count") == {"number": 677, "exact": True}


async def test_the_city_office_reads_what_stands_below(desk: Desk) -> None:
    """Who owes the answer stands in each line; a case that rose to the chairman stays in its sight; personal data is masked. An officer
    of a ward sees nothing of other offices."""
    life = desk.life(text="Cống vỡ, gọi 0912345678")[1]
    life.happens(Accepted, view={"state": State.ACCEPTED, "escalation": 3, "escalated_to": "ubnd-tp"})
    desk.project(*life.sent)
    city = desk.person(Post(Duty.CITY_OFFICE, "vp-ubnd"))
    ward = desk.person(Post(Duty.HEAD, "ward-00070"))
    (item,) = (await city.get("/v1/departments/vp-ubnd/cases?scope=branch"))["items"]
    case = await city.get(f"/v1/departments/vp-ubnd/queue/{life.petition_id}")

    assert (item["office"]["code"], item["petition_id"]) == ("so-xd", life.petition_id)
    assert "0912345678" not in item["text"] + case["text"]
    assert [line["type"] for line in case["timeline"]] == ["assigned", "accepted"]
    assert case["timeline"][0]["details"]["to_office"] == "so-xd"
    assert await city.ids("/v1/departments/vp-ubnd/cases?scope=all&q=cong vo") == [life.petition_id]
    assert await ward.ids("/v1/departments/ward-00070/cases?scope=branch") == []
    assert await desk.officer("vp-ubnd").ids("/v1/departments/vp-ubnd/cases?scope=branch") == []


async def test_the_operations_centre_reads_cases_masked(desk: Desk) -> None:
    """As the office sees them, but for personal data; it may do nothing."""
    life = desk.life(text="Cống vỡ, gọi 0912345678")[1]
    desk.project(*life.sent)
    centre = desk.person(Post(Duty.OPERATIONS))
    case = await centre.get(f"/v1/departments/so-xd/queue/{life.petition_id}")

    assert "0912345678" not in (await centre.get(CASES))["items"][0]["text"] + case["text"]
    assert "0912345678" in (await desk.officer().get(CASES))["items"][0]["text"]
    assert case["actions"] == []


async def test_erased_words_are_found_no_more(desk: Desk) -> None:
    """Nothing is left by which the case could be found but whose it is."""
    from consumers.read_model.tables import FORGET_WORDS

    life = desk.life()[1]
    desk.project(*life.sent)
    with psycopg.connect(desk.rig.database, autocommit=True) as table:
        table.execute(FORGET_WORDS, ([life.petition_id],))
    officer = desk.officer()

    assert await officer.ids(f"{CASES}?scope=all&q=nap cong") == []
    assert await officer.ids(f"{CASES}?scope=all") == [life.petition_id]


WRONG = (
    *("scope=none", "sort=none", "open=maybe", "level=none", "ward=none", "q=...", "received_from=yesterday", "updated_since=2025-12-01"),
    *("cursor=abc", "sort=newest&cursor=WzAsICJpbmZpbml0eSJd", "channel=%00", "officer=%00"),
)


async def test_a_wrong_parameter_is_named(desk: Desk) -> None:
    """400, and which."""
    officer = desk.officer()
    for query in WRONG:
        found = await officer.get(f"{CASES}?{query}", 400)

        assert found["fields"][0]["field"] == query.rpartition("&")[2].partition("=")[0], query


async def test_a_list_as_a_file_for_excel(desk: Desk) -> None:
    """UTF-8 with its mark, a row a case; what would be computed is a text. The same as XLSX."""
    life = desk.life(text='=HYPERLINK("http://x"); cống vỡ')[1]
    desk.project(*life.sent, *desk.life()[1].sent)
    officer = desk.officer()
    text = (await officer.ask("GET", f"{CASES}.csv")).content.decode("utf-8")
    table = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    book = (await officer.ask("GET", f"{CASES}.xlsx?q=hyperlink")).content

    assert text.startswith("\ufeff")
    assert {row["Mã phản ánh"]: row["Nội dung"] for row in table}[life.petition_id] == f"'{life.text}"
    assert len(table) == 2
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert sheet.count("<row ") == 2


async def test_an_offices_system_keeps_its_current_work(desk: Desk, tmp_path: Path) -> None:
    """The example: all of it at first, then only what has changed; what was answered or went elsewhere leaves the file."""
    stays, done, gone = (desk.life()[1] for _ in range(3))
    desk.project(*stays.sent, *done.sent, *gone.sent)
    first = await _example(desk, tmp_path)
    answered(done)
    transferred(gone, "so-nnmt")
    desk.project(*done.sent[1:], *gone.sent[1:])

    assert set(first) == {life.petition_id for life in (stays, done, gone)}
    assert set(await _example(desk, tmp_path)) == {stays.petition_id}


async def _example(desk: Desk, folder: Path) -> dict[str, object]:
    environment = {
        **os.environ,
        "PETITIONS_URL": str(desk.client.base_url).rstrip("/"),
        "PETITIONS_OFFICE": "so-xd",
        "PETITIONS_TOKEN": desk.credentials["departments"]["so-xd"],
    }
    program = Path(__file__).parents[2] / "docs" / "examples" / "current_work.py"
    run = await asyncio.create_subprocess_exec(sys.executable, program, folder / "work.json", env=environment)
    assert await run.wait() == 0
    return json.loads((folder / "work.json").read_text(encoding="utf-8"))["work"]
