"""Machines' tokens: kept as hashes, expiring, rotated with overlap, revoked while the service runs."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg_pool import AsyncConnectionPool

from deploy.identity.tokens import tokens as command
from schemas.identity import tokens
from schemas.identity.book import TokenBook
from schemas.platform.credentials import Credentials, Holder, Kind, digest

OFFICE = Holder(Kind.OFFICE, "so-xd")
LONG, OVERLAP = timedelta(days=30), timedelta(hours=1)


@pytest.fixture
def url(database_url: Callable[[], str]) -> str:
    return database_url()


@pytest.fixture
def table(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@asynccontextmanager
async def pool_of(url: str) -> AsyncIterator[AsyncConnectionPool[Any]]:
    async with AsyncConnectionPool(url, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}) as pool:
        yield pool


async def book_of(url: str, credentials: Credentials | None = None, ahead: float = 0.0) -> TokenBook:
    """As a process has it that has just read; `ahead`: its clock, in seconds."""
    import time

    book = TokenBook(credentials or Credentials({}), lambda: time.time() + ahead)
    async with pool_of(url) as pool:
        await book.read(pool)
    return book


def test_no_token_stands_in_the_database(table: psycopg.Connection[Any]) -> None:
    """Of a token there is nothing but a digest, of which half is its name for people."""
    issued = tokens.issue(table, OFFICE, LONG, "lịch sử")
    row = str(table.execute("select to_jsonb(machine_token) from machine_token").fetchone())

    assert issued.token not in row
    assert digest(issued.token).hex() in row
    assert digest(issued.token).hex().startswith(issued.id)


def test_a_token_has_192_random_bits(table: psycopg.Connection[Any]) -> None:
    """So a fast hash of it is enough; no two are alike."""
    made = {tokens.issue(table, OFFICE, LONG).token for _ in range(20)}

    assert len(made) == 20
    assert {len(token) for token in made} == {32}  # in base64, six bits a letter


async def test_a_token_is_good_until_it_expires(url: str, table: psycopg.Connection[Any]) -> None:
    """By the clock of who asks, also while the table cannot be read again."""
    token = tokens.issue(table, OFFICE, timedelta(minutes=5)).token

    assert (await book_of(url, ahead=240)).holder_of(token) == OFFICE
    assert (await book_of(url, ahead=360)).holder_of(token) is None


async def test_a_rotated_token_overlaps_with_its_successor(url: str, table: psycopg.Connection[Any]) -> None:
    """Both are good at first, the new one alone after the overlap."""
    old = tokens.issue(table, OFFICE, LONG, "hàng chờ")
    new = tokens.rotate(table, old.id, LONG, OVERLAP)
    now, later = await book_of(url), await book_of(url, ahead=3700)

    assert [now.holder_of(one.token) for one in (old, new)] == [OFFICE, OFFICE]
    assert [later.holder_of(one.token) for one in (old, new)] == [None, OFFICE]
    assert [(line.note, line.standing) for line in tokens.listed(table)] == [("hàng chờ", "valid")] * 2


def test_rotation_never_lengthens_a_token(table: psycopg.Connection[Any]) -> None:
    """What would expire within the overlap does so."""
    old = tokens.issue(table, OFFICE, timedelta(minutes=5))
    tokens.rotate(table, old.id, LONG, OVERLAP)
    expires = {line.id: line.expires_at for line in tokens.listed(table)}

    assert expires[old.id] == old.expires_at


def test_only_what_holds_is_rotated(table: psycopg.Connection[Any]) -> None:
    """Not a revoked one, an expired one, or one that is not there: nothing is made for them."""
    revoked, expired = tokens.issue(table, OFFICE, LONG), tokens.issue(table, OFFICE, timedelta(0))
    tokens.revoke(table, revoked.id)

    for id_ in (revoked.id, expired.id, "none"):
        with pytest.raises(tokens.UnknownToken):
            tokens.rotate(table, id_, LONG, OVERLAP)
    assert [line.standing for line in tokens.listed(table)] == ["revoked", "expired"]


async def test_a_running_process_takes_up_what_was_issued_and_what_was_revoked(url: str, table: psycopg.Connection[Any]) -> None:
    """By looking again and again; nothing is started anew."""
    book = TokenBook(Credentials({}))
    issued = tokens.issue(table, OFFICE, LONG)
    async with pool_of(url) as pool:
        keeping = asyncio.create_task(book.keep_up(pool, 0.01))
        async with asyncio.timeout(30):
            while book.holder_of(issued.token) is None:  # noqa: ASYNC110 -- there is no event to wait for
                await asyncio.sleep(0.01)
            tokens.revoke(table, issued.id)
            while book.holder_of(issued.token) is not None:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        keeping.cancel()

    assert book.holder_of(issued.token) is None


async def test_a_token_of_the_file_can_be_revoked_and_rotated(url: str, table: psycopg.Connection[Any]) -> None:
    """It is made known at a start; again changes nothing. The table ends it although it stands in the file still."""
    given, other = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
    file = Credentials({digest(given): OFFICE, digest(other): Holder(Kind.CHANNEL, "ihanoi")})
    tokens.enrol(table, file.holders)
    before = await book_of(url, file)
    new = tokens.rotate(table, digest(given).hex()[:12], LONG, OVERLAP)
    tokens.revoke(table, digest(other).hex()[:12])
    tokens.enrol(table, file.holders)
    now, later = await book_of(url, file), await book_of(url, file, ahead=3700)

    assert [before.holder_of(token) for token in (given, other)] == list(file.holders.values())
    assert [now.holder_of(token) for token in (given, new.token, other)] == [OFFICE, OFFICE, None]
    assert [later.holder_of(token) for token in (given, new.token)] == [None, OFFICE]


async def test_a_token_that_left_the_file_is_good_no_more(url: str, table: psycopg.Connection[Any]) -> None:
    """Although the table knows it: the file is where it was given out."""
    given = secrets.token_urlsafe(24)
    tokens.enrol(table, {digest(given): OFFICE})

    assert (await book_of(url, Credentials({}))).holder_of(given) is None


def test_commands_issue_list_rotate_and_revoke(url: str, table: psycopg.Connection[Any], tmp_path: Path) -> None:
    """The token goes to standard output alone, once; afterwards it is named by its id."""

    def ask(*arguments: str) -> Any:
        return CliRunner(env={"DATABASE_URL": url}).invoke(command, [*arguments, "--data", str(tmp_path)])

    issued = ask("issue", "office", "so-xd", "--days", "7")
    token, (line,) = issued.stdout.strip(), tokens.listed(table)
    rotated = ask("rotate", line.id, "--overlap-hours", "0")
    ask("revoke", line.id)
    listed = json.loads(ask("list", "--json").stdout)

    assert len(token) == 32
    assert line.id in issued.stderr
    assert [one["standing"] for one in listed] == ["revoked", "valid"]
    assert not [one for one in (token, rotated.stdout.strip()) if one in ask("list", "--json").stdout]
    assert ask("issue", "office", "so-none").exit_code == ask("issue", "administrator", "x").exit_code == 2
    assert "no token none" in str(ask("revoke", "none").exception)
