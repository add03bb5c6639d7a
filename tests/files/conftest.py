"""The application that takes files in, over real HTTP and a real database, on each kind of store; what would go to Kafka is kept."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import psycopg
import pytest
import pytest_asyncio
import uvicorn
from moto.server import ThreadedMotoServer

from deploy.cluster.migrate import migrate
from deploy.one_machine.embedded import EmbeddedPostgres
from deploy.one_machine.embedded.ports import free_port
from deploy.web.protocol import Guarded
from deploy.web.server import application
from producers.files.files import Files
from producers.http import prepare
from producers.kafka.pending import Done
from producers.kafka.publisher import Outgoing, Publisher
from producers.settings import HttpSettings
from tests.plain_http import PLAIN
from tests.producers.conftest import settings_for
from tests.producers.support import KEY

BUCKET_KEY = "access-of-the-tests"


@dataclass
class Kept(Publisher):
    """Keeps what is published instead of sending it."""

    sent: list[dict[str, Any]] = field(default_factory=list)

    def publish(self, event: Outgoing, done: Done) -> None:
        self.sent.append(json.loads(event.value))
        done(None)


@dataclass
class Service:
    """`url`: where it listens; `files`: what it knows of files; `folder`: of a directory's store."""

    url: str
    client: httpx.AsyncClient
    files: Files
    kept: Kept
    table: psycopg.Connection[Any]
    folder: Path

    async def upload(self, content: bytes, name: str = "anh.jpg", **headers: str) -> httpx.Response:
        return await self.client.post("/v1/files", files={"file": (name, content, "application/x-whatever")}, headers=headers)

    async def uploaded(self, content: bytes) -> dict[str, Any]:
        answer = await self.upload(content)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    async def submit(self, *files: dict[str, Any], **about: Any) -> httpx.Response:
        claims = [{"id": one["file_id"], "token": one["token"]} for one in files]
        body = {"channel": "ihanoi", "text": "Hố ga mất nắp trước số 12 phố Hàng Bè", "files": claims, **about}
        return await self.client.post("/v1/petitions", json=body, headers={"X-API-Key": KEY})

    async def content(self, file_id: str, part: str = "whole") -> bytes:
        return b"".join([chunk async for chunk in self.files.store.read(file_id, part)])

    def rows(self) -> set[str]:
        return {row[0] for row in self.table.execute("select file_id from file")}


@pytest.fixture(scope="session")
def bucket() -> Iterator[dict[str, Any]]:
    """Settings of a bucket in an S3 store that others wrote."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    about = {
        "files_endpoint": f"http://{host}:{port}",
        "files_key_id": BUCKET_KEY,
        "files_key_secret": "x" * 20,
        "files_bucket": "phan-anh",
    }
    keys = {"aws_access_key_id": BUCKET_KEY, "aws_secret_access_key": "x" * 20}
    boto3.client("s3", endpoint_url=about["files_endpoint"], region_name="us-east-1", **keys).create_bucket(Bucket="phan-anh")
    yield about
    server.stop()


@pytest.fixture(scope="session")
def files_database(postgres: EmbeddedPostgres) -> str:
    url = postgres.ensure_database("files")
    migrate(url)
    return url


@asynccontextmanager
async def serving(database: str, folder: Path, **about: Any) -> AsyncIterator[Service]:
    """`about`: to its settings."""
    usual = settings_for("nowhere", database, folder).model_dump()
    settings = HttpSettings.model_validate(usual | {"files_dir": folder / "files", **about})
    kept, port = Kept(), free_port()
    async with prepare(settings, publisher=kept) as routes:
        server = uvicorn.Server(uvicorn.Config(application(routes, lambda: True), port=port, http=Guarded, log_config=None, lifespan="off"))
        running = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
            await asyncio.sleep(0.01)
        url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=url, timeout=60, verify=PLAIN) as client:
            with psycopg.connect(database, autocommit=True) as table:
                yield Service(url, client, routes.files, kept, table, folder / "files")
        server.should_exit = True
        await running


@pytest_asyncio.fixture(params=["directory", "bucket"])
async def service(request: pytest.FixtureRequest, files_database: str, tmp_path: Path) -> AsyncIterator[Service]:
    """On a directory, and on a bucket."""
    about = request.getfixturevalue("bucket") if request.param == "bucket" else {}
    async with serving(files_database, tmp_path, **about) as made:
        yield made


@pytest_asyncio.fixture
async def plain(files_database: str, tmp_path: Path) -> AsyncIterator[Service]:
    """On a directory alone, where the store makes no difference."""
    async with serving(files_database, tmp_path) as made:
        yield made


def key() -> str:
    """Of a petition that no other test has."""
    return secrets.token_hex(8)
