"""Writing the read model: rows and offsets in one PostgreSQL transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg

from consumers.loop.offsets import Move, Offsets
from consumers.loop.postgres_sink import UnusableRow
from consumers.read_model.projection import Row, Rows
from consumers.read_model.tally import COUNT_SQL
from schemas.events.erasures import Forgotten
from schemas.reference import TRIAGE_OFFICE

# JSON, codes and instants never hold a control character, so a column travels as one text without any quoting.
_SEPARATOR = "\x01"
_PETITION_COLUMNS = (
    ("petition_id", "text"),
    ("seq", "int"),
    ("state", "text"),
    ("category", "text"),
    ("level", "text"),
    ("office", "text"),
    ("ward_code", "text"),
    ("channel", "text"),
    ("received_at", "timestamptz"),
    ("deadline", "timestamptz"),
    ("escalation", "int"),
    ("is_open", "bool"),
    ("queue_office", "text"),
    ("urgency", "smallint"),
    ("due", "timestamptz"),
    ("late_from", "timestamptz"),
    ("decider", "text"),
    ("escalated_to", "text"),
    ("co_offices", "text[]"),
    ("view", "json"),
    ("petition", "json"),
    ("classification", "json"),
    ("updated_at", "timestamptz"),
    ("officer", "text"),
    ("held_until", "timestamptz"),
    ("former", "text[]"),
)
_TIMELINE_COLUMNS = (
    ("petition_id", "text"),
    ("seq", "int"),
    ("event_id", "text"),
    ("type", "text"),
    ("at", "timestamptz"),
    ("data", "json"),
)
_WORDS_COLUMNS = (("petition_id", "text"), ("offices", "text[]"), ("words", "bigint[]"), ("photos", "bool"))
_KEPT_FROM_FIRST = ("petition", "classification")


_FORMER = f"""
case when petition.office is not distinct from excluded.office and excluded.former is null then petition.former else nullif(array(
    select distinct one collate "C" from unnest(petition.former || coalesce(petition.office, '{TRIAGE_OFFICE}') || excluded.former) as one
    where one <> coalesce(excluded.office, '{TRIAGE_OFFICE}') order by 1
), '{{}}') end
"""  # noqa: S608 -- a constant of ours
"""An office that had the case and has it no more is added; the one that has it now is none of them, however often it had it before."""

Forget = Callable[["psycopg.Connection[Any]", Sequence[Forgotten]], None]
"""May be called again for the same ones; raises one of `consumers.loop.sink.Unfinished`, psycopg.OperationalError: then it is."""


def _select(columns: Sequence[tuple[str, str]]) -> str:
    names = ", ".join(name for name, _ in columns)
    casts = ", ".join(f"coalesce({n}, '')" if n == "channel" else f"{n}::{kind}" for n, kind in columns)
    arrays = ", ".join(["string_to_array(%s, E'\\x01', '')"] * len(columns))
    return f"select {casts} from unnest({arrays}) as given ({names})"  # noqa: S608 — made of this module's constants


def _upsert_petition() -> str:
    names = ", ".join(name for name, _ in _PETITION_COLUMNS)
    plain = [n for n, _ in _PETITION_COLUMNS if n not in ("petition_id", "channel", "former", *_KEPT_FROM_FIRST)]
    changes = [f"{n} = excluded.{n}" for n in plain]
    changes += [f"{n} = coalesce(petition.{n}, excluded.{n})" for n in _KEPT_FROM_FIRST]
    changes += ["channel = coalesce(nullif(petition.channel, ''), excluded.channel)", f"former = {_FORMER}"]
    return (
        f"insert into petition ({names}) {_select(_PETITION_COLUMNS)} "
        f"on conflict (petition_id) do update set {', '.join(changes)} where petition.seq < excluded.seq"
    )


def _insert_timeline() -> str:
    """With what is counted of the rows that were not there yet."""
    names = ", ".join(name for name, _ in _TIMELINE_COLUMNS)
    new = f"insert into timeline ({names}) {_select(_TIMELINE_COLUMNS)} on conflict (petition_id, seq) do nothing returning type, at, data"
    more = ", ".join(f"{name} = event_count.{name} + excluded.{name}" for name in ("number", "in_time", "stars"))
    return f"with told as ({new}) insert into event_count {COUNT_SQL.format('told')} on conflict (day, office, type) do update set {more}"


def _merge_words() -> str:
    """Words and offices only come in addition; a row that has them all is not written again."""
    offices, words = (
        f"select array_agg(distinct one order by one) from (select unnest(case_words.{name} || excluded.{name}){order}) as given (one)"  # noqa: S608 -- constants
        for name, order in (("offices", ' collate "C"'), ("words", ""))
    )
    return (
        f"insert into case_words (petition_id, offices, words, photos) {_select(_WORDS_COLUMNS)} on conflict (petition_id) do update set "
        f"offices = ({offices}), words = coalesce(({words}), '{{}}'), photos = case_words.photos or excluded.photos "
        "where not (case_words.offices @> excluded.offices and case_words.words @> excluded.words and case_words.photos >= excluded.photos)"
    )


UPSERT_PETITION = _upsert_petition()
INSERT_TIMELINE = _insert_timeline()
MERGE_WORDS = _merge_words()
FORGET_WORDS = "update case_words set words = '{}', photos = false where petition_id = any(%s)"
"""What is left tells whose the case was, and nothing of what stood in it."""


class ReadModel:
    """Tables of a `PostgresSink`: a petition a row with its newest view, an event a row of its timeline, and events counted by day."""

    def __init__(self, url: str, consumer: str, topic: str, forget: Forget = lambda _connection, _forgotten: None) -> None:
        """`forget`: what else is done about those who were forgotten, before anything is written."""
        self._forget = forget
        self._connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True, connect_timeout=5, prepare_threshold=2)
        # A crash of PostgreSQL may lose the newest transactions; their offsets go with them, and they are read again.
        self._connection.execute("set synchronous_commit = off")
        self._offsets = Offsets(self._connection, consumer, topic)

    def close(self) -> None:
        self._connection.close()

    def position(self, partition: int) -> int:
        return self._offsets.position(partition)

    def committed(self, partitions: Iterable[int]) -> dict[int, int]:
        return self._offsets.committed(partitions)

    def write(self, rows: Rows, moves: Sequence[Move]) -> None:
        """Write all or nothing. Raise NotMine when another owner moved an offset, one of `CannotWrite` for a bad row."""
        petitions, timeline, words = _columns(rows.petitions), _columns(rows.timeline), _columns(rows.words)
        if rows.forgotten:
            self._forget(self._connection, rows.forgotten)
        with self._connection.transaction():
            # 1. The offsets first: their row locks make a second owner of the partition wait, and then see that it is too late.
            self._offsets.move(moves)
            # 2. The effect.
            if petitions:
                self._connection.execute(UPSERT_PETITION, petitions)
            if words:
                self._connection.execute(MERGE_WORDS, words)
            if rows.forgotten:
                self._connection.execute(FORGET_WORDS, ([one.petition_id for one in rows.forgotten],))
            # 3. At last what several owners count in the same rows: each waits for the others as short as can be.
            if timeline:
                self._connection.execute(INSERT_TIMELINE, timeline)


def _columns(rows: Sequence[Row]) -> list[str]:
    columns = [_SEPARATOR.join(column) for column in zip(*rows, strict=True)]
    if any(column.count(_SEPARATOR) != len(rows) - 1 for column in columns):
        raise UnusableRow("a control character in a column")
    return columns
