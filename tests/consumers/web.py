"""A running consumers' app on real Kafka and PostgreSQL, as the tests of what it shows use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn
from httpx_sse import EventSource
from starlette.applications import Starlette

from consumers.http import Showing, prepare
from consumers.kafka.records import Record
from consumers.read_model.projection import project
from consumers.read_model.tables import ReadModel
from consumers.read_model.words import Index, marker
from consumers.settings import ViewSettings
from deploy.one_machine.embedded.ports import free_port
from schemas.commands.calls import StreamEvent
from schemas.events import tracking
from schemas.events.topics import EVENTS
from schemas.platform.credentials import generate
from tests.consumers.events import Life, Sent
from tests.plain_http import PLAIN

if TYPE_CHECKING:
    from tests.consumers.conftest import Rig

SECRET = "s" * 32
PATIENCE_SECONDS = 30


@dataclass
class Web:
    """A running consumers' app, and ways to give it petitions."""

    client: httpx.AsyncClient
    rig: Rig
    credentials: dict[str, Any]
    showing: Showing

    def life(self, **about: Any) -> tuple[str, Life]:
        code = tracking.new_code()
        life = Life(petition_id=tracking.petition_id(SECRET.encode(), code), **about)
        life.begins()
        return code, life

    def project(self, *sent: Sent) -> None:
        """Write events straight into the read model."""
        model = ReadModel(self.rig.database, "test", EVENTS.name)
        records = [Record(n, 1, one.key, one.value, one.headers) for n, one in enumerate(sent)]
        model.write(project(records, Index(marker((SECRET.encode(),)))), [])
        model.close()

    async def publish(self, *sent: Sent) -> None:
        await asyncio.to_thread(self.rig.write, *sent)

    async def get(self, path: str, status: int = 200, **headers: str) -> Any:
        answer = await self.client.get(path, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    def token(self, office: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.credentials['departments'][office]}"}

    @asynccontextmanager
    async def stream(self, path: str, **headers: str) -> AsyncIterator[Callable[[], Any]]:
        """Gives a function that waits for the next event."""
        async with self.client.stream("GET", path, headers=headers, timeout=PATIENCE_SECONDS) as answer:
            assert answer.status_code == 200
            events = _events(EventSource(answer))
            yield lambda: asyncio.wait_for(anext(events), PATIENCE_SECONDS)


async def _events(source: EventSource) -> AsyncIterator[StreamEvent]:
    async for event in source.aiter_sse():
        if event.data:
            yield StreamEvent(event.id, event.event, json.loads(event.data))


@asynccontextmanager
async def serving(rig: Rig, folder: Path, **more: Any) -> AsyncIterator[Web]:
    """The app on a database and a broker of its own; `folder` takes its credentials, `more` are settings."""
    credentials = generate()
    (folder / "credentials.json").write_text(json.dumps(credentials))
    settings = ViewSettings(
        kafka_bootstrap_servers=rig.bootstrap,
        database_url=rig.database,
        tracking_secret=SECRET,
        keyring_file=rig.keyring,
        credentials_file=folder / "credentials.json",
        arrival_wait_ms=1500,
        heartbeat_seconds=0.5,
        **more,
    )
    async with prepare(settings) as showing:
        port = free_port()
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=list(showing)), port=port, log_config=None, lifespan="off"))
        serving = asyncio.create_task(server.serve())
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not (server.started and showing.ready()):  # noqa: ASYNC110 — there is no event to wait for
                await asyncio.sleep(0.02)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE_SECONDS, verify=PLAIN) as client:
            yield Web(client, rig, credentials, showing)
        showing.stop()
        server.should_exit = True
        await serving
