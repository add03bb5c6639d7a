"""Who calls over HTTP: a machine by its bearer token, or a person by his session; and whether he may."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from starlette.requests import Request
from starlette.responses import Response

from schemas.authority import Call, Duty, Post, may, reads_plainly, roles_at
from schemas.events.base import Role
from schemas.identity.book import TokenBook
from schemas.identity.provider import Provider
from schemas.identity.sessions import Person, Sessions, form_token
from schemas.identity.settings import IdentitySettings
from schemas.identity.signing_in import Door
from schemas.platform.credentials import Credentials, Holder, Kind
from schemas.platform.pools import still_open
from schemas.reference import offices
from schemas.web import Problem

FORM_TOKEN = "x-csrf-token"  # noqa: S105 -- a header's name
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Caller:
    """`posts`: what he may follows from them; `person`: None for a machine."""

    posts: tuple[Post, ...]
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Acting:
    """The office for which somebody calls, the roles in which he speaks for it (none: he only reads), and who he is, if a person.
    `branch`: he reads the offices below, too. `plainly`: people's words as the office may read them, else with personal data masked."""

    office: str
    roles: tuple[Role, ...]
    id: str | None = None
    name: str = ""
    branch: bool = False
    plainly: bool = True


class Callers:
    """Knows callers by what they bring. A database that is away raises psycopg.OperationalError or PoolTimeout, for persons alone."""

    def __init__(self, settings: IdentitySettings, book: TokenBook, pool: AsyncConnectionPool[Any]) -> None:
        self._settings, self._book = settings, book
        self.sessions, self.door, self.provider = Sessions(pool, settings), Door(pool), Provider(settings, pool)

    def channel_of(self, key: str) -> str | None:
        """The channel whose intake key this is."""
        holder = self._book.holder_of(key)
        return holder.name if holder is not None and holder.kind is Kind.CHANNEL else None

    async def caller(self, request: Request) -> Caller:
        """Raise Problem 401 for nobody and for whom we do not know, 403 for a call of a session that no page of ours has made."""
        if (token := _bearer(request)) is not None:
            return Caller((_post(self._book.holder_of(token)),))
        secret = self.secret_of(request)
        if secret is None:
            raise Problem(401, "no-token", headers={"WWW-Authenticate": "Bearer"})
        person = await self.sessions.find(secret)
        if person is None:
            raise Problem(401, "session-over")
        if request.method not in _SAFE and not _from_our_page(request, secret):
            raise Problem(403, "foreign-page")
        return Caller(person.posts, person)

    async def allowed(self, request: Request, call: Call) -> Caller:
        """Who calls. Raise Problem 403 when none of his duties has this call."""
        who = await self.caller(request)
        if not may(who.posts, call):
            raise Problem(403, "not-your-duty")
        return who

    async def at_office(self, request: Request, call: Call) -> Acting:
        """For the office of the path's `{code}`. Raise Problem 403 for one where he has no such duty, 404 for one that is not there."""
        who = await self.allowed(request, call)
        code: str = request.path_params["code"]
        if not may(who.posts, call, code):
            raise Problem(403, "foreign-office")
        if code not in offices():
            raise Problem(404, "unknown-office")
        return Acting(
            code,
            roles_at(who.posts, code),
            who.person.id if who.person else None,
            who.person.name if who.person else "",
            branch=may(who.posts, Call.READ_BRANCH, code),
            plainly=reads_plainly(who.posts, code),
        )

    def secret_of(self, request: Request) -> str | None:
        """What the browser's cookie says."""
        return request.cookies.get(self._cookie(request))

    def remember(self, request: Request, response: Response, secret: str) -> None:
        """Give the session to the browser: for this site alone, out of reach of scripts, over https only where there is https."""
        response.set_cookie(
            self._cookie(request),
            secret,
            max_age=round(self._settings.session_hours * _HOUR_SECONDS),
            path="/",
            secure=self.is_https(request),
            httponly=True,
            samesite="strict",
        )

    def forget(self, request: Request, response: Response) -> None:
        response.delete_cookie(self._cookie(request), path="/", secure=self.is_https(request), httponly=True, samesite="strict")

    def is_https(self, request: Request) -> bool:
        """As the browser sees it: a proxy of ours may speak http to us."""
        return (self._settings.public_url or str(request.url)).startswith("https:")

    def address(self, request: Request, path: str) -> str:
        """The whole address of one of our pages, as the browser knows it."""
        return (self._settings.public_url or str(request.base_url)).rstrip("/") + path

    def _cookie(self, request: Request) -> str:
        # `__Host-`: a browser takes it from this very host and over https only, so that no other host of the domain can plant one.
        return "__Host-session" if self.is_https(request) else "session"


def _from_our_page(request: Request, secret: str) -> bool:
    return secrets.compare_digest(request.headers.get(FORM_TOKEN, "").encode(), form_token(secret).encode())


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def _post(holder: Holder | None) -> Post:
    if holder is None or holder.kind is Kind.CHANNEL:
        raise Problem(401, "unknown-token", headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return Post(Duty.ADMINISTRATOR) if holder.kind is Kind.ADMINISTRATOR else Post(Duty.OFFICE_SYSTEM, holder.name)


@asynccontextmanager
async def knowing(settings: IdentitySettings) -> AsyncIterator[Callers]:
    """Callers, while their connections live. A database that is away is waited for in the background."""
    book = TokenBook(Credentials.load(settings.credentials_file))
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        settings.database_url.get_secret_value(),
        min_size=1,
        max_size=4,
        timeout=2,
        open=False,
        check=still_open,
        kwargs={"autocommit": True},
    )
    await pool.open()
    keeping = asyncio.create_task(book.keep_up(pool, settings.token_refresh_seconds))
    try:
        yield Callers(settings, book, pool)
    finally:
        keeping.cancel()
        await pool.close()


async def while_allowed(
    parts: AsyncGenerator[bytes, None], check: Callable[[], Awaitable[object]], every_seconds: float
) -> AsyncGenerator[bytes, None]:
    """A stream's parts, until `check` raises a Problem: it is asked again before a part that comes so long after the last time."""
    asked = time.monotonic()
    async with aclosing(parts):
        async for part in parts:
            if time.monotonic() - asked >= every_seconds:
                try:
                    await check()
                except Problem:
                    return
                except (psycopg.OperationalError, PoolTimeout):
                    pass  # the stream was open before; it is asked again with the next part
                else:
                    asked = time.monotonic()
            yield part
