"""The whole pipeline with all petitions waiting: the chained stages, projector and dispatcher as processes, until the last petition is
in PostgreSQL, in its office's queue topic and in the record."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import orjson
import psycopg

from deploy.cluster.migrate import migrate
from deploy.cluster.topics import ensure_topics
from deploy.one_machine.embedded import EmbeddedKafka, EmbeddedPostgres
from deploy.one_machine.embedded.child import Command
from deploy.one_machine.runner.directory import Directory
from deploy.one_machine.runner.plan import Request, plan
from deploy.one_machine.runner.roles import Role
from schemas.events import topics
from schemas.platform import keyring
from schemas.platform.settings import ProcessSettings
from tests.bench import petitions, scrape
from tests.bench.broker import Broker, connected
from tests.bench.process import Measured, Running, running
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import kafka_in

PARTITIONS = 4
Make = Callable[[Path], EmbeddedKafka]
GOAL = 10_000
_ROLES = {
    "case-1": "petitions_stage_records_total",
    "projector": "petitions_consumed_total",
    "dispatcher": "petitions_consumed_total",
}
_POLL_SECONDS = 0.25
_QUIET_SECONDS = 3.0
_LIMIT_SECONDS = 600.0


@dataclass(slots=True)
class Progress:
    """How many records a role had committed at which instant (Unix seconds)."""

    role: str
    seen: list[tuple[float, float]]
    start_cpu: float = 0.0
    """CPU seconds until its first record: imports and connections, which are no cost of a petition."""

    @property
    def count(self) -> float:
        return self.seen[-1][1] if self.seen else 0.0

    @property
    def ended(self) -> float:
        """When the count was first seen as it is now."""
        return next((at for at, count in self.seen if count == self.count), time.time())

    @property
    def began(self) -> float:
        return next((at for at, count in self.seen if count > 0), time.time())

    def at(self, share: float) -> float:
        """When this share of the final count was reached."""
        return next((at for at, count in self.seen if count >= share * self.count), self.ended)

    def rate(self, low: float, high: float) -> float:
        """Records a second between two shares of the final count."""
        start, end = self.at(low), self.at(high)
        counted = dict(self.seen)
        return (counted.get(end, 0.0) - counted.get(start, 0.0)) / max(end - start, 1e-3)


@dataclass(frozen=True, slots=True)
class Ground:
    kafka: EmbeddedKafka
    postgres: EmbeddedPostgres
    broker: Broker
    roles: Mapping[str, Role]


@asynccontextmanager
async def ground(directory: Path, make: Make = kafka_in) -> AsyncIterator[Ground]:
    """Kafka and PostgreSQL with all topics and tables, and the roles as the one-machine runner lays them out."""
    with make(directory / "kafka") as kafka, EmbeddedPostgres(directory / "postgres") as postgres:
        ensure_topics(ProcessSettings(kafka_bootstrap_servers=kafka.bootstrap, partitions=PARTITIONS))
        migrate(postgres.url)
        place = Directory(directory / "instance")
        with place.locked():
            place.ensure_secrets()
            keyring.ensure(place.keyring)
            laid = plan(Request(place, 1, 1, None, kafka.bootstrap, postgres.url))
            async with connected(kafka.bootstrap) as broker:
                yield Ground(kafka, postgres, broker, {role.name: role for role in laid.roles})


async def measure(directory: Path, count: int, make: Make = kafka_in, *, words_open: bool = False) -> Section:
    """`make`: the broker; `words_open`: nothing is sealed."""
    async with ground(directory, make) as shared:
        say(f"loading {count:,} petitions")
        await shared.broker.load(topics.INTAKE.name, petitions.intake_rows(count), PARTITIONS)
        assert shared.kafka.pid is not None
        assert shared.postgres.pid is not None
        servers = {"kafka": Measured(shared.kafka.pid), "postgres": Measured(shared.postgres.pid)}
        async with AsyncExitStack() as stack:
            started = time.time()
            commands = {name: shared.roles[name].command() for name in _ROLES}
            commands = {name: _unsealed(command) for name, command in commands.items()} if words_open else commands
            roles = {name: await stack.enter_async_context(running(command)) for name, command in commands.items()}
            progress = await _watch(shared, roles, count)
            start_cpu = {one.role: one.start_cpu for one in progress}
            cpu = {name: process.cpu - start_cpu.get(name, 0.0) for name, process in (roles | servers).items()}
            rss = {name: process.peak_rss or process.rss for name, process in (roles | servers).items()}
        events = await _checked(shared, count)
    return _section(count, events, started, progress, cpu, rss)


def _unsealed(command: Command) -> Command:
    """The same process, but it leaves all words in the clear."""
    return replace(command, argv=tuple("tests.bench.unguarded" if part == "deploy.cli" else part for part in command.argv))


async def _watch(shared: Ground, roles: Mapping[str, Running], count: int) -> list[Progress]:
    """Follow the roles' counters until the stages have handled all petitions and nothing has moved for a while."""
    progress = [Progress(name, []) for name in roles]
    until, said = time.monotonic() + _LIMIT_SECONDS, 0.0
    while not _finished(progress, count):
        await asyncio.sleep(_POLL_SECONDS)
        await asyncio.gather(*(_look(shared, one) for one in progress))
        for one in progress:
            process = roles[one.role].check()
            one.start_cpu = one.start_cpu if one.count else process.cpu
        if time.monotonic() > until:
            raise TimeoutError(f"not done after {_LIMIT_SECONDS:.0f} s: " + ", ".join(f"{p.role} {p.count:.0f}" for p in progress))
        if time.monotonic() - said > 2:
            said = time.monotonic()
            say("  ".join(f"{one.role} {one.count:,.0f}" for one in progress))
    return progress


async def _look(shared: Ground, one: Progress) -> None:
    found = scrape.parse(await scrape.page(shared.roles[one.role].metrics_url or ""), _ROLES[one.role])
    one.seen.append((time.time(), max(found, one.count)))


def _finished(progress: Sequence[Progress], count: int) -> bool:
    stages, projector, dispatcher = progress
    return (
        stages.count >= count
        and projector.count >= count
        and dispatcher.count == projector.count
        and time.time() - max(one.ended for one in progress) > _QUIET_SECONDS
    )


async def _checked(shared: Ground, count: int) -> int:
    """The number of events; raise WrongResult unless every petition is everywhere, once."""
    expected: set[tuple[str, str, int]] = set()
    events = 0
    numbers: Counter[str] = Counter()
    async for records in shared.broker.read([topics.EVENTS.name]):
        for record in records:
            event = orjson.loads(record.value)
            events += 1
            numbers[event["petition_id"]] += 1
            if event["seq"] != numbers[event["petition_id"]]:
                raise WrongResult(f"event number {numbers[event['petition_id']]} of a petition says {event['seq']}")
            if event["case"].get("office"):
                expected.add((event["case"]["office"], event["petition_id"], event["seq"]))
    delivered: Counter[tuple[str, str, int]] = Counter()
    async for records in shared.broker.read(await shared.broker.names(topics.QUEUE_PREFIX)):
        for record in records:
            event = orjson.loads(record.value)
            delivered[record.topic.removeprefix(topics.QUEUE_PREFIX), event["petition_id"], event["seq"]] += 1
    with psycopg.connect(shared.postgres.url) as connection:
        (rows,) = connection.execute("select count(*) from petition").fetchone() or (0,)
        (lines,) = connection.execute("select count(*) from timeline").fetchone() or (0,)
    if not len(numbers) == rows == count or lines != events:
        raise WrongResult(f"{count} petitions: {len(numbers)} in the record, {rows} in PostgreSQL; {events} events, {lines} in PostgreSQL")
    if missing := expected - delivered.keys():
        raise WrongResult(f"{len(missing)} of {len(expected)} deliveries to offices are missing")
    if twice := [one for one, times in delivered.items() if times > 1]:
        raise WrongResult(f"{len(twice)} deliveries came twice")
    return events


def _section(
    count: int, events: int, started: float, progress: Sequence[Progress], cpu: Mapping[str, float], rss: Mapping[str, int]
) -> Section:
    ended = max(one.ended for one in progress)
    began = min(one.began for one in progress)
    by_role = {one.role: one for one in progress}
    rows: list[dict[str, Cell]] = [
        {
            "role": name,
            "records": round(by_role[name].count) if name in by_role else None,
            "records/s": round(by_role[name].rate(0.1, 0.9)) if name in by_role else None,
            "CPU s": round(cpu[name], 1),
            "CPU µs/petition": round(cpu[name] * 1e6 / count, 1),
            "RSS MB": round(rss[name] / 1e6),
        }
        for name in cpu
    ]
    total = sum(cpu.values())
    whole: dict[str, Cell] = {"role": "all", "records": count, "records/s": round(count / (ended - began)), "CPU s": round(total, 1)}
    rows.append({**whole, "CPU µs/petition": round(total * 1e6 / count, 1), "RSS MB": round(sum(rss.values()) / 1e6)})
    rate = count / (ended - began)
    return Section(
        "pipeline",
        f"The whole pipeline: {count:,} petitions waiting, until all are in the record, PostgreSQL and their office's topic",
        tuple(rows),
        (Goal("petitions through the whole pipeline", GOAL, round(rate), "/s"),),
        (
            f"{rate:,.0f} petitions/s from the first record handled, {count / (ended - started):,.0f}/s from the start of the processes",
            f"{events:,} events; every petition checked in the record, the queues and PostgreSQL",
            "records/s of a role: between 10% and 90% of its records; CPU from its first record on",
        ),
        {"started": started, "progress": {one.role: one.seen for one in progress}},
    )
