"""Open311 GeoReport v2 on a whole instance: by a client that others wrote, and as FixMyStreet calls it."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest
from georeport import GeoReport

from tests.chaos.instance import Instance
from tests.plain_http import PLAIN
from tests.system.people import City, wait

REPORT = {
    "service_code": "road-damage",
    "long": "105.8549",
    "description": "Ổ gà sâu giữa đường, xe máy hay ngã.",
    "media_url": "https://anh.example.vn/o-ga.jpg",
    "email": "an@example.vn",
    "first_name": "An",
    "last_name": "",
}
PLACES = (f"{20.95 + number / 100:.2f}" for number in itertools.count())
"""More than a kilometre apart, so that no two reports are one matter."""


class Client:
    """Calls as FixMyStreet makes them: XML, with the channel's key in the form or the query."""

    def __init__(self, instance: Instance, city: City) -> None:
        self.address, self.key = f"{instance.url}/open311/v2", city.credentials["intake"]["ihanoi"]

    def get(self, path: str, **query: str) -> httpx.Response:
        return httpx.get(f"{self.address}/{path}", params=query, timeout=30, verify=PLAIN)

    def own(self, path: str, **query: str) -> list[ET.Element]:
        answer = self.get(path, api_key=self.key, **query)
        assert answer.status_code == 200, answer.text
        return list(ET.fromstring(answer.content))

    def send(self, path: str = "requests.xml", form: dict[str, Any] | None = None, **more: str) -> httpx.Response:
        given = form or {**REPORT, "lat": next(PLACES)}
        return httpx.post(f"{self.address}/{path}", data={"api_key": self.key, **given, **more}, timeout=30, verify=PLAIN)


@pytest.fixture
def client(instance: Instance, city: City) -> Client:
    return Client(instance, city)


def sent(answer: httpx.Response, part: str = "service_request_id") -> str:
    assert answer.status_code == 200, answer.text
    return ET.fromstring(answer.content)[0].findtext(part) or ""


def code_of(answer: httpx.Response) -> str:
    return str(ET.fromstring(answer.content)[0].findtext("service_notice")).split()[3].rstrip(":")


def errors(answer: httpx.Response) -> list[tuple[str | None, str | None]]:
    return [(one.findtext("code"), one.findtext("description")) for one in ET.fromstring(answer.content)]


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_client_that_others_wrote_reads_services_and_requests(form: str, instance: Instance, client: Client) -> None:
    """`georeport`, in both forms: the list, a definition, a list of requests, one request, which is public without its words."""
    id_ = sent(client.send(address_string="12 phố Hàng Bè"))
    wait(lambda: client.get(f"requests/{id_}.json").status_code, lambda status: status == 200)
    theirs = GeoReport(client.address, jurisdiction="hanoi.gov.vn", output_format=form)
    listed = theirs.get_service_requests(service_code="road-damage", status="open")
    (found,) = [one for one in (listed if isinstance(listed, list) else [listed]) if one["service_request_id"] == id_]

    assert "road-damage" in {service["service_code"] for service in theirs.get_service_list()}
    assert theirs.get_service_definition("road-damage")["service_code"] == "road-damage"
    assert theirs.get_service_request(id_) == found
    assert (found["status"], found["service_code"], found["description"]) == ("open", "road-damage", None)
    assert "Hàng Bè" not in str(found)


def test_a_report_comes_to_its_office_and_shows_what_became_of_it(client: Client, city: City) -> None:
    """With the channel's key one sees it whole: words, exact place, picture, deadline; then the answer, and closed."""
    answer = client.send(lat=(lat := next(PLACES)))
    id_, code = sent(answer), code_of(answer)
    office = city.wait_state(code, "assigned")["office"]["code"]
    wait(lambda: client.get(f"requests/{id_}.xml", api_key=client.key).status_code, lambda status: status == 200)
    (shown,) = client.own(f"requests/{id_}.xml")

    assert float(str(shown.findtext("lat"))) == float(lat)
    assert [shown.findtext(name) for name in ("description", "media_url", "status")] == [REPORT["description"], REPORT["media_url"], "open"]
    assert shown.findtext("expected_datetime") is not None
    assert datetime.fromisoformat(str(shown.findtext("expected_datetime"))) == datetime.fromisoformat(city.status(code)["deadline"])
    assert city.act(office, id_, "accept").status_code == 202
    done = "Đội quản lý đường đã vá ổ gà sáng nay, mặt đường đã phẳng, xe đi lại bình thường."
    city.wait_state(code, "accepted")
    city.act(office, id_, "answer", result="done", text=done, evidence_urls=["https://anh.example.vn/xong.jpg"])
    city.wait_state(code, "answered")
    (closed,) = wait(lambda: client.own(f"requests/{id_}.xml"), lambda found: found[0].findtext("status") == "closed")
    news = client.own("servicerequestupdates.xml", service_request_id=id_)

    assert done in str(closed.findtext("status_notes"))
    assert done in str(news[-1].findtext("description"))
    assert [one.findtext("status") for one in news] == ["open", "open", "closed"]
    assert news[-1].findtext("media_url") == "https://anh.example.vn/xong.jpg"


def test_what_fixmystreet_sends_again_is_the_same_request(client: Client) -> None:
    """It does so when an answer was lost: by its own id; and without one when every field is the same."""
    lat = next(PLACES)
    first, again = (sent(client.send(lat=lat, **{"attribute[fixmystreet_id]": "4711"})) for _ in range(2))
    plain, repeated = (sent(client.send(lat=lat)) for _ in range(2))
    other = sent(client.send(lat=lat, email="binh@example.vn"))

    assert (first, plain) == (again, repeated)
    assert len({first, plain, other}) == 3


def test_a_token_gives_the_id_at_one_of_the_first_polls(client: Client) -> None:
    """FixMyStreet asks up to five times; each call itself waits a moment for what is on its way. A token that is none is a 404."""
    answer = client.send()
    found = client.get(f"tokens/{code_of(answer)}.xml")

    assert sent(found) == sent(answer)
    assert client.get("tokens/7KMA-2PXD-49RC.xml").status_code == 404
    assert errors(client.get("tokens/7KMA-2PXD-49RC.xml"))[0][0] == "404"


def test_an_update_of_fixmystreet_reaches_the_petition_once(client: Client, city: City) -> None:
    """Sent twice under one update_id it is one; by another channel's key there is no such request."""
    answer = client.send()
    id_, code = sent(answer), code_of(answer)
    city.wait_state(code, "assigned")
    update = {"service_request_id": id_, "update_id": "99", "description": "Hôm nay đã rộng gấp đôi.", "status": "OPEN"}
    wait(lambda: client.get(f"requests/{id_}.xml").status_code, lambda status: status == 200)
    first, again = (sent(client.send("servicerequestupdates.xml", update), "update_id") for _ in range(2))
    without_id = client.send("servicerequestupdates.xml", {"service_request_id": id_, "description": "Xe tải không đi được nữa."})
    foreign = client.send("servicerequestupdates.xml", {**update, "api_key": city.credentials["intake"]["sandbox"]})

    assert first == again
    assert sent(without_id, "update_id") != first
    status = wait(lambda: city.status(code), lambda seen: "Xe tải" in str(seen["timeline"][-1]))
    added = [entry["details"]["text"] for entry in status["timeline"] if entry["type"] == "information-added"]
    assert added == ["Hôm nay đã rộng gấp đôi.", "Xe tải không đi được nữa."]
    assert foreign.status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "named"),
    [
        ({"api_key": "nobody's"}, 403, "X"),
        ({"service_code": ""}, 400, "service_code"),
        ({"service_code": "dragons"}, 404, "service_code"),
        ({"jurisdiction_id": "boston.gov"}, 404, "jurisdiction_id"),
        ({"lat": "51.5", "long": "-0.1"}, 400, "lat"),
        ({"description": "", "media_url": "javascript:alert(1)"}, 400, "media_url"),
        ({"phone": "call me"}, 400, "phone"),
        ({"attribute[colour]": "red"}, 400, "attribute[colour]"),
        ({"latitude": "21.03"}, 400, "latitude"),
    ],
)
def test_what_is_wrong_is_said_as_the_specification_has_it(client: Client, changes: dict[str, str], status: int, named: str) -> None:
    """Code and description of each error, naming the form's own field."""
    answer = client.send(**changes)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert {code for code, _ in errors(answer)} == {str(status)}
    assert any(named in str(text) for _, text in errors(answer)) or named == "X"


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"start_date": "yesterday"}, "start_date"),
        ({"start_date": "2026-01-01T00:00:00"}, "start_date"),
        ({"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"}, "end_date"),
        ({"page_size": "1001"}, "page_size"),
        ({"page": "0"}, "page"),
        ({"status": "asleep"}, "status"),
    ],
)
def test_a_filter_that_breaks_a_rule_is_named(client: Client, query: dict[str, str], named: str) -> None:
    """400 in the asked form."""
    answer = client.get("requests.json", **query)

    assert (answer.status_code, answer.json()[0]["code"]) == (400, 400)
    assert answer.json()[0]["description"].startswith(named)


def test_pages_follow_one_another_without_gap_or_repeat(client: Client) -> None:
    """By the newest first; a span in which nothing came in is an empty list."""
    ids = {sent(client.send(description="Rác đổ bừa bãi ven đường.", service_code="waste")) for _ in range(3)}
    listed = ",".join(sorted(ids))
    wait(lambda: len(client.own("requests.xml", service_request_id=listed)), lambda number: number == 3)
    pages = [client.own("requests.xml", service_request_id=listed, page_size="2", page=page) for page in ("1", "2", "3")]

    assert [len(page) for page in pages] == [2, 1, 0]
    assert {one.findtext("service_request_id") for page in pages for one in page} == ids
    assert client.own("requests.xml", end_date="2020-01-01T00:00:00Z") == []


def test_the_sandbox_is_seen_by_its_developer_alone(instance: Instance, city: City, client: Client) -> None:
    """With its key it is in the list; without one, or with another's, there is no such request."""
    key = city.credentials["intake"]["sandbox"]
    id_ = sent(client.send(api_key=key, description="Ổ gà gửi thử."))
    wait(lambda: client.get(f"requests/{id_}.xml", api_key=key).status_code, lambda status: status == 200)

    assert client.get(f"requests/{id_}.xml").status_code == 404
    assert client.get(f"requests/{id_}.xml", api_key=client.key).status_code == 404


@pytest.mark.parametrize("path", ["discovery", "v2/discovery"])
def test_discovery_leads_to_the_services(path: str, instance: Instance) -> None:
    """In both forms."""
    found = httpx.get(f"{instance.url}/open311/{path}.json").json()["endpoints"][0]
    listed = httpx.get(f"{found['url']}/services.json").json()
    root = ET.fromstring(httpx.get(f"{instance.url}/open311/{path}.xml").content)

    assert {service["type"] for service in listed} == {"realtime"}
    assert root.findtext("endpoints/endpoint/url") == found["url"]
