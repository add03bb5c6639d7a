"""The day on which everything is lost, rehearsed: a backup of a running city, restored elsewhere, and the city goes on there."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from kafka import TopicPartition

from deploy import cli
from deploy.cluster.backup.bring import PARTS, NotEmpty, bring
from deploy.cluster.command import at_site
from deploy.cluster.doctor import uploads
from deploy.cluster.doctor.patient import Patient
from deploy.cluster.kafka import administering
from deploy.cluster.reading import reading, spans
from deploy.cluster.rebuild import queues, stores
from deploy.one_machine.reach import environment
from deploy.one_machine.runner.directory import Directory
from schemas.commands.progress import silent
from schemas.events.sealing import Sealing
from schemas.events.topics import EVENTS
from schemas.platform import keyring
from schemas.platform.settings import ProcessSettings
from tests.broker import give_operator
from tests.chaos.instance import Instance
from tests.files.contents import jpeg
from tests.system.people import City, wait

ANSWER = {
    "result": "done",
    "text": "Đội chiếu sáng đã thay bóng đèn trước số nhà này, đèn sáng lại từ 19 giờ tối nay.",
    "evidence_urls": ["https://example.org/den.jpg"],
}
CONTACT = {"phone": "0912345678"}


def petitions(*arguments: str) -> str:
    """Run the command line, in this process; its output. It must succeed."""
    done = CliRunner().invoke(cli.petitions, arguments)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


@dataclass
class Rehearsal:
    """`before`: what was acknowledged before the backup began; `erased` and `kept`: petition ids with a contact and a picture each;
    `pictures`: file ids by petition id."""

    lost: Instance
    found: Instance
    file: Path
    key: Path
    before: list[dict[str, Any]] = field(default_factory=list)
    erased: str = ""
    kept: str = ""
    pictures: dict[str, str] = field(default_factory=dict)
    restored: str = ""


@pytest.fixture(scope="module")
def rehearsal(instance: Instance, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rehearsal]:
    """While petitions come in a backup is made; then one citizen is forgotten, and all is restored to another directory and started."""
    folder = tmp_path_factory.mktemp("rehearsal")
    made = Rehearsal(instance, Instance(folder / "data"), folder / "backup.age", folder / "key")
    with City(instance.url, instance.data / "credentials.json") as city:
        _live(city, made)
        with Crowd(instance):
            petitions("backup", str(made.file), "--key", str(made.key), "--new-key", "--data", str(instance.data))
    petitions("forget", made.erased, "--reason", "rehearsal", "--data", str(instance.data))
    petitions("erasures", "--out", str(folder / "erasures"), "--data", str(instance.data))
    arguments = ("--key", str(made.key), "--erasures", str(folder / "erasures"), "--data", str(made.found.data))
    give_operator(made.found.data / "kafka" / "accounts")  # before there is a broker: afterwards it would know another password
    made.restored = petitions("restore", str(made.file), *arguments)
    made.found.start()
    yield made
    made.found.stop()


def _live(city: City, made: Rehearsal) -> None:
    """Some petitions with a life behind them, two with a contact and a picture, three on one matter."""
    first, second = (_with_picture(city, made, f"Đèn đường trước số {number} phố Huế hỏng ba hôm nay") for number in (12, 14))
    made.erased, made.kept = first["petition_id"], second["petition_id"]
    place = {"lat": 21.0181, "long": 105.8512, "ward_code": "00256"}
    words = ("Đèn đường trước số 71 phố Lò Đúc không sáng", "Trước nhà số 71 Lò Đúc đèn đường không sáng mấy hôm nay.")
    alike = [city.submit(text, category="street-lighting", location=place) for text in words]
    city.wait_state(alike[1]["tracking_code"], "merged")
    city.wait_state(second["tracking_code"], "assigned")
    office = city.status(second["tracking_code"])["office"]["code"]
    assert city.act(office, made.kept, "accept").status_code == 202
    city.wait_state(second["tracking_code"], "accepted")
    made.before = [first, second, *alike]


def _with_picture(city: City, made: Rehearsal, text: str) -> dict[str, Any]:
    found = city.http.post("/v1/files", files={"file": ("den.jpg", jpeg())}).json()
    petition = city.submit(text, contact=CONTACT, files=[{"id": found["file_id"], "token": found["token"]}])
    made.pictures[petition["petition_id"]] = found["file_id"]
    return petition


def stored(instance: Instance, file_id: str) -> dict[str, bytes]:
    """What lies in the instance's store of that file, by part."""
    return {path.name: path.read_bytes() for path in (instance.data / "files" / "kept" / file_id[:2] / file_id).glob("*")}


class Crowd(threading.Thread):
    """Citizens who go on handing petitions in."""

    def __init__(self, instance: Instance) -> None:
        super().__init__(daemon=True)
        self._city, self._enough = City(instance.url, instance.data / "credentials.json"), threading.Event()

    def run(self) -> None:
        while not self._enough.wait(0.25):
            self._city.submit("Xe rác ba hôm chưa qua thu gom, mùi rất khó chịu.")

    def __enter__(self) -> None:
        self.start()
        time.sleep(1.0)

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        self.join(30)


def events(instance: Instance) -> dict[str, list[dict[str, Any]]]:
    """The record, by petition."""
    settings = ProcessSettings(kafka_bootstrap_servers=instance.bootstrap())
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with administering(settings) as admin, reading(settings) as reader:
        tps = [TopicPartition(EVENTS.name, number) for number in range(settings.partitions)]
        for tp, span in spans(admin, tps).items():
            for batch in reader.between(tp, *span):
                for record in batch:
                    event = json.loads(record.value or b"")
                    found[event["petition_id"]].append(event)
    return found


def test_what_was_acknowledged_before_the_backup_is_there_each_event_once(rehearsal: Rehearsal) -> None:
    """The record goes on where it stood: what was under way at the moment of the backup is done there, once and in order."""
    ids = {one["petition_id"] for one in rehearsal.before}
    there, here = wait(lambda: (events(rehearsal.lost), events(rehearsal.found)), lambda both: ids <= both[1].keys())

    assert ids <= here.keys() <= there.keys()
    for petition, life in here.items():
        assert [event["seq"] for event in life] == list(range(1, len(life) + 1)), petition
    for petition in ids:
        known = len(here[petition])
        assert here[petition] == there[petition][:known]


def test_a_citizen_and_an_office_go_on(rehearsal: Rehearsal) -> None:
    """The code still opens the petition, the token still opens the desk; an answer and a new petition come through."""
    one = rehearsal.before[1]
    with City(rehearsal.found.url, rehearsal.found.data / "credentials.json") as city:
        status = city.wait_state(one["tracking_code"], "accepted")
        assert city.act(status["office"]["code"], one["petition_id"], "answer", **ANSWER).status_code == 202
        assert city.wait_state(one["tracking_code"], "answered")["state"] == "answered"
        new = city.submit("Nắp cống trước số 9 phố Huế bị vỡ, rất nguy hiểm cho người đi đường.")
        assert city.wait_state(new["tracking_code"], "assigned")["state"] == "assigned"


def test_a_contact_that_was_erased_after_the_backup_stays_erased(rehearsal: Rehearsal) -> None:
    """The backup had its key; the list kept elsewhere says that it must go. The other one is still there."""
    with psycopg.connect(rehearsal.found.database()) as connection:
        keys = dict(connection.execute("select petition_id, key from contact_key").fetchall())

    assert keys[rehearsal.erased] is None
    assert keys[rehearsal.kept] is not None
    assert "1 forgotten again" in rehearsal.restored


def test_words_that_were_erased_after_the_backup_stay_erased(rehearsal: Rehearsal) -> None:
    """The backup had the keyring as it was; what one citizen wrote cannot be read in the restored record, what the other wrote can."""
    sealing = Sealing(keyring.load(rehearsal.found.data / "keyring.json"))
    record = events(rehearsal.found)
    erased, kept = (sealing.open(record[one][0])["petition"] for one in (rehearsal.erased, rehearsal.kept))

    assert "text" not in erased
    assert kept["text"].startswith("Đèn đường")


def test_uploaded_files_are_in_the_backup_and_those_of_who_was_forgotten_do_not_come_back(rehearsal: Rehearsal) -> None:
    """Byte for byte what was taken in, its small form as well; of the forgotten neither bytes nor a row."""
    kept, erased = (rehearsal.pictures[one] for one in (rehearsal.kept, rehearsal.erased))
    with psycopg.connect(rehearsal.found.database()) as connection:
        rows = connection.execute("select file_id, petition_id from file where file_id = any(%s)", ([kept, erased],)).fetchall()

    assert stored(rehearsal.found, kept) == stored(rehearsal.lost, kept)
    assert stored(rehearsal.found, kept).keys() == {"whole", "small"}
    assert stored(rehearsal.found, erased) == {}
    assert rows == [(kept, rehearsal.kept)]


def test_files_are_matched_with_the_record_after_a_restore_of_the_database_alone(rehearsal: Rehearsal) -> None:
    """The doctor tells of what nobody knows; a file that the record names is known again, and what nobody named is removed."""
    kept, stray = rehearsal.pictures[rehearsal.kept], "ab" * 16
    row = "select status, kind, media_type, size, sha256, petition_id from file where file_id = %s"
    directory = Directory(rehearsal.found.data)
    with psycopg.connect(rehearsal.found.database(), autocommit=True) as connection:
        before = connection.execute(row, (kept,)).fetchall()
        connection.execute("delete from file where file_id = %s", (kept,))  # as in a dump from before it was uploaded
        (folder := rehearsal.found.data / "files" / "kept" / "ab" / stray).mkdir(parents=True)
        (folder / "whole").write_bytes(b"x")
        with Patient(environment(directory, {}), directory) as site:
            found = [one.found for one in uploads.stored(site)]
        shown = petitions("rebuild", "files", "--data", str(rehearsal.found.data))

        assert found == ["2 files lie in the store and nobody knows them, as after a restore of the database"]
        assert "1 were missing, 0 wrong, 1 too many" in shown
        assert stored(rehearsal.found, stray) == {}
        assert connection.execute(row, (kept,)).fetchall() == before != []


@pytest.mark.parametrize("what", ["read-model", "incidents"])
def test_what_was_restored_equals_what_the_record_says(rehearsal: Rehearsal, what: str) -> None:
    """Made anew from the record beside what is there, while the roles go on: no difference."""
    shown = petitions("rebuild", what, "--data", str(rehearsal.found.data))

    assert shown.strip().endswith("compared, all as they were")


def test_queues_and_state_equal_what_the_record_says(rehearsal: Rehearsal) -> None:
    """With the roles stopped, broker and database started for the work: no difference either, once the queues have lost what was
    forgotten, which the offices' topics of the backup still had. A second restore is refused."""
    rehearsal.found.stop()
    with at_site(rehearsal.found.data) as site:
        words = [one for one in queues.rebuild(site, silent) if not one.is_none]
        found = {"queues": queues.rebuild(site, silent), "state": stores.rebuild(site, silent)}
        with pytest.raises(NotEmpty):
            bring(site, rehearsal.file, rehearsal.key, PARTS, silent)

    assert [(one.missing, one.wrong) for one in words] == [(0, 1)]
    assert {what: [one for one in ones if not one.is_none] for what, ones in found.items()} == {"queues": [], "state": []}
    assert all(sum(one.total for one in ones) for ones in found.values())
