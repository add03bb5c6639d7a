"""The database follows an index for whatever the desk asks often: looked up in its plan, with no clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import scalar_row

from consumers.read_model.cursors import Sort
from consumers.read_model.finding import Scope, Wanted, count_query, page_query
from deploy.one_machine.embedded import EmbeddedPostgres
from schemas.reference import below
from tests.desk.seeding import COMMON, OFFICE, RARE, seed

NOW = datetime.now(UTC)
ASKED = {
    "queue": Wanted(office=OFFICE, now=NOW),
    "queue, a later page": Wanted(office=OFFICE, now=NOW, after=(3, NOW.isoformat(), "0" * 26)),
    "by due": Wanted(office=OFFICE, now=NOW, sort=Sort.DUE),
    "mine": Wanted(office=OFFICE, now=NOW, scope=Scope.MINE, persons=("p-3",)),
    "by level": Wanted(office=OFFICE, now=NOW, sort=Sort.LEVEL),
    "late": Wanted(office=OFFICE, now=NOW, overdue=True),
    "late, of a kind, here": Wanted(office=OFFICE, now=NOW, overdue=True, category=("trees",), ward=("00070",)),
    "ended": Wanted(office=OFFICE, now=NOW, scope=Scope.OFFICE, open=False, sort=Sort.NEWEST),
    "given away": Wanted(office=OFFICE, now=NOW, scope=Scope.FORMER, sort=Sort.NEWEST),
    "all": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL),
    "all, by level": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, sort=Sort.LEVEL),
    "all, by due": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, sort=Sort.DUE),
    "all below": Wanted(office="vp-ubnd", now=NOW, scope=Scope.ALL, branch=below("vp-ubnd")),
    "all below, by level": Wanted(office="vp-ubnd", now=NOW, scope=Scope.ALL, branch=below("vp-ubnd"), sort=Sort.LEVEL),
    "changed since": Wanted(office=OFFICE, now=NOW, scope=Scope.OFFICE, sort=Sort.UPDATED, updated_since=NOW - timedelta(hours=3)),
    "below": Wanted(office="vp-ubnd", now=NOW, scope=Scope.BRANCH, open=True, branch=below("vp-ubnd")),
    "a rare word": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, words=(RARE, RARE + 7)),
    "a common word": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, words=(COMMON,)),
    "a word begun": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, words=(COMMON,), begun=(RARE, RARE - 900)),
    "only a word begun": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, begun=(RARE, RARE - 900)),
    "an id": Wanted(office=OFFICE, now=NOW, scope=Scope.ALL, id_from="0" * 20 + "00001f", id_to="0" * 20 + "00001fg"),
}


@pytest.fixture(scope="module")
def many(postgres: EmbeddedPostgres) -> psycopg.Connection:
    """Thirty thousand cases."""
    from deploy.cluster.migrate import migrate

    url = postgres.ensure_database("plans")
    migrate(url)
    with psycopg.connect(url, autocommit=True, row_factory=scalar_row) as connection:
        seed(connection, 30_000, 2_000)
        connection.execute("set enable_seqscan = off")  # a table so small may well be read whole; the question is whether it must be
        yield connection
    postgres.drop_database("plans")


def plan(connection: psycopg.Connection, query: tuple[str, dict]) -> str:
    return "\n".join(connection.execute(f"explain {query[0]}", query[1]).fetchall())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("make", [page_query, count_query])
def test_no_question_of_the_desk_must_read_the_whole_table(
    many: psycopg.Connection, name: str, make: Callable[[Wanted], tuple[str, dict]]
) -> None:
    """For cases and for words there is an index that gives them."""
    found = plan(many, make(ASKED[name]))

    assert "Seq Scan on petition" not in found, found
    assert "Seq Scan on case_words" not in found, found
    assert "Index" in found


@pytest.mark.parametrize("name", ["queue", "by level", "late", "late, of a kind, here", "ended"])
def test_what_is_counted_often_is_counted_in_an_index(many: psycopg.Connection, name: str) -> None:
    """Numbers of the usual views are asked again and again: no row of the table is read for those of the office's own cases."""
    found = plan(many, count_query(ASKED[name]))

    assert "Index Only Scan using petition_" in found, found
