"""Offices' and channels' own systems over Kafka, on a whole instance: they act as themselves, and as nobody else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError

from deploy.one_machine.embedded.jars import kafka_classpath
from producers.client import ActionProducer, IntakeProducer
from schemas.events.base import Actor, Role
from schemas.events.dead_letters import reason
from schemas.events.topics import ACTIONS, DEAD_LETTERS, INTAKE, channel_topic, office_topic
from schemas.platform.kafka import KafkaSettings
from tests.bench.java_job import compile_java, java
from tests.broker import reach
from tests.chaos.instance import Instance
from tests.system.people import City, wait

OFFICE = "so-xd"
EXAMPLE = Path(__file__).resolve().parents[2] / "docs" / "examples" / "office_client.py"
PRETENDED = [Actor(role=Role.CITIZEN), Actor(role=Role.OFFICE, office="so-yt"), Actor(role=Role.OPERATOR, office=OFFICE)]
FOREIGN = [
    (f"office-{OFFICE}", ACTIONS),
    (f"office-{OFFICE}", office_topic("so-yt")),
    ("channel-ihanoi", INTAKE),
    ("channel-ihanoi", office_topic(OFFICE)),
]
ANSWER = ["--text", "Đội chiếu sáng đã thay bóng đèn, đèn sáng lại từ 19 giờ tối nay.", "--evidence", "https://example.org/den.jpg"]


def account(instance: Instance, principal: str) -> KafkaSettings:
    """What the operator would hand over to that principal."""
    password = (instance.data / "kafka" / "accounts" / principal).read_text(encoding="utf-8")
    return KafkaSettings(
        kafka_bootstrap_servers=instance.bootstrap(),
        kafka_security_protocol="SASL_PLAINTEXT",
        kafka_username=principal,
        kafka_password=password,
    )


def submit(city: City, text: str) -> dict[str, Any]:
    """A petition that waits for the office."""
    sent = city.submit(text, category="street-lighting")
    city.wait_state(sent["tracking_code"], "assigned")
    wait(lambda: [item["petition_id"] for item in city.queue(OFFICE)], lambda ids: sent["petition_id"] in ids)
    return sent


def test_an_offices_own_system_reads_its_queue_accepts_and_answers(instance: Instance, city: City) -> None:
    """The example of the documentation, as an office would run it, with its own account; run twice, an action happens once."""
    sent = submit(city, "Đèn đường trước số 12 phố Huế hỏng ba hôm nay, tối om.")

    def accepted() -> str:
        run_example(instance)
        return str(city.status(sent["tracking_code"])["state"])

    assert wait(accepted, lambda state: state == "accepted") == "accepted"
    run_example(instance, "--answer", sent["petition_id"], *ANSWER)
    run_example(instance, "--answer", sent["petition_id"], *ANSWER)
    city.wait_state(sent["tracking_code"], "answered")
    assert city.types(sent["tracking_code"]) == ["received", "assigned", "accepted", "answered"]


def test_an_offices_own_system_may_be_in_java(instance: Instance, city: City, tmp_path: Path) -> None:
    """The same example in another language, with Kafka's own client."""
    compile_java(EXAMPLE.with_name("OfficeClient.java"), kafka_classpath(), tmp_path)
    program = [*java(), "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", f"{tmp_path}:{kafka_classpath()}", "OfficeClient"]
    sent = submit(city, "Đèn đường trước số 30 phố Lò Đúc hỏng hai hôm nay, tối om.")

    def accepted() -> str:
        run_as_office(instance, program)
        return str(city.status(sent["tracking_code"])["state"])

    assert wait(accepted, lambda state: state == "accepted") == "accepted"
    run_as_office(instance, [*program, sent["petition_id"], ANSWER[1], ANSWER[3]])
    assert city.wait_state(sent["tracking_code"], "answered")["state"] == "answered"


def run_example(instance: Instance, *arguments: str) -> None:
    run_as_office(instance, [sys.executable, str(EXAMPLE), *arguments])


def run_as_office(instance: Instance, command: list[str]) -> None:
    """With what the office was handed over in its environment."""
    given = account(instance, f"office-{OFFICE}")
    assert given.kafka_password is not None
    environment = {
        **os.environ,
        "KAFKA_BOOTSTRAP_SERVERS": given.kafka_bootstrap_servers,
        "KAFKA_USERNAME": given.kafka_username,
        "KAFKA_PASSWORD": given.kafka_password.get_secret_value(),
    }
    subprocess.run(command, env=environment, check=True, timeout=120, stdout=subprocess.DEVNULL)


def test_a_channels_own_system_publishes_petitions(instance: Instance, city: City) -> None:
    """They are the channel's; the code it hands over opens the page."""
    secret = (instance.data / "tracking-secret").read_bytes()
    with IntakeProducer(account(instance, "channel-ihanoi"), own_channel="ihanoi", tracking_secret=secret) as intake:
        receipt = intake.submit(channel="ihanoi", external_id="own-1", text="Đèn đường ngõ 12 hỏng ba hôm nay", category="street-lighting")

    assert wait(lambda: city.http.get(f"/v1/petitions/{receipt.tracking_code}").status_code, lambda code: code == 200) == 200


@pytest.mark.parametrize("actor", PRETENDED, ids=str)
def test_an_office_that_speaks_as_another_is_not_heard(instance: Instance, city: City, actor: Actor) -> None:
    """Not as the citizen, not as another office, not as the operator: a dead letter that says so, and the case does not move."""
    sent = submit(city, f"Đèn đường trước số 14 phố Huế hỏng, tối om, {actor.role}.")
    with ActionProducer(account(instance, f"office-{OFFICE}"), own_office=OFFICE) as own:
        own.submit(sent["petition_id"], actor, {"action": "withdraw", "reason": "không cần nữa"})
    told = wait(lambda: refused(instance, sent["petition_id"]), bool)

    assert [(one.topic, one.stage, one.error) for one in told] == [(office_topic(OFFICE).name, "forwarder", "Forged")]
    assert city.status(sent["tracking_code"])["state"] == "assigned"


def refused(instance: Instance, petition_id: str) -> list[Any]:
    """Why records with that key were rejected."""
    consumer = KafkaConsumer(**reach(instance.bootstrap()), isolation_level="read_committed", auto_offset_reset="earliest")
    partitions = [TopicPartition(DEAD_LETTERS.name, number) for number in consumer.partitions_for_topic(DEAD_LETTERS.name)]
    consumer.assign(partitions)
    ends, rows = consumer.end_offsets(partitions), []
    while any(consumer.position(one) < end for one, end in ends.items()):
        rows += [row for batch in consumer.poll(timeout_ms=300).values() for row in batch]
    consumer.close()
    return [reason(row.headers) for row in rows if row.key == petition_id.encode()]


@pytest.mark.parametrize(("principal", "topic"), FOREIGN)
def test_an_own_system_writes_on_its_own_topic_alone(instance: Instance, principal: str, topic: Any) -> None:
    """Kafka refuses everything else, before anybody reads it."""
    producer = KafkaProducer(**account(instance, principal).client(), acks="all", max_block_ms=5000)
    with pytest.raises(TopicAuthorizationFailedError):
        producer.send(topic.name, key=b"0" * 26, value=json.dumps({}).encode(), partition=0).get(10)
    producer.close()


def test_a_channel_that_speaks_as_another_is_not_heard(instance: Instance) -> None:
    """The petition goes to the dead letters with the reason."""
    secret = (instance.data / "tracking-secret").read_bytes()
    with IntakeProducer(account(instance, "channel-ihanoi"), own_channel="ihanoi", tracking_secret=secret) as intake:
        receipt = intake.submit(channel="web", external_id="own-2", text="Đèn đường ngõ 12 hỏng ba hôm nay")
    told = wait(lambda: refused(instance, receipt.petition_id), bool)

    assert [(one.topic, one.error) for one in told] == [(channel_topic("ihanoi").name, "Forged")]
