"""Each process is somebody of its own in the database, and may do what the table says and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from deploy.cluster.database_roles import GRANTS, ensure, url_for

_TRIES = {
    "select": "select 1 from {table} limit 0",
    "insert": "insert into {table} ({column}) select null where false",
    "update": "update {table} set {column} = {column} where false",
    "delete": "delete from {table} where false",
}

_TABLES = """
select c.table_name, min(c.column_name), bool_or(t.table_type = 'VIEW') from information_schema.columns c
join information_schema.tables t using (table_schema, table_name) where table_schema = 'public' group by 1
"""
"""A view can be written to by nobody, whatever he may."""


@pytest.fixture
def admin(database_url: Callable[[], str]) -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    """The administrator's address of a fresh database with its roles, and a connection."""
    url = database_url()
    with psycopg.connect(url, autocommit=True) as connection:
        assert ensure(connection, url)
        assert ensure(connection, url)  # again, as each start does
        yield url, connection


def _may(connection: psycopg.Connection[Any], query: str) -> bool:
    try:
        connection.execute(query)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


@pytest.mark.parametrize("process", GRANTS)
def test_a_process_may_do_what_the_table_says_and_nothing_else(admin: tuple[str, psycopg.Connection[Any]], process: str) -> None:
    """Every table, every kind of access, tried as the process; it owns nothing, makes nothing and is no superuser."""
    url, connection = admin
    tables = connection.execute(_TABLES).fetchall()
    with psycopg.connect(url_for(process, url), autocommit=True) as mine:
        found = {
            (table, kind): _may(mine, _TRIES[kind].format(table=table, column=column))
            for (table, column, is_view), kind in itertools.product(tables, _TRIES)
            if kind == "select" or not is_view
        }
        assert not _may(mine, "create table canary (a int)")
        assert not _may(mine, "alter table petition add column canary int")
        assert mine.execute("select rolsuper or rolcreaterole or rolcreatedb from pg_roles where rolname = current_user").fetchone() == (
            False,
        )

    allowed = {(table, kind) for table, kinds in GRANTS[process].items() for kind in kinds.split(", ")}
    assert {one for one, may in found.items() if may} == allowed


def test_who_is_not_in_the_table_has_the_address_that_was_given() -> None:
    """Streams and the dispatcher use no database; an address without a password is left alone."""
    assert url_for("case", "postgresql://a:b@h:1/x") == "postgresql://a:b@h:1/x"
    assert url_for("web", "postgresql:///x?host=/run") == "postgresql:///x?host=/run"
    assert url_for("web", "postgresql://a:b@h:1/x?sslmode=require").startswith("postgresql://petitions_web:")
    assert url_for("web", "postgresql://a:b@h:1/x?sslmode=require").endswith("@h:1/x?sslmode=require")
