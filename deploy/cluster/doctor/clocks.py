"""Clocks: deadlines are judged by several, so they must agree."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from deploy.cluster.doctor.finding import Finding, fine, not_here, wrong
from deploy.cluster.doctor.patient import Patient
from schemas.events.topics import INTAKE

if TYPE_CHECKING:
    from kafka import KafkaProducer

LIMIT_MS = 1000
_DO = "keep all clocks by NTP (chrony, systemd-timesyncd) on every machine"


def of_brokers(site: Patient) -> Iterator[Finding]:
    """Each leader's, by the time that it stamps on a record. The record is part of a transaction that is aborted: nobody reads it."""
    leaders = {part["leader_id"]: part["partition_index"] for part in site.topics.get(INTAKE.name, {}).get("partitions", ())}
    if not leaders:
        yield not_here(f"there is no {INTAKE.name} yet")
        return
    producer = _producer(site)
    try:
        producer.init_transactions()
        producer.begin_transaction()
        for broker, partition in leaders.items():
            yield judged(f"broker {broker}", *_asked(partial(_stamped, producer, partition)))
        producer.abort_transaction()
    finally:
        producer.close(timeout=3)


def of_database(site: Patient) -> Iterator[Finding]:
    """The database server's."""

    def now() -> int:
        row = site.database.execute("select (extract(epoch from clock_timestamp()) * 1000)::bigint").fetchone()
        assert row is not None
        return int(row[0])

    now()  # the first question opens the connection
    yield judged("the database", *_asked(now))


def judged(whose: str, before_ms: float, theirs_ms: float, after_ms: float) -> Finding:
    """`theirs_ms` was told at some time between the two others, which are ours: only what that cannot explain is a difference."""
    ahead, behind = theirs_ms - after_ms, before_ms - theirs_ms
    if max(ahead, behind) <= LIMIT_MS:
        return fine(f"{whose}: the same within {max(0.0, ahead, behind):.0f} ms")
    word, by = ("ahead", ahead) if ahead > behind else ("behind", behind)
    return wrong(f"{whose} is {by / 1000:.1f} s {word} of this machine", _DO)


def _asked(ask: Callable[[], int]) -> tuple[float, float, float]:
    before = time.time() * 1000
    told = ask()
    return before, told, time.time() * 1000


def _producer(site: Patient) -> KafkaProducer:
    from kafka import KafkaProducer

    return KafkaProducer(
        **site.settings.client(),
        transactional_id=f"petitions-doctor-{socket.gethostname()}",
        transaction_timeout_ms=10_000,
        acks="all",
        max_block_ms=10_000,
        bootstrap_timeout_ms=5000,
        allow_auto_create_topics=False,
    )


def _stamped(producer: KafkaProducer, partition: int) -> int:
    return int(producer.send(INTAKE.name, value=b"", partition=partition).get(timeout=10).timestamp)
