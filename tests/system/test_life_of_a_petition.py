"""A petition's life over HTTP, on real Kafka, PostgreSQL and all roles."""

from __future__ import annotations

import json
from functools import partial

from tests.system.people import City, wait

LAMP = "Đèn đường trước số 12 hỏng ba hôm nay, buổi tối đi lại rất nguy hiểm cho trẻ em."
DONE = {
    "result": "done",
    "text": "Đơn vị quản lý chiếu sáng đã thay bóng và sửa tủ điều khiển, đèn sáng trở lại từ 19 giờ tối qua.",
    "evidence_urls": ["https://example.org/den-da-sua.jpg"],
}


def test_from_intake_to_closed(city: City) -> None:
    """Received, assigned with a deadline, accepted, answered with evidence, rated, closed; the citizen sees every step in order."""
    sent = city.submit(LAMP, category="street-lighting")
    code, petition = sent["tracking_code"], sent["petition_id"]
    seen = city.wait_state(code, "assigned")

    assert seen["office"]["code"] == "so-xd"
    assert seen["deadline"]
    assert wait(lambda: [item["petition_id"] for item in city.queue("so-xd")], lambda ids: petition in ids).count(petition) == 1
    assert city.act("so-xd", petition, "accept").status_code == 202
    city.wait_state(code, "accepted")
    assert city.act("so-xd", petition, "answer", **DONE).status_code == 202
    city.wait_state(code, "answered")
    assert city.citizen_act(code, "rate", stars=5).status_code == 202
    city.wait_state(code, "closed")
    assert city.types(code) == ["received", "assigned", "accepted", "answered", "rated", "closed"]


def test_a_transfer_keeps_the_deadline_and_the_third_office_needs_a_decision(city: City) -> None:
    """The deadline is the same after a transfer; passing on to a third office goes to the common superior, who decides bindingly."""
    sent = city.submit(LAMP + " Xin cử người đến xem.", category="street-lighting")
    code, petition = sent["tracking_code"], sent["petition_id"]
    deadline = city.wait_state(code, "assigned")["deadline"]
    city.act("so-xd", petition, "transfer", to_office="evn-hanoi", reason="Cột điện thuộc điện lực quản lý")
    moved = wait(lambda: city.status(code), lambda status: status["office"]["code"] == "evn-hanoi")

    assert (moved["office"]["code"], moved["deadline"]) == ("evn-hanoi", deadline)
    city.act("evn-hanoi", petition, "transfer", to_office="so-khcn", reason="Cáp trên cột là của viễn thông")
    assert city.wait_state(code, "decision-required")["deadline"] == deadline
    city.act("vp-ubnd", petition, "assign", to_office="evn-hanoi", reason="Điện lực chủ trì xử lý")
    decided = wait(lambda: city.status(code), lambda status: status["state"] == "assigned")
    assert (decided["office"]["code"], decided["deadline"]) == ("evn-hanoi", deadline)


def test_an_answer_without_substance_goes_back(city: City) -> None:
    """ "Đã tiếp nhận." is no answer: the citizen does not see it, the case stays open."""
    sent = city.submit(LAMP + " Ngõ 7.", category="street-lighting")
    code, petition = sent["tracking_code"], sent["petition_id"]
    city.wait_state(code, "assigned")
    city.act("so-xd", petition, "accept")
    city.wait_state(code, "accepted")
    city.act("so-xd", petition, "answer", result="done", text="Đã tiếp nhận.")
    url = f"/v1/departments/so-xd/queue/{petition}"
    detail = wait(
        lambda: city.http.get(url, headers=city.token("so-xd")).json(),
        lambda found: "answer-returned" in json.dumps(found),
    )

    assert "answer-returned" in json.dumps(detail)
    assert city.status(code)["state"] == "accepted"
    assert "Đã tiếp nhận." not in json.dumps(city.status(code)["timeline"][2:], ensure_ascii=False)


def test_the_same_words_for_many_petitions_go_back(city: City) -> None:
    """The fourth petition that an office answers in the same words is sent back, whichever partitions the petitions stand in."""
    words = {
        "result": "done",
        "text": "Ban quản lý đã cho người kiểm tra và dọn sạch toàn bộ khu vực.",
        "evidence_urls": DONE["evidence_urls"],
    }
    wards = ("00004", "00008", "00025", "00070", "00082", "00091")  # far apart: not one incident
    came_of: list[str] = []
    for ward in wards:
        sent = city.submit(LAMP, category="street-lighting", location={"ward_code": ward})
        code, petition = sent["tracking_code"], sent["petition_id"]
        city.wait_state(code, "assigned")
        city.act("so-xd", petition, "answer", **words)
        seen = wait(partial(city.desk_types, "so-xd", petition), lambda found: found[-1] in {"answered", "answer-returned"})
        came_of.append(seen[-1])

    assert came_of == ["answered"] * 3 + ["answer-returned"] * 3


def test_an_office_sees_its_own_queue_only(city: City) -> None:
    """No token 401, a foreign token 403; an action on a foreign case is refused."""
    sent = city.submit(LAMP + " Ngõ 9.", category="street-lighting")
    city.wait_state(sent["tracking_code"], "assigned")

    assert city.http.get("/v1/departments/so-xd/queue").status_code == 401
    assert city.http.get("/v1/departments/so-xd/queue", headers=city.token("so-yt")).status_code == 403
    assert city.act("so-xd", sent["petition_id"], "accept", token="so-yt").status_code == 403
    assert city.act("so-yt", sent["petition_id"], "accept").status_code in {403, 404}


def test_what_the_rules_forbid_is_refused_with_a_reason(city: City) -> None:
    """Rating before an answer changes nothing, and the citizen sees why."""
    sent = city.submit(LAMP + " Ngõ 11.", category="street-lighting")
    code = sent["tracking_code"]
    city.wait_state(code, "assigned")
    city.citizen_act(code, "rate", stars=1)
    types = wait(lambda: city.types(code), lambda found: "action-refused" in found)

    assert types == ["received", "assigned", "action-refused"]
    assert city.status(code)["state"] == "assigned"


def test_the_stream_of_a_petition_resumes_where_it_ended(city: City) -> None:
    """Server-Sent Events: the history first; after Last-Event-ID only what is newer."""
    sent = city.submit(LAMP + " Ngõ 13.", category="street-lighting")
    code = sent["tracking_code"]
    city.wait_state(code, "assigned")
    city.act("so-xd", sent["petition_id"], "accept")
    city.wait_state(code, "accepted")

    assert _events(city, code, None, 3) == ["received", "assigned", "accepted"]
    assert _events(city, code, "1", 1) == ["accepted"]


def _events(city: City, code: str, last: str | None, count: int) -> list[str]:
    found: list[str] = []
    headers = {"Last-Event-ID": last} if last else {}
    with city.http.stream("GET", f"/v1/petitions/{code}/events", headers=headers) as stream:
        for line in stream.iter_lines():
            if line.startswith("event:"):
                found.append(line.removeprefix("event:").strip())
            if len(found) == count:
                return found
    return found
