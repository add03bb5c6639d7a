"""Open data: the same record gives the same bytes, in three forms that say the same, with nothing that anybody wrote."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from arro3.io import read_parquet
from starlette.applications import Starlette

from consumers.http.public.open_data import open_data_routes
from consumers.open_data import folder, rows
from consumers.open_data.columns import COLUMNS
from consumers.open_data.files import DESCRIPTION, files
from consumers.open_data.rows import Row, Span
from schemas.events import case as events
from schemas.events.numbers import Numbers
from schemas.events.standing import State
from tests.consumers.events import CITIZEN, answered, transferred
from tests.consumers.web import SECRET, Web

SPAN = Span(date(2026, 11, 26), date(2026, 11, 26))
ROW: Row = {
    "number": "n" * 26,
    "received_on": date(2026, 11, 20),
    "category": "waste",
    "ward": "00070",
    "level": "ordinary",
    "state": "answered",
    "office": "ward-00070",
    "deadline_on": date(2026, 12, 1),
    "answered_on": date(2026, 11, 26),
    "result": "done",
    "in_time": True,
    "was_late": False,
    "escalation": 0,
    "transfers": 1,
    "reopened": 0,
}
UNKNOWN: Row = {**ROW, "number": "o" * 26, **dict.fromkeys(("ward", "office", "deadline_on", "answered_on", "result", "in_time"))}


def test_three_forms_say_the_same_and_the_same_rows_are_the_same_bytes() -> None:
    """Each column with its type; what is not known is empty, null, null."""
    made, again = files([ROW, UNKNOWN], SPAN), files([ROW, UNKNOWN], SPAN)
    table = read_parquet(io.BytesIO(made["petitions.parquet"])).read_all()
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    as_parquet = [{name: values[number] for name, values in columns.items()} for number in range(2)]
    as_json = [json.loads(line) for line in made["petitions.jsonl"].splitlines()]
    as_csv = list(csv.DictReader(io.StringIO(made["petitions.csv"].decode())))

    assert made == again
    assert as_parquet == [ROW, UNKNOWN]
    assert as_json == [
        {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()} for row in (ROW, UNKNOWN)
    ]
    assert (as_csv[0]["answered_on"], as_csv[0]["in_time"], as_csv[1]["in_time"], as_csv[1]["ward"]) == ("2026-11-26", "true", "", "")


def test_the_description_tells_each_column_and_what_the_files_are() -> None:
    """As a Data Package, so that programs check what they have loaded; also for a day on which nothing happened."""
    made = files([], SPAN)
    described = json.loads(made[DESCRIPTION])

    assert {one["path"] for one in described["resources"]} == made.keys() - {DESCRIPTION}
    for one in described["resources"]:
        assert one["hash"] == f"sha256:{hashlib.sha256(made[one['path']]).hexdigest()}"
        assert [field["name"] for field in one["schema"]["fields"]] == [column.name for column in COLUMNS]
        assert all(field["description"] and field["description_vi"] for field in one["schema"]["fields"])


def serving(out: Path | None) -> httpx.AsyncClient:
    routes = open_data_routes(out)
    return httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)), base_url="http://city.example")


async def test_a_folder_is_replaced_whole_and_only_a_day_s_files_are_served(tmp_path: Path) -> None:
    """Whatever is asked for: a path that climbs out, a span, another file that lies there."""
    for name in ("2026-11-25", "2026-11-26", "2026-11-01_2026-11-26"):
        folder.put(tmp_path, name, {**files([], SPAN), "note.txt": b"ours"})
    folder.put(tmp_path, "2026-11-26", files([ROW], SPAN))
    async with serving(tmp_path) as client:
        listed = (await client.get("/v1/public/open-data")).json()
        fetched = [await client.get(one["url"]) for one in listed["files"]]
        others = ("2026-11-25/note.txt", "2026-11-26/none.csv", "..%2F2026-11-26/petitions.csv", "2026-11-01_2026-11-26/petitions.csv")
        refused = [(await client.get(f"/v1/public/open-data/{path}")).status_code for path in others]

    assert (listed["day"], [one["name"] for one in listed["files"]]) == ("2026-11-26", sorted(files([], SPAN)))
    assert [len(answer.content) for answer in fetched] == [one["bytes"] for one in listed["files"]]
    assert all(answer.headers["cache-control"] == "public, max-age=60" and answer.headers["etag"] for answer in fetched)
    assert refused == [404] * len(others)


async def test_where_nothing_is_published_the_list_is_empty(tmp_path: Path) -> None:
    """Without a directory, and with one in which no day lies yet."""
    for out in (None, tmp_path, tmp_path / "missing"):
        async with serving(out) as client:
            assert (await client.get("/v1/public/open-data")).json() == {"day": None, "files": []}


async def test_a_day_s_rows_are_petitions_as_they_stood_at_its_end(web: Web) -> None:
    """What came after is not in them; nor is a sandbox's, or what is not for all by then or by now. Made anew they are the same."""
    began = datetime(2026, 11, 25, 3, tzinfo=UTC)
    _, life = web.life(start=began)
    transferred(life, "so-nnmt", reason="Bà Lan ở số 5")
    answered(life)
    _, secret = web.life(start=began)
    secret.happens(events.Extended, view={"category": "official-conduct"}, deadline_before=began, deadline_after=began)
    _, later = web.life(start=began + timedelta(days=1))
    web.project(*life.sent, *secret.sent, *later.sent)
    first = read(web, "2026-11-25")

    life.happens(events.Reopened, actor=CITIZEN, reason="Chưa xong", view={"state": State.ACCEPTED, "reopened": 1})
    web.project(life.sent[-1])
    with psycopg.connect(web.rig.database, autocommit=True) as table:
        table.execute("update timeline set at = at + interval '1 day' where type = 'reopened'")

    assert read(web, "2026-11-25") == first
    (row,) = first
    assert (row["state"], row["office"], row["result"], row["in_time"], row["transfers"], row["reopened"]) == (
        "answered",
        "so-nnmt",
        "done",
        True,
        1,
        0,
    )
    assert [(one["state"], one["reopened"]) for one in read(web, "2026-11-26")] == [("accepted", 1), ("assigned", 0)]
    assert "Lan" not in str(first)


def read(web: Web, day: str) -> list[dict[str, Any]]:
    span = Span(date.fromisoformat(day), date.fromisoformat(day))
    with psycopg.connect(web.rig.database) as connection:
        return rows.read(connection, span, Numbers((SECRET.encode(),)))


@pytest.mark.parametrize(("first", "name"), [("2026-11-26", "2026-11-26"), ("2026-11-01", "2026-11-01_2026-11-26")])
def test_a_span_is_of_whole_days_in_hanoi(first: str, name: str) -> None:
    """From midnight to midnight there."""
    span = Span(date.fromisoformat(first), date(2026, 11, 26))

    assert span.name == name
    assert span.end == datetime(2026, 11, 26, 17, tzinfo=UTC)
