"""The same job on several engines, in turn, on one broker and one input topic; every result is checked.

How the rate is measured, the same for all: the broker stamps each output record when it arrives; the run has ended when the
group's committed offsets have reached the input's end. The rate is the number of outputs by the time from the first output to that end.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.child import Command
from tests.bench import petitions
from tests.bench.broker import Broker, connected
from tests.bench.contestants import ALL, OURS, QUIX, Contestant, Run
from tests.bench.process import Measured, Running, running
from tests.bench.results import Cell, Goal, Section, WrongResult, say
from tests.broker import kafka_in

PARTITIONS = 4
INPUT = "bench.in"
_POLL_SECONDS = 0.1
_LIMIT_SECONDS = 240.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: outputs per second from the first output to the last commit (`rate`), from the middle output to that end (`steady`:
    a JVM is warm by then), and from the start of the process (`whole`); CPU in seconds, memory in bytes."""

    contestant: str
    count: int
    rate: float
    steady: float
    whole: float
    cpu: float
    broker_cpu: float
    rss: int


@dataclass(frozen=True, slots=True)
class Ground:
    """What all runs share."""

    kafka: EmbeddedKafka
    broker: Broker
    directory: Path
    count: int
    keys: int
    input: str = INPUT
    partitions: int = PARTITIONS


@asynccontextmanager
async def ground(directory: Path, count: int, given: EmbeddedKafka | None = None) -> AsyncIterator[Ground]:
    """A broker (of its own, or a given one) with the input loaded: half as many keys as records."""
    with nullcontext(given) if given else kafka_in(directory / "kafka") as kafka:
        async with connected(kafka.bootstrap) as broker:
            yield await loaded(Ground(kafka, broker, directory, count, max(1, count // 2)))


async def loaded(found: Ground, **more: object) -> Ground:
    """The same with its input written, `more` in each record."""
    await found.broker.create({found.input: {}}, found.partitions)
    say(f"loading {found.count:,} records of {found.keys:,} keys into {found.partitions} partitions")
    await found.broker.load(found.input, petitions.job_rows(found.count, found.keys, **more), found.partitions)
    return found


async def measure(
    directory: Path,
    count: int = 300_000,
    rounds: int = 3,
    contestants: Sequence[Contestant] = ALL,
    kafka: EmbeddedKafka | None = None,
) -> list[Outcome]:
    """All contestants in turn, `rounds` times; on a broker of its own unless one is given."""
    found = []
    async with ground(directory, count, kafka) as shared:
        commands = {one.name: one.prepare(directory) for one in contestants}
        for number in range(rounds):
            for one in contestants:
                outcome = await run_once(shared, one, commands[one.name], number)
                say(f"round {number + 1}/{rounds}  {one.label:<64} {outcome.rate:>9,.0f}/s  steady {outcome.steady:>9,.0f}/s")
                found.append(outcome)
    return found


async def run_once(shared: Ground, one: Contestant, command: Callable[[Run], Command], number: int) -> Outcome:
    """Start the contestant, wait until it has committed everything, stop it, check what it wrote."""
    prefix = f"bench-{one.name}-{number}"
    run = Run(shared.kafka.bootstrap, shared.input, prefix, shared.partitions, shared.directory / prefix)
    await shared.broker.create(one.topics(run), shared.partitions)
    assert shared.kafka.pid is not None
    server = Measured(shared.kafka.pid)
    async with running(command(run)) as process:
        ended = await _all_committed(shared, one.group(run), process)
        cpu, broker_cpu = process.cpu, server.cpu
    times = await _checked(shared, run)
    await shared.broker.delete(await shared.broker.containing(prefix))
    middle = len(times) // 2
    return Outcome(
        one.name,
        shared.count,
        rate=shared.count / max(ended - times[0], 1e-3),
        steady=(len(times) - middle) / max(ended - times[middle], 1e-3),
        whole=shared.count / (ended - process.started),
        cpu=cpu,
        broker_cpu=broker_cpu,
        rss=process.peak_rss,
    )


async def _all_committed(shared: Ground, group: str, process: Running) -> float:
    """When the group's committed offsets were seen to have reached the input's end (Unix seconds)."""
    until = time.monotonic() + _LIMIT_SECONDS
    while True:
        offsets = await shared.broker.committed(group)
        if sum(offset for (topic, _), offset in offsets.items() if topic == shared.input) >= shared.count:
            return time.time()
        process.check()
        if time.monotonic() > until:
            raise TimeoutError(f"{group} has not handled {shared.count} records in {_LIMIT_SECONDS:.0f} s: {process.child.last_words()}")
        await asyncio.sleep(_POLL_SECONDS)


async def _checked(shared: Ground, run: Run) -> list[float]:
    """The outputs' arrival times, sorted (Unix seconds). Raise WrongResult unless each input led to one output with its exact count."""
    times: list[float] = []
    ids: set[str] = set()
    counts: Counter[bytes] = Counter()
    async for records in shared.broker.read([run.output]):
        for record in records:
            event = orjson.loads(record.value)
            counts[record.key] += 1
            if event["count"] != counts[record.key]:
                raise WrongResult(f"{run.prefix}: a key's event number {counts[record.key]} says {event['count']}")
            ids.add(event["id"])
            times.append(record.timestamp / 1000)
    expected = Counter(petitions.key_of(number * 7919 % shared.keys).encode() for number in range(shared.count))
    if len(times) != shared.count or len(ids) != shared.count or counts != expected:
        raise WrongResult(f"{run.prefix}: {len(times)} outputs of {len(ids)} inputs, {shared.count} were to come")
    return sorted(times)


def section(outcomes: Sequence[Outcome], contestants: Sequence[Contestant] = ALL) -> Section:
    """Medians, and this project's engine as a multiple of each other one in the same round."""
    by_name = {one.name: [o for o in outcomes if o.contestant == one.name] for one in contestants}
    ours = max((runs for name, runs in by_name.items() if name.startswith(OURS.name)), key=_rate, default=[])
    rows: list[dict[str, Cell]] = []
    for one in contestants:
        runs = by_name[one.name]
        rows.append(
            {
                "engine": one.label,
                "events/s": round(median(o.rate for o in runs)),
                "lowest": round(min(o.rate for o in runs)),
                "highest": round(max(o.rate for o in runs)),
                "steady/s": round(median(o.steady for o in runs)),
                "with start/s": round(median(o.whole for o in runs)),
                "our best is": _ratio(ours, runs, "rate"),
                "our best is, steady": _ratio(ours, runs, "steady"),
                "CPU s": round(median(o.cpu for o in runs), 1),
                "broker CPU s": round(median(o.broker_cpu for o in runs), 1),
                "RSS MB": round(median(o.rss for o in runs) / 1e6),
            }
        )
    count = outcomes[0].count
    return Section(
        "engines",
        f"Engines: parse JSON, look up state, write it, emit one event, exactly once: {count:,} records, {max(1, count // 2):,} keys",
        tuple(rows),
        _goals(ours, by_name),
        (
            "medians over the rounds; one process each on the same broker, input and cores",
            "every output checked: none lost, none twice, counts exact",
            "events/s: from the first output to the last commit; steady/s: the second half of the outputs, when a JVM is warm",
            "`our best is`: median of the ratios within a round; the goals go by the lower one of both ratios",
        ),
        {"runs": [_plain(outcome) for outcome in outcomes]},
    )


def _rate(runs: Sequence[Outcome]) -> float:
    return median(o.rate for o in runs) if runs else 0.0


def _ratio(ours: Sequence[Outcome], others: Sequence[Outcome], what: str) -> float | None:
    """The median over the rounds of ours by theirs."""
    pairs = [getattr(a, what) / getattr(b, what) for a, b in zip(ours, others, strict=False)]
    return round(median(pairs), 2) if pairs else None


def _worse(ours: Sequence[Outcome], others: Sequence[Outcome]) -> float:
    """The lower one of both ratios: a goal is not met because the other one was still warming up."""
    return min(_ratio(ours, others, what) or 0.0 for what in ("rate", "steady"))


def _goals(ours: Sequence[Outcome], by_name: dict[str, list[Outcome]]) -> tuple[Goal, ...]:
    streams = [runs for name, runs in by_name.items() if name.startswith("kafka-streams") and runs]
    found = []
    if ours and streams:
        best = max(streams, key=_rate)
        found.append(Goal("ours against Kafka Streams at its best", 2.0, _worse(ours, best), "x"))
    if ours and by_name.get(QUIX.name):
        found.append(Goal("ours against Quix Streams", 4.0, _worse(ours, by_name[QUIX.name]), "x"))
    return tuple(found)


def _plain(outcome: Outcome) -> dict[str, object]:
    return {name: getattr(outcome, name) for name in Outcome.__slots__}
