"""Planted canaries through a whole life: where they can be read before their citizen is forgotten, and that they cannot afterwards."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaProducer, TopicPartition

from deploy.cluster.kafka import administering
from deploy.cluster.reading import partitions_of, reading, spans
from schemas.events.sealing import Sealing
from schemas.events.topics import ACTIONS, DEAD_LETTERS, EVENTS, INTAKE, all_topics
from schemas.platform import keyring
from schemas.platform.settings import ProcessSettings
from tests.broker import reach
from tests.chaos.instance import CLI, Instance
from tests.system.people import City, wait

CANARIES = ("0912555771", "0912 555 771", "001099055577", "canary7@example.org", "29A-555.77", "Canaryva")
SAID = "gọi 0912 555 771, CCCD 001099055577, canary7@example.org, xe 29A-555.77, hỏi Canaryva"
PLACE = {"lat": 21.0181, "long": 105.8512, "ward_code": "00256"}
LIGHT = {"category": "street-lighting", "location": PLACE}


@dataclass
class Life:
    """`mine`: the petition with the canaries; `leader`: the one that it was merged into."""

    mine: dict[str, Any]
    leader: dict[str, Any]
    office: str
    contact: dict[str, Any]


@pytest.fixture(scope="module")
def life(instance: Instance) -> Iterator[Life]:
    """A petition with a contact, notes, a reveal of its contact, a merge, a note after it, and a dead letter under its key."""
    with City(instance.url, instance.data / "credentials.json") as city:
        leader = city.submit("Đèn đường trước số 61 trong ngõ không sáng", **LIGHT, contact={"phone": "+84 912 555 771"})
        contact = {"name": "Canaryva", "phone": "0912555771", "email": "canary7@example.org"}
        place = {**PLACE, "address": "12 ngõ Canaryva"}
        mine = city.submit(f"Cột đèn nghiêng ở ngã tư, {SAID}", **{**LIGHT, "location": place}, contact=contact, external_id="Canaryva-7")
        code, petition_id = mine["tracking_code"], mine["petition_id"]
        office = city.wait_state(code, "assigned")["office"]["code"]
        city.wait_state(leader["tracking_code"], "assigned")
        assert wait(lambda: _contact(city, office, petition_id)[0], lambda status: status != 404) == 403
        assert city.act(office, petition_id, "reveal-contact", reason=f"Hẹn gặp Canaryva, {SAID}").status_code == 202
        shown = wait(lambda: _contact(city, office, petition_id), lambda answer: answer[0] == 200)[1]
        assert city.citizen_act(code, "add-information", text=f"Thêm: {SAID}").status_code == 202
        assert city.act("tt-pvhcc", petition_id, "merge", into=leader["petition_id"], reason=f"Một việc, {SAID}").status_code == 202
        city.wait_state(code, "merged")
        assert city.citizen_act(code, "add-information", text=f"Sau khi gộp: {SAID}").status_code == 202
        _dead_letter(instance, petition_id)
        told = wait(lambda: city.desk_types(office, leader["petition_id"]), lambda types: "follower-informed" in types)
        assert "follower-informed" in told
        yield Life(mine, leader, office, shown)


def _contact(city: City, office: str, petition_id: str) -> tuple[int, dict[str, Any]]:
    answer = city.http.get(f"/v1/departments/{office}/queue/{petition_id}/contact", headers=city.token(office))
    return answer.status_code, answer.json()


def _dead_letter(instance: Instance, petition_id: str) -> None:
    producer = KafkaProducer(**reach(instance.bootstrap()))
    producer.send(ACTIONS.name, key=petition_id.encode(), value=json.dumps({"text": SAID}).encode()).get(timeout=15)
    producer.close()
    wait(lambda: found_in(instance, DEAD_LETTERS.name), lambda found: found > 0)


def records(instance: Instance, topic: str) -> list[bytes]:
    settings = ProcessSettings(kafka_bootstrap_servers=instance.bootstrap())
    with administering(settings) as admin, reading(settings) as reader:
        found = spans(admin, partitions_of(admin, [topic]))
        return [
            record.value or b"" for tp, span in found.items() for batch in reader.between(TopicPartition(*tp), *span) for record in batch
        ]


def tells(value: bytes | str) -> bool:
    text = value if isinstance(value, str) else value.decode(errors="replace")
    return any(canary in text for canary in CANARIES)


def found_in(instance: Instance, topic: str) -> int:
    return sum(map(tells, records(instance, topic)))


def opened(instance: Instance) -> int:
    """How many events tell a canary to somebody with the keyring."""
    sealing = Sealing(keyring.load(instance.data / "keyring.json"))
    return sum(tells(sealing.open_value(value)) for value in records(instance, EVENTS.name))


def rows(instance: Instance) -> dict[str, int]:
    """How many rows of each table tell one."""
    tables = "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'"
    with psycopg.connect(instance.database()) as connection:
        names = [name for (name,) in connection.execute(tables).fetchall()]
        texts = {name: connection.execute(f'select t::text from "{name}" t').fetchall() for name in names}
    return {name: number for name, found in texts.items() if (number := sum(tells(text) for (text,) in found))}


def files(instance: Instance) -> list[Path]:
    """Logs, stores and the database's files that have one in the clear. Topics are compressed: they are read as records."""
    with psycopg.connect(instance.database(), autocommit=True) as connection:
        connection.execute("checkpoint")
    places = (instance.data / name for name in ("logs", "state", "postgres"))
    return [path for place in places for path in place.rglob("*") if path.is_file() and tells(path.read_bytes().decode("utf-8", "replace"))]


def test_before_only_who_must_read_can(instance: Instance, life: Life) -> None:
    """The record, the database with its files, logs and stores have no canary in the clear; with the keyring the record tells them. The
    office has seen the contact, and what else its citizen had reported to it; he reads that it did."""
    with City(instance.url, instance.data / "credentials.json") as city:
        timeline = {item["type"]: item["details"] for item in city.status(life.mine["tracking_code"])["timeline"]}

    earlier = life.contact.pop("earlier")
    assert life.contact == {"name": "Canaryva", "phone": "0912555771", "email": "canary7@example.org"}
    assert [one["petition_id"] for one in earlier] == [life.leader["petition_id"]]
    assert "Hẹn gặp" in timeline["contact-revealed"]["reason"]
    assert (found_in(instance, EVENTS.name), rows(instance), files(instance)) == (0, {}, [])
    assert opened(instance) >= 5
    assert found_in(instance, INTAKE.name) == 1


def test_afterwards_nobody_can(instance: Instance, life: Life) -> None:
    """Forgotten by the citizen's own button: no page, no event, no row and no file tells a canary, the leader's record included. What is
    still in transit, in queues and dead letters is named with the day on which it goes."""
    code, petition_id = life.mine["tracking_code"], life.mine["petition_id"]
    with City(instance.url, instance.data / "credentials.json") as city:
        assert city.citizen_act(code, "forget").status_code == 202
        wait(lambda: city.types(code), lambda types: "forgotten" in types)
        wait(lambda: opened(instance), lambda found: found == 0)
        pages = wait(lambda: _pages(city, life), lambda shown: not tells(shown))
        status = _contact(city, life.office, petition_id)[0]

    assert (opened(instance), rows(instance), files(instance)) == (0, {}, [])
    assert not tells(pages)
    assert status == 404
    verified = subprocess.run(
        [*CLI, "forget", petition_id, "--verify", "--data", str(instance.data)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, "STILL READABLE" in verified.stdout) == (0, False), verified.stdout + verified.stderr
    kept = {topic.name for topic in all_topics() if f"topic {topic.name}: " in verified.stdout}
    assert {INTAKE.name, ACTIONS.name, DEAD_LETTERS.name} <= kept
    assert EVENTS.name not in kept
    assert all("gone at the latest on" in line for line in verified.stdout.splitlines()[1:])


def _pages(city: City, life: Life) -> str:
    """What citizens and the office see of both petitions."""
    shown = [city.status(one["tracking_code"]) for one in (life.mine, life.leader)]
    desk = city.http.get(f"/v1/departments/{life.office}/queue/{life.leader['petition_id']}", headers=city.token(life.office)).json()
    return json.dumps([*shown, desk, city.queue(life.office)], ensure_ascii=False)
