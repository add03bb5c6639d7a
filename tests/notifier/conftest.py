"""What the notifier's tests share: real Kafka and PostgreSQL, a real mail server, and a receiver of webhooks that can be told to fail."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer, TopicPartition
from psycopg_pool import AsyncConnectionPool

from consumers.loop.membership import connect
from consumers.loop.postgres_sink import PostgresSink
from consumers.notifier import book
from consumers.notifier.changes import changes_of
from consumers.notifier.digest.rounds import Rounds
from consumers.notifier.lanes import Lanes
from consumers.notifier.outbox import Deliveries
from consumers.notifier.policy import NoticePolicy, Tries, policy
from consumers.notifier.post import Post
from consumers.notifier.sending import Senders
from consumers.settings import NotifierSettings
from schemas.events import tracking
from schemas.events.sealing import Sealing
from schemas.events.topics import EVENTS
from schemas.platform.instants import to_ms
from schemas.platform.keyring import KeyringFile, path_of
from tests.broker import reach
from tests.consumers.conftest import Rig, broker, rig, shared_producer  # noqa: F401 — fixtures
from tests.consumers.events import Life
from tests.mail_server import Inbox, mail_server

SECRET = "s" * 40
PATIENCE_SECONDS = 30
EAGER = policy().model_copy(update={"tries": Tries(first_seconds=0.0, longest_seconds=0.0, at_most=3, hours=48)})
"""No pause between tries, so that a test need not wait."""


@dataclass
class Hook:
    """An endpoint; `status`: what it answers next, `got`: headers and bodies of what it was sent."""

    url: str
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    made.url = f"http://127.0.0.1:{server.server_port}/hook"
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox() -> Iterator[tuple[Inbox, int]]:
    """An inbox and its server's port."""
    with mail_server() as inbox:
        yield inbox, inbox.port


@dataclass
class Notifier:
    """The role in parts: `takes` reads the record into deliveries, `sends` sends what is due."""

    rig: Rig
    settings: NotifierSettings
    keys: KeyringFile
    looking: KafkaConsumer
    policy: NoticePolicy = EAGER

    @property
    def secrets(self) -> tuple[bytes, ...]:
        return self.settings.tracking_secrets()

    def database(self) -> psycopg.Connection[Any]:
        return psycopg.connect(self.rig.database, autocommit=True)

    def takes(self, *lives: Life) -> None:
        """All events of these petitions are on the record and taken up."""
        for life in lives:
            self.rig.write(*life.sent)
        wanted = sum(len(life.sent) for life in lives)
        consumer = connect(self.rig.service, self.settings, self.rig.name, "")
        assert consumer is not None
        subscribe = partial(book.subscribe, self.keys, self.secrets)
        codes = tracking.Keys(self.settings.tracking_secrets())
        tables = Deliveries(self.rig.database, (self.rig.name, EVENTS.name), self.policy, self.settings.clock(), subscribe, codes=codes)
        sealing = Sealing(self.keys)
        make = partial(changes_of, policy=self.policy, open_value=sealing.open_value)
        with closing(consumer), closing(PostgresSink(consumer, tables, self.settings, make, self.rig.name)) as sink:
            self._until_read(sink, lives, wanted)

    def _until_read(self, sink: Any, lives: tuple[Life, ...], wanted: int) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not self._caught_up():
            assert time.monotonic() < end, f"{wanted} events of {len(lives)} petitions were not read"
            sink.step(1000, 200)
        sink.finish()

    def begins_now(self) -> None:
        """What other tests have put on the record is not this one's: their petitions came by the same channel."""
        rows = [(self.rig.name, EVENTS.name, tp.partition, end) for tp, end in self._ends().items()]
        with self.database() as database, database.cursor() as cursor:
            cursor.executemany("insert into consumer_offset values (%s, %s, %s, %s)", rows)

    def _ends(self) -> dict[TopicPartition, int]:
        partitions = self.rig.producer.partitions_for(EVENTS.name)
        found: dict[TopicPartition, int] = self.looking.end_offsets([TopicPartition(EVENTS.name, number) for number in partitions])
        return found

    def _caught_up(self) -> bool:
        ends = self._ends()
        with self.database() as database:
            rows = database.execute("select partition, next_offset from consumer_offset where consumer = %s", (self.rig.name,)).fetchall()
        return all(dict(rows).get(tp.partition, 0) >= end for tp, end in ends.items())

    @asynccontextmanager
    async def senders(self) -> AsyncIterator[Senders]:
        async with AsyncConnectionPool(self.rig.database, min_size=1, max_size=4, open=False, kwargs={"autocommit": True}) as pool:
            post, rounds = Post(self.settings, self.keys, pool), Rounds(pool, self.policy, lambda _day: False)
            yield Senders(Lanes(pool), post, rounds, self.policy, clock=self.settings.clock(), settings=self.settings)
            await post.close()

    def sends(self) -> int:
        """Until nothing is due; how many tries that took."""

        async def work() -> int:
            tried = 0
            async with self.senders() as senders:
                while now := await senders.step():
                    tried += now
            return tried

        return asyncio.run(work())

    def sweeps(self) -> None:
        """As the role does now and then."""

        async def work() -> None:
            async with AsyncConnectionPool(self.rig.database, min_size=1, max_size=1, open=False, kwargs={"autocommit": True}) as pool:
                await Lanes(pool).sweep()

        asyncio.run(work())

    def subscribe(self, life: Life, address: str, *, medium: str = "email", confirmed: bool = True, **more: Any) -> str:
        """The citizen of this petition wants everything."""
        path = path_of(life.petition_id, to_ms(life.start))
        wanted = book.Wanted(life.petition_id, path, medium, address, frozenset(self.policy.notices), **more)
        with self.database() as connection:
            return book.subscribe(self.keys, self.secrets, connection, wanted, confirmed=confirmed)

    def endpoint(self, kind: str, holder: str, url: str, *events: str) -> book.Endpoint:
        with self.database() as connection:
            return book.add_endpoint(connection, kind, holder, url, list(events) or ["*"])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self.database() as connection:
            return connection.execute(query).fetchall()


@pytest.fixture(scope="session")
def looking(broker: str) -> Iterator[KafkaConsumer]:  # noqa: F811
    """Sees where the record ends, for the session: a client of its own for each look takes longer than the look."""
    with closing(KafkaConsumer(**reach(broker))) as made:
        yield made


@pytest.fixture
def notifier(rig: Rig, looking: KafkaConsumer, mailbox: tuple[Inbox, int]) -> Notifier:  # noqa: F811
    settings = NotifierSettings(
        kafka_bootstrap_servers=rig.bootstrap,
        database_url=rig.database,
        keyring_file=rig.keyring,
        tracking_secret=SECRET,
        notice_media="email,sms,webpush",
        webhooks_inside=True,
        smtp_port=mailbox[1],
        smtp_tls="none",
    )
    made = Notifier(rig, settings, KeyringFile(rig.keyring), looking)
    made.begins_now()
    return made


@pytest.fixture
def inbox(mailbox: tuple[Inbox, int]) -> Inbox:
    return mailbox[0]


def fresh(**more: Any) -> Life:
    """A petition of this hour."""
    return Life(start=datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1), **more)


Make = Callable[..., Life]
