"""The verifier, in a process of its own: compares what was acknowledged with the record, the offices' queues and the citizens' view."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaConsumer, TopicPartition

from schemas.events.topics import DEAD_LETTERS, EVENTS, queue_topic
from schemas.reference import offices

PATIENCE_SECONDS = 180.0


@dataclass
class Report:
    """Counts of what is wrong (all 0 when right), and the longest time without any event while petitions came in (seconds)."""

    petitions: int = 0
    accepted: int = 0
    events: int = 0
    lost_petitions: int = 0
    unknown_petitions: int = 0
    lost_actions: int = 0
    doubled_events: int = 0
    holes_in_order: int = 0
    dead_letters: int = 0
    queue_lost: int = 0
    queue_doubled: int = 0
    queue_disordered: int = 0
    view_lost: int = 0
    view_differs: int = 0
    longest_gap_seconds: float = 0.0
    gaps: list[tuple[float, float]] = field(default_factory=list)
    """The five longest: (when it began, seconds); Unix time."""
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        bad = ("lost", "unknown", "doubled", "holes", "dead", "differs", "disordered")
        return not any(value for name, value in asdict(self).items() if any(word in name for word in bad))

    def blame(self, name: str, what: str) -> None:
        setattr(self, name, getattr(self, name) + 1)
        examples = self.examples.setdefault(name, [])
        if len(examples) < 5:
            examples.append(what)


def read_all(bootstrap: str, topic_partitions: list[tuple[str, int]]) -> list[Any]:
    """Every committed record of the topics."""
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level="read_committed", enable_auto_commit=False, group_id=None,
        auto_offset_reset="earliest", max_poll_records=20_000,
    )  # fmt: skip
    tps = [TopicPartition(*tp) for tp in topic_partitions]
    consumer.assign(tps)
    ends = consumer.end_offsets(tps)
    rows: list[Any] = []
    end = time.monotonic() + PATIENCE_SECONDS
    while any(consumer.position(tp) < ends[tp] for tp in tps) and time.monotonic() < end:
        for batch in consumer.poll(timeout_ms=500).values():
            rows += batch
    consumer.close()
    return rows


class Verifier:
    def __init__(self, bootstrap: str, partitions: int, database: str, ledger: str) -> None:
        self._bootstrap, self._partitions, self._database = bootstrap, partitions, database
        self.report = Report()
        self._acknowledged: dict[str, float] = {}
        self._accepted: set[str] = set()
        with Path(ledger).open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                if "accepted" in row:
                    self._accepted.add(row["petition_id"])
                else:
                    self._acknowledged[row["petition_id"]] = row["at"]
        self.report.petitions, self.report.accepted = len(self._acknowledged), len(self._accepted)

    def run(self) -> Report:
        self._wait_for_the_end()
        events = self._record()
        self._dead_letters()
        self._queues(events)
        self._view(events)
        return self.report

    def _wait_for_the_end(self) -> None:
        """Until the record has what it must have, and the view and the queues have followed."""
        self._wait_for_the_view()
        self._wait_for_the_queues()

    def _wait_for_the_view(self) -> None:
        wanted = len(self._acknowledged) + len(self._accepted)
        end = time.monotonic() + PATIENCE_SECONDS
        with psycopg.connect(self._database, autocommit=True) as connection:
            while time.monotonic() < end:
                row = connection.execute("select count(*) from timeline").fetchone()
                if row is not None and row[0] >= wanted:
                    return
                time.sleep(0.5)

    def _wait_for_the_queues(self) -> None:
        consumer = KafkaConsumer(bootstrap_servers=self._bootstrap, group_id="dispatcher", enable_auto_commit=False)
        tps = [TopicPartition(EVENTS.name, number) for number in range(self._partitions)]
        newest = KafkaConsumer(bootstrap_servers=self._bootstrap, isolation_level="read_committed", group_id=None)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            behind = sum(last - (consumer.committed(tp) or 0) for tp, last in newest.end_offsets(tps).items())
            # The marker of a transaction takes an offset after the last event; nobody commits what lies behind it.
            if behind <= len(tps):
                break
            sys.stderr.write(f"the dispatcher is {behind} offsets behind\n")
            time.sleep(1)
        consumer.close()
        newest.close()

    def _shared(self, topic: str) -> list[Any]:
        return read_all(self._bootstrap, [(topic, number) for number in range(self._partitions)])

    def _record(self) -> dict[str, list[dict[str, Any]]]:
        events: dict[str, list[dict[str, Any]]] = defaultdict(list)
        times = []
        for row in self._shared(EVENTS.name):
            data = json.loads(row.value)
            data["type"] = dict(row.headers)["ce_type"].decode()
            events[data["petition_id"]].append(data)
            times.append(row.timestamp / 1000)
        self.report.events = len(times)
        self._check_order(events)
        self._check_effects(events)
        self._check_times(sorted(times))
        return events

    def _check_order(self, events: dict[str, list[dict[str, Any]]]) -> None:
        for petition, rows in events.items():
            numbers = [row["seq"] for row in rows]
            if len(set(numbers)) < len(numbers):
                self.report.blame("doubled_events", petition)
            elif numbers != list(range(1, len(numbers) + 1)):
                self.report.blame("holes_in_order", petition)

    def _check_effects(self, events: dict[str, list[dict[str, Any]]]) -> None:
        for petition in self._acknowledged.keys() - events.keys():
            self.report.blame("lost_petitions", petition)
        for petition in events.keys() - self._acknowledged.keys():
            self.report.blame("unknown_petitions", petition)
        for petition, rows in events.items():
            accepts = sum(row["type"].endswith(".accepted.v1") for row in rows)
            if accepts != (petition in self._accepted):
                self.report.blame("doubled_events" if accepts > 1 else "lost_actions", petition)

    def _check_times(self, times: list[float]) -> None:
        last = max(self._acknowledged.values(), default=0)
        within = [moment for moment in times if moment <= last]
        gaps = sorted(((a, round(b - a, 2)) for a, b in pairwise(within)), key=lambda gap: -gap[1])
        self.report.gaps = gaps[:5]
        self.report.longest_gap_seconds = gaps[0][1] if gaps else 0.0

    def _dead_letters(self) -> None:
        for row in self._shared(DEAD_LETTERS.name):
            reason = dict(row.headers).get("__connect.errors.exception.message", b"?").decode()
            self.report.blame("dead_letters", reason)

    def _queues(self, events: dict[str, list[dict[str, Any]]]) -> None:
        """Each event must be in its owner's topic once, in order."""
        wanted: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
        for rows in events.values():
            for row in rows:
                if row["case"]["office"]:
                    wanted[row["case"]["office"]][row["petition_id"], row["seq"]] += 1
        topics = [(queue_topic(code).name, 0) for code in offices()]
        got: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for row in read_all(self._bootstrap, topics):
            data = json.loads(row.value)
            got[row.topic.removeprefix("queue.")].append((data["petition_id"], data["seq"]))
        for office, needed in wanted.items():
            self._compare_queue(office, needed, got[office])

    def _compare_queue(self, office: str, needed: Counter[tuple[str, int]], got: list[tuple[str, int]]) -> None:
        counts = Counter(got)
        for item in needed.keys() - counts.keys():
            self.report.blame("queue_lost", f"{office} {item}")
        for item in (item for item, count in counts.items() if count > 1):
            self.report.blame("queue_doubled", f"{office} {item}")
        newest: dict[str, int] = {}
        for petition, seq in got:
            if seq <= newest.get(petition, 0):
                self.report.blame("queue_disordered", f"{office} {petition}")
            newest[petition] = seq

    def _view(self, events: dict[str, list[dict[str, Any]]]) -> None:
        with psycopg.connect(self._database) as connection:
            petitions = dict(connection.execute("select petition_id, state from petition").fetchall())
            lines = Counter(row[0] for row in connection.execute("select petition_id from timeline").fetchall())
        for petition, rows in events.items():
            if petition not in petitions:
                self.report.blame("view_lost", petition)
            elif petitions[petition] != rows[-1]["case"]["state"] or lines[petition] != len(rows):
                self.report.blame("view_differs", petition)


def main() -> int:
    environment = os.environ
    verifier = Verifier(environment["KAFKA_BOOTSTRAP_SERVERS"], int(environment["PARTITIONS"]), environment["DATABASE_URL"], sys.argv[1])
    report = verifier.run()
    sys.stdout.write(json.dumps({"right": report.right, **asdict(report)}, ensure_ascii=False) + "\n")
    return 0 if report.right else 1


if __name__ == "__main__":
    sys.exit(main())
