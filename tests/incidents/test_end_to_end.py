"""Several citizens, one matter: on real Kafka and PostgreSQL, through HTTP, with all roles running."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from streams.case.policy.load import DEFAULT_FILE
from tests.chaos.instance import CLI, Instance
from tests.system.people import City, wait

PLACE = {"lat": 21.0181, "long": 105.8512, "ward_code": "00256"}
ANSWER = {
    "result": "done",
    "text": "Đơn vị chiếu sáng đã thay bóng đèn trước số nhà này, đèn sáng lại từ 19 giờ tối qua.",
    "evidence_urls": ["https://example.org/den-sang.jpg"],
}


def report(city: City, text: str, **place: Any) -> dict[str, Any]:
    sent = city.submit(text, category="street-lighting", location={**PLACE, **place})
    wait(lambda: city.status(sent["tracking_code"]), lambda status: status["state"] == "assigned")
    return sent


def incident(city: City, number: int) -> list[dict[str, Any]]:
    """Three citizens report one street light, each in other words; the second and third petition are joined to the first."""
    sent = [
        report(city, f"Đèn đường trước số {number} phố Lò Đúc không sáng"),
        report(city, f"Trước nhà số {number} Lò Đúc đèn đường không sáng mấy hôm nay."),
        report(city, f"den duong truoc so {number} lo duc khong sang"),
    ]
    for one in sent[1:]:
        assert city.wait_state(one["tracking_code"], "merged")["state"] == "merged"
    return sent


def types_until(city: City, code: str, wanted: str) -> list[str]:
    return wait(lambda: city.types(code), lambda types: wanted in types)


def reported(city: City, code: str) -> list[str]:
    """What this citizen has heard of the leading petition."""
    timeline = city.status(code)["timeline"]
    return [item["details"]["event_type"] for item in timeline if item["type"] == "leader-reported"]


def test_one_answer_reaches_every_petitioner(city: City) -> None:
    """Three petitions are one piece of work for the office; what happens to the first is news for all, and its text, if it is public."""
    first, second, third = incident(city, 45)
    followers = {second["petition_id"], third["petition_id"]}
    office = city.status(first["tracking_code"])["office"]["code"]
    queue = wait(lambda: {item["petition_id"] for item in city.queue(office)}, lambda ids: not followers & ids)

    assert first["petition_id"] in queue
    assert not followers & queue
    city.act(office, first["petition_id"], "accept")
    city.wait_state(first["tracking_code"], "accepted")
    city.act(office, first["petition_id"], "answer", **ANSWER, public=True)
    city.wait_state(first["tracking_code"], "answered")
    for one in (second, third):
        heard = wait(lambda one=one: reported(city, one["tracking_code"]), lambda found: "answered" in found)
        assert heard == ["accepted", "answered"]
        timeline = city.status(one["tracking_code"])["timeline"]
        assert timeline[-1]["details"]["detail"]["text"] == ANSWER["text"]
        assert first["petition_id"] not in str(timeline)


def test_a_follower_that_is_not_content_goes_its_own_way(city: City) -> None:
    """After the leader's answer a follower reopens: it is worked on by itself again, with a deadline, and not joined again."""
    first, second, third = incident(city, 46)
    office = city.status(first["tracking_code"])["office"]["code"]
    city.act(office, first["petition_id"], "answer", **ANSWER)
    wait(lambda: reported(city, second["tracking_code"]), lambda found: "answered" in found)
    city.citizen_act(second["tracking_code"], "reopen", reason="Đèn vẫn chập chờn")
    status = city.wait_state(second["tracking_code"], "assigned")

    assert status["deadline"]
    assert types_until(city, second["tracking_code"], "reopened")[-2:] == ["unmerged", "reopened"]
    assert city.status(third["tracking_code"])["state"] == "merged"


def test_a_person_can_undo_a_merge(city: City) -> None:
    """A superior separates a follower: it is open at its office again and hears no more of the leader; the other follower stays."""
    first, second, third = incident(city, 47)
    office = city.status(second["tracking_code"])["office"]["code"]
    answer = city.act(office, second["petition_id"], "unmerge", token="admin", reason="Hai cột đèn khác nhau")
    assert answer.status_code == 202, answer.text
    city.wait_state(second["tracking_code"], "assigned")
    city.act(office, first["petition_id"], "answer", **ANSWER)
    wait(lambda: reported(city, third["tracking_code"]), lambda found: "answered" in found)

    assert city.status(second["tracking_code"])["state"] == "assigned"
    assert reported(city, second["tracking_code"]) == []
    queue = wait(lambda: {item["petition_id"] for item in city.queue(office)}, lambda found: second["petition_id"] in found)
    assert second["petition_id"] in queue


def test_followers_of_a_withdrawn_leader_go_on_together(city: City) -> None:
    """The leader's petitioner withdraws: the others are not lost, and are one incident again under the earlier of them."""
    first, second, third = incident(city, 48)
    city.citizen_act(first["tracking_code"], "withdraw")
    city.wait_state(first["tracking_code"], "withdrawn")
    city.wait_state(second["tracking_code"], "assigned")
    seen = wait(lambda: city.types(third["tracking_code"]), lambda types: types.count("merged") == 2)

    assert seen.count("merged") == 2
    assert city.status(third["tracking_code"])["state"] == "merged"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Đèn đường trước số 94 phố Lò Đúc không sáng", {}),
        ("Đèn đường trước số 49 phố Lò Đúc không sáng", {"lat": 21.0260, "long": 105.8600}),
    ],
    ids=["another number", "another point"],
)
def test_what_only_looks_alike_stays_apart(city: City, text: str, place: dict[str, float]) -> None:
    """The same words about another house, or another point of the map: nothing is joined."""
    first = report(city, "Đèn đường trước số 49 phố Lò Đúc không sáng")
    other = report(city, text, **place)
    witness = report(city, "Trước số 49 phố Lò Đúc đèn đường không sáng")
    city.wait_state(witness["tracking_code"], "merged")

    assert city.status(other["tracking_code"])["state"] == "assigned"
    city.citizen_act(first["tracking_code"], "withdraw")


def test_a_likely_one_is_proposed_to_the_office(city: City) -> None:
    """Not sure enough for the system: the office reads that it may be the same, the citizen is not bothered; a person merges."""
    first = report(city, "Đèn đường phố Hàng Bông nhấp nháy liên tục, ánh sáng yếu.", lat=None, long=None)
    second = report(city, "Phố Hàng Bông đèn đường nhấp nháy, ánh sáng yếu.", lat=None, long=None)
    office = city.status(second["tracking_code"])["office"]["code"]
    url = f"/v1/departments/{office}/queue/{second['petition_id']}"
    detail = wait(lambda: city.http.get(url, headers=city.token(office)).text, lambda found: "merge-proposed" in found)

    assert "merge-proposed" in detail
    assert "merge-proposed" not in city.types(second["tracking_code"])
    city.act(office, second["petition_id"], "merge", token="admin", into=first["petition_id"], reason="Cùng một dãy đèn")
    assert city.wait_state(second["tracking_code"], "merged")["state"] == "merged"


def test_a_killed_role_goes_on_where_it_was(city: City, instance: Instance) -> None:
    """kill -9 of the role between two petitions on one thing: it comes back and joins them, once."""
    first = report(city, "Đèn đường trước số 51 phố Lò Đúc không sáng")
    instance.kill("incidents")
    second = report(city, "Trước nhà số 51 Lò Đúc đèn đường không sáng mấy hôm nay.")
    city.wait_state(second["tracking_code"], "merged")

    assert city.types(second["tracking_code"]).count("merged") == 1
    assert city.status(first["tracking_code"])["state"] == "assigned"


def test_the_record_of_all_this_replays_to_itself(instance: Instance) -> None:
    """What the tests before did (merges, separations, reopenings) is replayed by `petitions whatif` to the same events and deadlines."""
    environment = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": instance.bootstrap(), "KEYRING_FILE": str(instance.data / "keyring.json")}
    done = subprocess.run(
        [*CLI, "whatif", "--policy", str(DEFAULT_FILE), "--json"], env=environment, capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)

    assert found["record"]["petitions"] > 0
    assert found["check"]["examples"] == []
    assert found["totals"]["breaches"]["before"] == found["totals"]["breaches"]["after"]
