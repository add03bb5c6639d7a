"""Texts that PostgreSQL stores but cannot read: one bad row never breaks a page, an aggregate or its neighbours."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from consumers.kafka.records import Record
from consumers.loop.offsets import Move
from consumers.read_model import figures
from consumers.read_model.finding import Wanted
from consumers.read_model.projection import project
from consumers.read_model.reading import opened
from consumers.read_model.storable import storable
from consumers.read_model.tables import ReadModel
from consumers.read_model.tally import COUNT_SQL
from consumers.views import operations
from deploy.cluster.migrate import migrate
from schemas.events import case as events
from tests.consumers.events import Life, Sent, answered

NOW = datetime(2025, 12, 2, tzinfo=UTC)
BAD = ["\\u0000", "\\ud83d", "\\udd25", "\\udd25\\ud83d", "\\u0000\\u0000"]
GOOD = ["\\ud83d\\udd25", "\\\\u0000", "\\\\\\\\ud83d", "\\u00e9", '\\n\\t\\"', "đ"]


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_read_stays_as_it_is(text: str) -> None:
    """Pairs of surrogates, a backslash before `u0000`, other escapes."""
    value = f'{{"text":"{text}"}}'.encode()

    assert storable(value) == value


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_read_is_replaced_where_it_stands(text: str) -> None:
    """U+0000 and halves of surrogate pairs become U+FFFD, what stands around them stays; a backslash before is no excuse."""
    for before in ("", "a", "\\\\", "\\n"):
        found = json.loads(storable(f'{{"text":"{before}{text}z"}}'.encode()))["text"]

        assert found == json.loads(f'"{before}"') + "\ufffd" * text.count("\\u") + "z"


def record(sent: Sent) -> Record:
    return Record(sent.event.seq, 1, sent.key, sent.value, sent.headers)


def spoilt(sent: Sent, text: str, bad: str) -> Record:
    value = sent.value.replace(text.encode(), text.encode() + bad.encode())
    assert value != sent.value
    return Record(sent.event.seq, 1, sent.key, value, sent.headers)


def escalated_and_answered(bad: str) -> list[Record]:
    """A petition with a bad text, escalated; and another one that got an answer with a bad text."""
    risen, done = Life(), Life()
    first = risen.begins()
    rise = risen.happens(
        events.Escalated,
        view={"escalation": 2, "escalated_to": "vp-ubnd", "breached": True},
        clock="answer",
        to_office="vp-ubnd",
        rung=2,
        because="deadline",
    )
    return [
        spoilt(first, risen.text, bad),
        record(rise),
        record(done.begins()),
        spoilt(answered(done), "Đã thay nắp cống", bad),
    ]


async def everything_shown(url: str, petition_ids: list[str]) -> list[Any]:
    """What the pages of citizens, offices and the operations centre read; raises when a query does."""
    async with opened(url, 1) as reader:
        rows = await figures.read(reader, NOW)
        shown = operations.figures(rows, NOW, "vi")
        snapshots = [await reader.snapshot(petition_id) for petition_id in petition_ids]
        return [shown, *snapshots, *await reader.find(Wanted(office="so-xd", limit=10, now=NOW))]


@pytest.mark.parametrize("bad", BAD[:2], ids=["U+0000", "half a pair"])
def test_no_page_is_broken_by_a_text_that_cannot_be_read(database_url: Callable[[], str], bad: str) -> None:
    """Escalated, answered, in a queue, on its timeline: every query gives its figures, the bad texts included, without the letter."""
    url, records = database_url(), escalated_and_answered(bad)
    model = ReadModel(url, "projector", "petitions.events")
    rows = project(records)
    model.write(rows, [Move(0, model.position(0), 10)])
    model.close()
    figures, risen, done, line = asyncio.run(everything_shown(url, [records[0].key.decode(), records[2].key.decode()]))  # type: ignore[union-attr]

    assert rows.rejected == []
    (shown,) = figures["escalations"]["items"]
    assert shown["text"].endswith("\ufffd")
    assert [one["answered"] for one in figures["league"]] == [1]
    assert risen.petition["text"] == line.petition["text"] == shown["text"]
    assert "\ufffd" in done.entries[-1].data["text"]


def test_rows_from_before_are_mended(database_url: Callable[[], str]) -> None:
    """A read model that was filled without the replacement is readable after the migration; what only looks alike stays."""
    url = database_url()
    model = ReadModel(url, "projector", "petitions.events")
    records = escalated_and_answered("\\\\u0000")
    rows = project(records)
    rows.petitions = [tuple(column.replace("\\\\u0000", "\\\\u0000 \\u0000") for column in row) for row in rows.petitions]
    model.write(rows, [Move(0, model.position(0), 10)])
    model.close()
    ids = [records[0].key.decode(), records[2].key.decode()]  # type: ignore[union-attr]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(r"update timeline set data = replace(data::text, '\\u0000', '\\u0000 \u0000')::json")
        with pytest.raises(psycopg.DataError):
            connection.execute(COUNT_SQL.format("timeline"))
        connection.execute("delete from schema_migration where name = 'consumers/0005_unreadable_text.sql'")

    assert migrate(url) == ["consumers/0005_unreadable_text.sql"]
    figures, _, done, _ = asyncio.run(everything_shown(url, ids))
    assert figures["escalations"]["items"][0]["text"].endswith("\\u0000 \ufffd")
    assert "\\u0000 \ufffd" in done.entries[-1].data["text"]
