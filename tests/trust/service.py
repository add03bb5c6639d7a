"""The application with persons who sign in, over a real database; what would go to Kafka is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg

from deploy.cluster.migrate import migrate
from deploy.web.server import application
from producers.http import prepare
from schemas.authority import Holding, Post
from schemas.events import tracking
from schemas.identity import persons
from tests.producers.conftest import settings_for
from tests.producers.support import SECRET
from tests.producers.test_actions import put_case
from tests.producers.test_same_answers import Desk

PASSWORD = "một mật khẩu đủ dài"
HTTP, HTTPS = "http://127.0.0.1", "https://phananh.example"
_LOGINS = iter(f"nguoi-{number}" for number in range(1000))


@dataclass
class Service:
    """The application, and the tables behind it."""

    transport: httpx.ASGITransport
    desk: Desk
    database: str
    table: psycopg.Connection[Any]

    def browser(self, url: str = HTTP) -> httpx.AsyncClient:
        """Keeps cookies, as a browser does."""
        return httpx.AsyncClient(transport=self.transport, base_url=url)

    def person(self, *posts: Post, subject: str | None = None) -> tuple[str, str]:
        """A new one's login and id; with a `subject` he signs in at the provider and has no password."""
        login = next(_LOGINS)
        password = None if subject else PASSWORD
        return login, persons.add(self.table, login, "Ông Nguyễn Văn Kín", posts, password=password, subject=subject)

    def case(self, office: str = "so-xd") -> str:
        petition_id = tracking.petition_id(SECRET.encode(), tracking.new_code())
        put_case(self.table, petition_id, Holding("assigned", office))
        return petition_id


@asynccontextmanager
async def serving(database: str, folder: Path, **changes: Any) -> AsyncIterator[Service]:
    """`changes`: to its settings."""
    migrate(database)
    settings = settings_for("nowhere", database, folder).model_copy(update={"action_wait_ms": 0, **changes})
    desk = Desk()
    async with prepare(settings, publisher=desk) as routes:
        with psycopg.connect(database, autocommit=True) as table:
            yield Service(httpx.ASGITransport(application(routes, lambda: True)), desk, database, table)


async def sign_in(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return await browser.post("/session", json={"login": login, "password": password}, headers=headers)


async def form_token(browser: httpx.AsyncClient) -> dict[str, str]:
    return {"X-CSRF-Token": (await browser.get("/session")).json()["form_token"]}
