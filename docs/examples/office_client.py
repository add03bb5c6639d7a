"""An office's own system, with kafka-python alone: reads the office's whole queue, accepts what is new, answers what it was told to.

    export KAFKA_BOOTSTRAP_SERVERS=127.0.0.1:9092 KAFKA_USERNAME=office-so-xd KAFKA_PASSWORD=…
    python office_client.py                                             # accepts every petition that waits for that
    python office_client.py --answer PETITION --text "Đã thay bóng …" --evidence https://example.org/den.jpg

It writes on `actions.<office>`, where this account alone may write: so what stands there is this office's. Whether it happens is decided
by the rules of the case; what became of it comes back on the queue.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition


def account() -> dict[str, Any]:
    """How any client of Kafka comes in. Between machines: SASL_SSL, and ssl_cafile where the authority is your own."""
    return {
        "bootstrap_servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"].split(","),
        "security_protocol": os.environ.get("KAFKA_SECURITY_PROTOCOL", "SASL_PLAINTEXT"),
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": os.environ["KAFKA_USERNAME"],
        "sasl_plain_password": os.environ["KAFKA_PASSWORD"],
    }


def queue(office: str) -> Iterator[Any]:
    """Every record of the office's queue, from the first that is kept to the present end; only committed ones."""
    consumer = KafkaConsumer(**account(), isolation_level="read_committed", enable_auto_commit=False, auto_offset_reset="earliest")
    partition = TopicPartition(f"queue.{office}", 0)
    consumer.assign([partition])
    end = consumer.end_offsets([partition])[partition]
    while consumer.position(partition) < end:
        for records in consumer.poll(timeout_ms=500).values():
            yield from records
    consumer.close()


def cases(office: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """By petition: the id of its newest event, and the case after it."""
    found = {}
    for record in queue(office):
        event_id = dict(record.headers)["ce_id"].decode()
        found[record.key.decode()] = event_id, json.loads(record.value)["case"]
    return found


def ask(producer: KafkaProducer, office: str, petition: str, after: str, **what: Any) -> None:
    """Ask for an action; returns when Kafka has it. `after`: the event that it answers to. Asked twice, it happens once."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    data = {"petition_id": petition, "actor": {"role": "office", "office": office}, "requested_at": now, **what}
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": f"{after}-{what['action']}",
        "ce_source": f"{office}/own-system",
        "ce_type": "vn.hanoi.petition.action-requested.v1",
        "ce_subject": petition,
        "ce_time": now,
        "content-type": "application/json",
    }
    headers = [(name, value.encode()) for name, value in attributes.items()]
    producer.send(f"actions.{office}", key=petition.encode(), value=json.dumps(data).encode(), headers=headers).get(timeout=30)


def main() -> int:
    """One round; 1 when the petition to answer is not in the queue."""
    options = argparse.ArgumentParser(description="Work on an office's queue, once.")
    options.add_argument("--answer", metavar="PETITION")
    options.add_argument("--text")
    options.add_argument("--evidence", action="append", default=[])
    chosen = options.parse_args()
    office = os.environ["KAFKA_USERNAME"].removeprefix("office-")
    producer = KafkaProducer(**account(), acks="all", enable_idempotence=True)
    known = cases(office)
    for petition, (event_id, case) in known.items():
        if case["office"] == office and case["state"] == "assigned":
            ask(producer, office, petition, event_id, action="accept")
            print(f"{petition} accepted")
    if chosen.answer in known:
        what = {"action": "answer", "result": "done", "text": chosen.text, "evidence_urls": chosen.evidence}
        ask(producer, office, chosen.answer, known[chosen.answer][0], **what)
        print(f"{chosen.answer} answered")
    producer.close()
    return 1 if chosen.answer and chosen.answer not in known else 0


if __name__ == "__main__":
    sys.exit(main())
