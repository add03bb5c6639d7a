"""The load, in a process of its own: an intake app that publishes petitions, and offices that accept every fifth one.

Writes what Kafka acknowledged as JSON lines: `{"petition_id", "at", "code"}` and `{"petition_id", "accepted"}`. Goes on beyond the count
until its standard input is closed, so that whoever makes faults meanwhile is not raced.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any

from kafka import KafkaConsumer, TopicPartition

from producers.client import ActionProducer, IntakeProducer
from producers.kafka.publisher import Limits, Unavailable
from schemas.events.base import Actor, Role
from schemas.events.topics import EVENTS
from schemas.platform.settings import ProcessSettings
from tests.broker import operator, reach

TEXTS = (
    "Đèn đường ngõ 12 hỏng ba hôm nay, tối om, đề nghị sửa sớm.",
    "Ngập nước trước cổng trường mỗi khi mưa to, các cháu không đi được.",
    "o ga to giua duong, xe may nga may lan roi",
    "Mất nước từ sáng, gọi tổng đài không ai nghe.",
    "Xe rác 3 hôm chưa qua thu gom.",
    "xe ko nhường đường, ùn tắc cả tiếng ở ngã tư",
    "Vỉa hè bị chiếm làm chỗ để xe, người đi bộ phải xuống lòng đường.",
    "Cây đổ đè lên xe máy ở phố Huế, có người bị thương",  # urgent: its deadline comes while the test runs
)
EVERY = 5
PATIENT = Limits(connect_timeout_ms=30_000)
"""The broker has just started, and all else with it."""


class Ledger:
    """What was acknowledged, on disk at once."""

    def __init__(self, out: IO[str]) -> None:
        self._out, self._lock = out, threading.Lock()
        self.petitions = self.accepted = 0

    def petition(self, petition_id: str, code: str) -> None:
        with self._lock:
            self.petitions += 1
            self._out.write(json.dumps({"petition_id": petition_id, "at": time.time(), "code": code}) + "\n")

    def accept(self, petition_id: str) -> None:
        with self._lock:
            self.accepted += 1
            self._out.write(json.dumps({"petition_id": petition_id, "accepted": True}) + "\n")


class Intake:
    """Publishes petition after petition at a rate; one that was not acknowledged is sent again under the same external id."""

    def __init__(self, producer: IntakeProducer, ledger: Ledger) -> None:
        self._producer, self._ledger = producer, ledger
        self._again: deque[int] = deque()

    def run(self, count: int, rate: float, stop: threading.Event) -> int:
        """Send `count`, and more until `stop`; return how many were sent, all of them acknowledged."""
        began, number = time.monotonic(), 0
        while not stop.is_set() or number < count or self._ledger.petitions < number:
            while self._again:
                self._send(self._again.popleft())
                time.sleep(0.001)
            allowed = int((time.monotonic() - began) * rate)
            most = max(count, number) if stop.is_set() else allowed
            while number < min(allowed, most) and not self._again:
                self._send(number)
                number += 1
            time.sleep(0.005)
        return number

    def _send(self, number: int) -> None:
        try:
            future = self._producer.submit_soon(channel="ihanoi", external_id=f"chaos-{number}", text=TEXTS[number % len(TEXTS)])
        except Unavailable:
            time.sleep(0.05)
            self._again.append(number)
            return
        future.add_done_callback(lambda done: self._done(number, done))

    def _done(self, number: int, done: Future[Any]) -> None:
        if done.exception() is None:
            receipt = done.result()
            self._ledger.petition(receipt.petition_id, receipt.tracking_code)
        else:
            self._again.append(number)


def accept_some(bootstrap: str, partitions: int, ledger: Ledger, wanted: Future[int]) -> None:
    """The offices: each fifth petition of the record is accepted by the office that owns it."""
    consumer = KafkaConsumer(
        **reach(bootstrap), isolation_level="read_committed", enable_auto_commit=False, group_id=None,
        auto_offset_reset="earliest",
    )  # fmt: skip
    consumer.assign([TopicPartition(EVENTS.name, number) for number in range(partitions)])
    producer = ActionProducer(operator(bootstrap), clock=ProcessSettings().clock())
    seen = 0
    while not wanted.done() or seen < wanted.result():
        for records in consumer.poll(timeout_ms=200).values():
            for record in records:
                event = json.loads(record.value)
                if event["seq"] == 1 and int(event["petition_id"], 16) % EVERY == 0:
                    seen += 1
                    if event["case"]["office"]:
                        _accept(producer, event["petition_id"], event["case"]["office"])
                        ledger.accept(event["petition_id"])
                elif event["seq"] == 1:
                    seen += 1
    producer.close()
    consumer.close()


def _accept(producer: ActionProducer, petition_id: str, office: str) -> None:
    while True:
        try:
            producer.submit(petition_id, Actor(role=Role.OFFICE, office=office), {"action": "accept"}, idempotency_key=petition_id)
        except Unavailable:
            time.sleep(0.2)
        else:
            return


def main() -> None:
    count, rate, path = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
    bootstrap, partitions = os.environ["KAFKA_BOOTSTRAP_SERVERS"], int(os.environ["PARTITIONS"])
    clock = ProcessSettings().clock()  # the city's, which may be a scaled one
    with Path(path).open("w", encoding="utf-8", buffering=1) as out:
        ledger = Ledger(out)
        total: Future[int] = Future()
        stop = threading.Event()
        offices = threading.Thread(target=accept_some, args=(bootstrap, partitions, ledger, total))
        offices.start()
        threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
        secret = os.environ["TRACKING_SECRET"].encode()
        with IntakeProducer(operator(bootstrap), tracking_secret=secret, clock=clock, limits=PATIENT) as producer:
            total.set_result(Intake(producer, ledger).run(count, rate, stop))
        offices.join()


if __name__ == "__main__":
    main()
