"""One worker with a million open cases: its rate against an empty store, its memory, 100,000 deadlines at once, its restarts.

The million cases are written to the changelog as the stage itself would write them; the worker restores them from there.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import orjson

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.ports import free_port
from schemas.events.topics import DEAD_LETTERS
from streams.engine.store import encode
from tests.bench import petitions, scrape
from tests.bench.broker import Broker, Row, connected
from tests.bench.process import Running, running
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.bench.subjects import CaseSubject, JobSubject, Subject
from tests.broker import kafka_in

PARTITIONS = 4
INPUT_SHARE = {"job": 0.3, "case": 0.05}
"""How much input is measured, as a share of the stored cases."""
DUE_SHARE = 0.1
_POLL_SECONDS = 0.1
_LIMIT_SECONDS = 600.0


@dataclass(frozen=True, slots=True)
class Found:
    """Rates in records a second, memory in bytes; `from_disk` and `from_nothing`: seconds until every partition has committed again."""

    subject: str
    cases: int
    rate_empty: float
    rate_full: float
    rss: int
    from_nothing: float
    from_disk: float
    due: int
    fired: float


class Bed:
    """A stage, its topics and its worker's state directory."""

    def __init__(self, subject: Subject, broker: Broker, directory: Path) -> None:
        self.subject, self.broker, self._directory = subject, broker, directory
        self._state = directory / "state"
        self._port = free_port()
        self._loaded = 0
        self.rss = 0

    async def prepare(self) -> None:
        await self.broker.create(self.subject.topics(), PARTITIONS)

    async def load(self, rows: Iterator[Row]) -> None:
        self._loaded += await self.broker.load(self.subject.input, rows, PARTITIONS)

    async def seed(self, numbers: range, due_ms: int | None = None) -> None:
        now_ms = round(time.time() * 1000)
        entry = self.subject.entry
        rows = (Row(petitions.key_of(n).encode(), encode(entry(n, now_ms, due_ms))) for n in numbers)
        await self.broker.load(self.subject.changelog, rows, PARTITIONS)

    def lose_disk(self) -> None:
        shutil.rmtree(self._state, ignore_errors=True)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Running]:
        """A worker that ends as kill -9 ends it."""
        environment = {
            "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap,
            "STATE_DIR": str(self._state),
            "WORKER_ID": "bench",
            "PARTITIONS": str(PARTITIONS),
            "METRICS_PORT": str(self._port),
        }
        async with running(self.subject.command(environment, self._directory / "log"), limit=0) as process:
            yield process
            process.sample()
        self.rss = max(self.rss, process.peak_rss)

    async def handled(self, process: Running) -> float:
        """When all input that was loaded was seen to be committed (Unix seconds)."""
        while True:
            offsets = await self.broker.committed(self.subject.group)
            if sum(offset for (topic, _), offset in offsets.items() if topic == self.subject.input) >= self._loaded:
                return time.time()
            await self._pause(process)

    async def fired(self, process: Running, count: int) -> None:
        """Wait until the worker says that it has fired so many timers."""
        while await self._fired() < count:
            await self._pause(process)

    async def _fired(self) -> float:
        return scrape.parse(await scrape.page(f"http://127.0.0.1:{self._port}/metrics"), "petitions_timers_fired_total")

    async def _pause(self, process: Running) -> None:
        process.check()
        if time.time() - process.started > _LIMIT_SECONDS:
            raise TimeoutError(f"{self.subject.label}: not done after {_LIMIT_SECONDS:.0f} s: {process.child.last_words()}")
        await asyncio.sleep(_POLL_SECONDS)


async def measure(
    directory: Path,
    count: int,
    subjects: Sequence[Subject] | None = None,
    slack: float = 25,
    given: EmbeddedKafka | None = None,
) -> Section:
    """All subjects; on a broker of its own unless one is given.

    `slack`: seconds from the writing of the deadlines to their common instant, in which the worker has to get ready.
    """
    found = []
    with nullcontext(given) if given else kafka_in(directory / "kafka") as kafka:
        async with connected(kafka.bootstrap) as broker:
            for subject in subjects or (JobSubject(), CaseSubject()):
                found.append(await measure_one(Bed(subject, broker, directory / subject.name), count, slack))
                await broker.delete([name for name in subject.topics() if name != DEAD_LETTERS.name])
    return _section(found)


async def measure_one(bed: Bed, count: int, slack: float) -> Found:
    subject = bed.subject
    records = max(PARTITIONS, round(count * INPUT_SHARE[subject.name]))
    await bed.prepare()
    say(f"{subject.label}: {records:,} records on an empty store")
    rate_empty = (await _rate(bed, records, 0, phase=0))[0]
    say(f"{subject.label}: {rate_empty:,.0f}/s; writing {count:,} open cases to the changelog")
    await bed.seed(range(count))
    bed.lose_disk()
    from_nothing = await _restart(bed)
    say(f"{subject.label}: processing {from_nothing:.1f} s after the start on an empty disk; {records:,} records on {count:,} cases")
    # The first records after a restore share the cores with RocksDB's compaction of what was restored; a worker does that once.
    _, from_disk = await _rate(bed, records, count, phase=1)
    rate_full, _ = await _rate(bed, records, count, phase=4)
    say(f"{subject.label}: processing {from_disk:.1f} s after the start from local state; {rate_full:,.0f}/s")
    due = max(1, round(count * DUE_SHARE))
    fired = await _deadlines(bed, due, slack)
    say(f"{subject.label}: {due:,} deadlines of one second fired within {fired:.1f} s; at most {bed.rss / 1e6:,.0f} MB")
    return Found(subject.label, count, rate_empty, rate_full, bed.rss, from_nothing, from_disk, due, fired)


async def _rate(bed: Bed, records: int, stored: int, phase: int) -> tuple[float, float]:
    """(outputs a second from the first output to the last commit, seconds from the start to every partition's first output)."""
    before = await bed.broker.ends(bed.subject.output)
    await bed.load(bed.subject.rows(records, stored, phase))
    async with bed.worker() as process:
        ended = await bed.handled(process)
    first: dict[int, float] = {}
    count = 0
    async for batch in bed.broker.read([bed.subject.output], before):
        count += len(batch)
        first.setdefault(batch[0].partition, batch[0].timestamp / 1000)
    if count < records:
        raise WrongResult(f"{bed.subject.label}: {count} outputs for {records} records")
    return records / max(ended - min(first.values()), 1e-3), max(first.values()) - process.started


async def _restart(bed: Bed) -> float:
    """Seconds from the start of the process until it has handled a few waiting records of each partition."""
    await bed.load(bed.subject.rows(PARTITIONS * 20, 0, phase=2))
    async with bed.worker() as process:
        return await bed.handled(process) - process.started


async def _deadlines(bed: Bed, due: int, slack: float) -> float:
    """Seconds from the common due instant to the last firing. Raise WrongResult unless each case fired once."""
    before = await bed.broker.ends(bed.subject.output)
    at = time.time() + slack + due / 5000
    await bed.seed(range(due), round(at * 1000))
    await bed.load(bed.subject.rows(PARTITIONS * 20, 0, phase=3))
    async with bed.worker() as process:
        ready = await bed.handled(process)
        await bed.fired(process, due)
        await asyncio.sleep(2)  # one that fires twice would do so now
    fired: Counter[bytes] = Counter()
    last = 0.0
    async for records in bed.broker.read([bed.subject.output], before):
        for record in records:
            if bed.subject.is_fired(orjson.loads(record.value)):
                fired[record.key] += 1
                last = max(last, record.timestamp / 1000)
    expected = {petitions.key_of(number).encode() for number in range(due)}
    if fired.keys() != expected or set(fired.values()) != {1}:
        raise WrongResult(f"{bed.subject.label}: {len(fired)} of {due} deadlines fired, {sum(fired.values())} firings")
    if ready > at:
        say(f"the worker was ready {ready - at:.1f} s after the deadlines; counted from then")
    return last - max(at, ready)


def _section(found: Sequence[Found]) -> Section:
    rows: list[dict[str, Cell]] = []
    goals: list[Goal] = []
    for one in found:
        label = one.subject
        ratio = round(one.rate_full / one.rate_empty, 2)
        rows.append(
            {
                "stage": label,
                "open cases": one.cases,
                "empty store/s": round(one.rate_empty),
                "full store/s": round(one.rate_full),
                "ratio": ratio,
                "RSS MB": round(one.rss / 1e6),
                "from disk s": round(one.from_disk, 1),
                "from nothing s": round(one.from_nothing, 1),
                "deadlines": one.due,
                "fired in s": round(one.fired, 1),
            }
        )
        goals += [
            Goal(f"{label}: rate against an empty store", 0.8, ratio),
            Goal(f"{label}: memory", 1500, round(one.rss / 1e6), " MB", at_least=False),
            Goal(f"{label}: processing again from local state", 10, round(one.from_disk, 1), " s", at_least=False),
            Goal(f"{label}: processing again from an empty disk", 60, round(one.from_nothing, 1), " s", at_least=False),
            Goal(f"{label}: {one.due:,} deadlines of one second", 5, round(one.fired, 1), " s", at_least=False),
        ]
    return Section(
        "store",
        f"A worker with {found[0].cases:,} open cases",
        tuple(rows),
        tuple(goals),
        (
            "full store: after one pass of the same size, during which RocksDB compacts what was restored",
            "RSS: the largest of all phases, restoring included",
            "restarts: after kill -9, from the start of the process until every partition has committed again",
            "deadlines: from the common due instant to the last firing in the record; each checked to have fired once",
        ),
        {"found": [{name: getattr(one, name) for name in Found.__slots__} for one in found]},
    )
