"""The desk over HTTP, on real Kafka and PostgreSQL, for persons who have signed in."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from schemas.authority import Duty, Post
from schemas.identity import persons
from schemas.identity.sessions import form_token
from schemas.platform.credentials import digest, new_token
from tests.consumers.conftest import Rig, broker, rig, shared_producer
from tests.consumers.web import Web, serving

__all__ = ["broker", "rig", "shared_producer"]
_NUMBERS = itertools.count(1)


@dataclass
class Officer:
    """A person with a session."""

    id: str
    client: httpx.AsyncClient
    cookies: str
    form: str

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        headers = {"cookie": self.cookies, "x-csrf-token": self.form}
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json() if "json" in answer.headers["content-type"] else answer

    async def get(self, path: str, status: int = 200) -> Any:
        return await self.ask("GET", path, status=status)

    async def ids(self, path: str) -> list[str]:
        return [item["petition_id"] for item in (await self.get(path))["items"]]


@dataclass
class Desk(Web):
    """A running app, and persons at it."""

    def person(self, *posts: Post, name: str = "Trần Thị Bình") -> Officer:
        secret = new_token()
        with psycopg.connect(self.rig.database, autocommit=True) as table:
            id_ = persons.add(table, f"can-bo-{next(_NUMBERS)}", name, posts)
            table.execute(
                "insert into session (digest, person_id, ends_at) values (%s, %s, now() + interval '1 hour')", (digest(secret), id_)
            )
        return Officer(id_, self.client, f"session={secret}", form_token(secret))

    async def sql(self, statement: str) -> None:
        async with await psycopg.AsyncConnection.connect(self.rig.database, autocommit=True) as table:
            await table.execute(statement)  # type: ignore[arg-type]

    def officer(self, office: str = "so-xd", name: str = "Trần Thị Bình") -> Officer:
        return self.person(Post(Duty.OFFICER, office), name=name)


@pytest.fixture
async def desk(rig: Rig, tmp_path: Path) -> AsyncIterator[Desk]:
    async with serving(rig, tmp_path, notice_media="email") as made:
        yield Desk(made.client, made.rig, made.credentials, made.showing)
