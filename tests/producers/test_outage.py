"""Kafka or PostgreSQL away: a clear 503 in little time, and nothing half-accepted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from deploy.web.server import application
from producers.http import Routes, prepare
from producers.intake.requests import identify
from producers.settings import HttpSettings
from schemas.events.catalogue import SUBMITTED
from schemas.events.topics import ACTIONS, INTAKE
from schemas.events.tracking import Keys
from tests.broker import create, kafka_in
from tests.producers.conftest import lead, settings_for
from tests.producers.support import PETITION, SECRET, Asked, on_topic, until

IHANOI = Keys((SECRET.encode(),)).of_channel("ihanoi")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def own_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    """A broker that these tests may stop."""
    with kafka_in(tmp_path_factory.mktemp("own-kafka"), heap_mb=256) as broker:
        create(broker.bootstrap, INTAKE, ACTIONS, partitions=2)
        lead(broker.bootstrap)
        yield broker


@asynccontextmanager
async def served(settings: HttpSettings) -> AsyncIterator[tuple[Asked, Routes]]:
    async with prepare(settings) as routes:
        transport = httpx.ASGITransport(application(routes, routes.ready))
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            yield Asked(client), routes


@pytest_asyncio.fixture(loop_scope="module")
async def service(own_broker: EmbeddedKafka, settings: HttpSettings, tmp_path: Path) -> AsyncIterator[tuple[Asked, Routes]]:
    mine = settings_for(own_broker.bootstrap, settings.database_url.get_secret_value(), tmp_path)
    async with served(mine) as found:
        await until(found[1].ready)
        yield found


async def test_while_kafka_is_away_nothing_is_accepted_and_a_repeat_is_one_petition(
    service: tuple[Asked, Routes], own_broker: EmbeddedKafka
) -> None:
    """503 with Retry-After and a key; what was refused is not sent later; the repeat with the key is the petition meant."""
    asked, routes = service
    while (await asked.submit()).status_code != 202:
        """A very busy machine may be slow even now."""

    own_broker.kill()
    given_up = await asked.submit({**PETITION, "external_id": "given-up"})
    to_repeat = await asked.submit()
    refused = (given_up, to_repeat)

    assert {answer.status_code for answer in refused} == {503}
    assert {answer.json()["code"] for answer in refused} == {"kafka-unavailable"}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)

    own_broker.start()
    await until(routes.ready)
    key = to_repeat.headers["Idempotency-Key"]
    repeated = await asked.submit(idempotency_key=key)
    while repeated.status_code == 503:
        repeated = await asked.submit(idempotency_key=key)

    meant = identify(IHANOI, "ihanoi", None, key)
    abandoned = identify(IHANOI, "ihanoi", "given-up", None)
    assert repeated.json()["petition_id"] == meant.petition_id
    assert {event.envelope.id for event in on_topic(own_broker.bootstrap, SUBMITTED, meant.petition_id)} == {meant.ce_id}
    assert on_topic(own_broker.bootstrap, SUBMITTED, abandoned.petition_id) == []


async def test_a_service_that_starts_before_kafka_serves_when_kafka_comes(settings: HttpSettings, tmp_path: Path) -> None:
    """Until then it answers 503 at once and says that it is not ready."""
    nowhere = settings_for(f"127.0.0.1:{free_port()}", settings.database_url.get_secret_value(), tmp_path)
    async with served(nowhere) as (asked, routes):
        assert (await asked.submit()).status_code == 503
        assert not routes.ready()
        assert (await asked.client.get("/readyz")).status_code == 503
        assert (await asked.client.get("/healthz")).status_code == 200


async def test_without_the_database_a_contact_is_refused_and_the_rest_goes_on(broker: EmbeddedKafka, tmp_path: Path) -> None:
    """The key cannot be stored, so the petition is not published; a petition without a contact needs no database."""
    nowhere = f"postgresql://nobody:none@127.0.0.1:{free_port()}/none"
    cut_off = settings_for(broker.bootstrap, nowhere, tmp_path, patient=True)
    async with served(cut_off) as (asked, routes):
        await until(routes.ready)
        contact = await asked.submit({**PETITION, "external_id": "no-database", "contact": {"phone": "0912345678"}})
        action = await asked.act("so-xd", "f" * 26, {"action": "accept"})

        assert [(answer.status_code, answer.json()["code"]) for answer in (contact, action)] == [
            (503, "database-unavailable"),
            (503, "database-unavailable"),
        ]
        assert (await asked.submit()).status_code == 202
    meant = identify(IHANOI, "ihanoi", "no-database", None)
    assert on_topic(broker.bootstrap, SUBMITTED, meant.petition_id) == []
