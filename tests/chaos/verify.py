"""The verifier, in a process of its own: compares what was acknowledged with the record, the offices' queues and the citizens' view."""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psycopg
from kafka import KafkaConsumer, TopicPartition

from schemas.events.topics import DEAD_LETTERS, EVENTS, queue_topic
from schemas.reference import offices
from tests.broker import reach
from tests.chaos.outlets import Delivered, Row, check_citizens, check_queues, check_view, lengths
from tests.chaos.record import Happened, Ledger, check_record
from tests.chaos.report import Report

PATIENCE_SECONDS = 180.0
PAGES = 100
OVERDUE = "select count(*) from petition where level = 'urgent' and state = 'assigned' and not (view->>'breached')::boolean"
ROWS = """
select p.petition_id, p.seq, p.state, p.office, p.queue_office, p.escalation, array_agg(t.seq || ' ' || t.event_id order by t.seq)
from petition p left join timeline t using (petition_id) group by p.petition_id
"""


def read_all(bootstrap: str, topic_partitions: list[tuple[str, int]]) -> Iterator[Any]:
    """Every committed record of the topics, each partition's in order.

    Raises TimeoutError, which says where, when nothing has come for a while though not all has been read.
    """
    consumer = KafkaConsumer(
        **reach(bootstrap), isolation_level="read_committed", enable_auto_commit=False, group_id=None,
        auto_offset_reset="earliest", max_poll_records=20_000,
    )  # fmt: skip
    tps = [TopicPartition(*tp) for tp in topic_partitions]
    consumer.assign(tps)
    ends = consumer.end_offsets(tps)
    until = time.monotonic() + PATIENCE_SECONDS
    while behind := {tp: (at, ends[tp]) for tp in tps if (at := consumer.position(tp)) < ends[tp]}:
        if time.monotonic() > until:
            raise TimeoutError(f"read no further than (position, end): {behind}")
        for batch in consumer.poll(timeout_ms=500).values():
            until = time.monotonic() + PATIENCE_SECONDS
            yield from batch
    consumer.close()


def read_ledger(path: Path) -> Ledger:
    petitions: dict[str, float] = {}
    codes: dict[str, str] = {}
    accepted: set[str] = set()
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            if "accepted" in row:
                accepted.add(row["petition_id"])
            else:
                petitions[row["petition_id"]], codes[row["petition_id"]] = row["at"], row["code"]
    return Ledger(petitions, codes, frozenset(accepted))


class Verifier:
    """`environment` is that of a role; `quiet_since`: when the last fault was over (Unix seconds)."""

    def __init__(self, environment: dict[str, str], ledger: Ledger, quiet_since: float) -> None:
        self._bootstrap, self._database = environment["KAFKA_BOOTSTRAP_SERVERS"], environment["DATABASE_URL"]
        self._url, self._partitions = environment["SERVICE_URL"], int(environment["PARTITIONS"])
        self._scale = float(environment["CLOCK_SCALE"])
        self._start, self._epoch = (int(environment[f"CLOCK_{name}_MS"]) / 1000 for name in ("START", "EPOCH"))
        self._ledger, self._quiet_since = ledger, quiet_since
        self.report = Report(petitions=len(ledger.petitions), accepted=len(ledger.accepted))

    def run(self) -> Report:
        self._wait_for_the_end()
        before = lengths(self._record())
        queues, rows = self._queues(), self._rows()
        known = [petition for petition in self._ledger.codes if petition in before]
        pages = [(petition, self._page(petition)) for petition in known[:: max(1, len(known) // PAGES)]]
        record = self._record()
        check_record(record, self._ledger, self._city_time, self._city_time(time.time()) - 60, self.report)
        self._dead_letters()
        check_queues(record, queues, self.report, before)
        check_view(record, rows, self.report, before)
        check_citizens(record, pages, self.report, before)
        return self.report

    def _city_time(self, moment: float) -> float:
        return self._start + (moment - self._epoch) * self._scale

    def _wait_for_the_end(self) -> None:
        """Until the record has what it must have, and view and queues have followed; then until no deadline is due any more."""
        wanted = len(self._ledger.petitions) + len(self._ledger.accepted)
        with psycopg.connect(self._database, autocommit=True) as connection:

            def count(query: str) -> int:
                row = connection.execute(query).fetchone()
                assert row is not None
                return int(row[0])

            _wait("the read model has not followed", lambda: count("select count(*) from timeline") >= wanted)
            self._wait_for_the_queues()
            self.report.backlog_gone_seconds = round(time.time() - self._quiet_since, 1)
            _wait("deadlines are overdue", lambda: count(OVERDUE) == 0)
            self._wait_for_the_queues()

    def _wait_for_the_queues(self) -> None:
        consumer = KafkaConsumer(**reach(self._bootstrap), group_id="dispatcher", enable_auto_commit=False)
        newest = KafkaConsumer(**reach(self._bootstrap), isolation_level="read_committed", group_id=None)
        tps = [TopicPartition(EVENTS.name, number) for number in range(self._partitions)]

        def followed() -> bool:
            # The marker of a transaction takes an offset after the last event; nobody commits what lies behind it.
            return all(last - (consumer.committed(tp) or 0) <= 1 for tp, last in newest.end_offsets(tps).items())

        _wait("the dispatcher is behind", followed)
        consumer.close()
        newest.close()

    def _shared(self, topic: str) -> Iterator[Any]:
        return read_all(self._bootstrap, [(topic, number) for number in range(self._partitions)])

    def _record(self) -> dict[str, list[Happened]]:
        record: dict[str, list[Happened]] = defaultdict(list)
        for row in self._shared(EVENTS.name):
            data, headers = json.loads(row.value), dict(row.headers)
            what = headers["ce_type"].decode().removeprefix("vn.hanoi.petition.").removesuffix(".v1")
            for bulky in ("petition", "classification"):
                data.pop(bulky, None)
            record[row.key.decode()].append(Happened(headers["ce_id"].decode(), what, row.timestamp / 1000, data))
        return record

    def _dead_letters(self) -> None:
        for row in self._shared(DEAD_LETTERS.name):
            reason = dict(row.headers).get("__connect.errors.exception.message", b"?").decode()
            self.report.blame("dead_letters", reason)

    def _queues(self) -> dict[str, list[Delivered]]:
        found: dict[str, list[Delivered]] = defaultdict(list)
        for row in read_all(self._bootstrap, [(queue_topic(code).name, 0) for code in offices()]):
            data = json.loads(row.value)
            found[row.topic.removeprefix("queue.")].append((data["petition_id"], data["seq"]))
        return found

    def _rows(self) -> dict[str, Row]:
        with psycopg.connect(self._database) as connection:
            return {
                petition: Row(seq, state, office, queue, escalation, _timeline(events))
                for petition, seq, state, office, queue, escalation, events in connection.execute(ROWS)
            }

    def _page(self, petition: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self._url}/v1/petitions/{self._ledger.codes[petition]}", timeout=10) as answer:
            return dict(json.load(answer))


def _timeline(events: list[str]) -> tuple[tuple[int, str], ...]:
    return tuple((int(seq), id_) for seq, _, id_ in (event.partition(" ") for event in events))


def _wait(what: str, done: Callable[[], bool]) -> None:
    """Until `done`, or until patience ends: then the checks say what is missing."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not done():
        if time.monotonic() > end:
            sys.stderr.write(f"{what}\n")
            return
        time.sleep(0.5)


def main() -> int:
    verifier = Verifier(dict(os.environ), read_ledger(Path(sys.argv[1])), float(sys.argv[2]))
    report = verifier.run()
    sys.stdout.write(json.dumps({"right": report.right, **asdict(report)}, ensure_ascii=False) + "\n")
    return 0 if report.right else 1


if __name__ == "__main__":
    sys.exit(main())
