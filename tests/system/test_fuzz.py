"""Whatever is sent to whichever route: it is answered, in the one shape of errors where it is one, and never by a 500."""

from __future__ import annotations

import http.client
import json
import os
import re
from dataclasses import dataclass
from typing import Any
from unittest.mock import MagicMock
from urllib.parse import quote, urlencode, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.routing import Route

from consumers.http import Showing
from deploy.web.calendar import calendar_route
from deploy.web.contract import contract_routes
from deploy.web.draft import draft_route
from producers.http.app import routes_of
from producers.pages import intake_pages
from schemas.authority import CITIZEN_ACTIONS, OFFICE_ACTIONS
from schemas.platform.settings import ProcessSettings
from tests.chaos.instance import Instance
from tests.system.people import City

ROUTES: list[Route] = [
    *routes_of(MagicMock()),
    *intake_pages(),
    *Showing(MagicMock(**{"settings.tiles_origin": ""})),
    calendar_route(ProcessSettings()),
    draft_route(1000),
    *contract_routes(),
]
"""All of both sides. They are only listed here, so nothing need stand behind them."""
WELL_KNOWN = ("\0", "a\0b", "%", "%ff", "..", "²", "9" * 30, "-1", "true", "infinity", "2025-W49-1", "+23:59", "' or 1=1 --", "a" * 3000)
NASTY = st.one_of(st.text(max_size=12), st.sampled_from(WELL_KNOWN))
BYTES = st.one_of(st.binary(max_size=8), NASTY.map(lambda text: text.encode("utf-8", "surrogatepass")))
HEADER = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=30)
NUMBERS = st.one_of(st.integers(), st.floats(), st.booleans(), st.none())
JSON = st.recursive(NASTY | NUMBERS, lambda deeper: st.lists(deeper, max_size=3) | st.dictionaries(NASTY, deeper, max_size=3), max_leaves=6)
DEEP = "[" * 900 + '"\\u0000"' + "]" * 900
BODY = {
    "channel": "ihanoi", "text": "Ổ gà sâu trước cổng trường.", "media_urls": ["https://a.example/1.jpg"],
    "location": {"lat": 21.03, "long": 105.85, "address": "Phố Huế", "ward_code": "00070"},
    "contact": {"name": "An", "phone": "0912345678", "email": "an@example.vn"},
    "category": "road-damage", "urgent": False, "external_id": "F-1",
}  # fmt: skip
ACTION = {
    "to_office": "so-xd", "reason": "Vì thế", "question": "Ở đâu?", "text": "Ở đây", "working_hours": 1, "result": "done",
    "stars": 3, "kind": "note", "evidence_urls": [], "media_urls": [], "promise_date": "2030-01-01", "cause": "Vì thế",
    "into": "a" * 26, "similarity": 0.5, "level": "urgent",
}  # fmt: skip
FORM = {
    "service_code": "drainage", "lat": "21.03", "long": "105.85", "description": "Cống tắc trước cổng trường.", "email": "an@example.vn",
    "media_url": "https://a.example/1.jpg", "attribute[external_id]": "F-2", "service_request_id": "a" * 26, "update_id": "1",
}  # fmt: skip
OPEN311 = "/open311/"
PARAMETERS = (
    "lang",
    "limit",
    "state",
    "category",
    "overdue",
    "cursor",
    "after",
    "unknown",
    "start_date",
    "page",
    "status",
    "service_request_id",
)
HEADERS = (
    "Accept-Language",
    "Idempotency-Key",
    "Last-Event-ID",
    "Origin",
    "Sec-Fetch-Site",
    "X-Forwarded-For",
    "Cookie",
    "If-None-Match",
    "Host",
)


@dataclass
class Target:
    """Where to send to, and what makes a call get past the first checks."""

    host: str
    port: int
    known: dict[str, str]
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def target(instance: Instance) -> Target:
    with City(instance.url, instance.data / "credentials.json") as city:
        sent = city.submit("Nắp cống vỡ trước số 3 phố Hàng Bè, rất nguy hiểm.", category="drainage")
        office = city.wait_state(sent["tracking_code"], "assigned")["office"]["code"]
    known = {"tracking_code": sent["tracking_code"], "petition_id": sent["petition_id"], "code": office, "file": "core.js"}
    known |= {"service_request_id": sent["petition_id"], "token": sent["tracking_code"], "service_code": "drainage", "format": "xml"}
    known |= {"number": "none", "day": "2025-12-01"}
    known |= {"file_id": "a" * 26, "name": "none", "purpose": "confirm", "shared": "none", "view": "1", "office": office}
    secrets = {"X-API-Key": city.credentials["intake"]["ihanoi"], "Authorization": city.token(office)["Authorization"]}
    found = urlsplit(instance.url)
    return Target(str(found.hostname), int(found.port or 80), known, secrets)


def address(data: st.DataObject, target: Target, route: Route) -> str:
    """The route's path with good or nasty parts, and parameters."""
    path = re.sub(
        r"\{(\w+)\}",
        lambda part: quote(data.draw(BYTES) or b"-" if data.draw(st.integers(0, 2)) == 0 else target.known[part[1]], safe=""),
        route.path,
    )
    parameters = data.draw(st.dictionaries(st.sampled_from(PARAMETERS), BYTES, max_size=3))
    return path + ("?" + "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items()) if parameters else "")


def body(data: st.DataObject, route: Route, api_key: str) -> bytes:
    """Mostly a good body with some of it replaced, so that it gets past the first rule; else anything."""
    if route.path.startswith(OPEN311):
        changed = data.draw(st.dictionaries(st.sampled_from(sorted(FORM)) | NASTY, BYTES, max_size=2))
        return urlencode({"api_key": api_key, **FORM, **changed}).encode()
    form = data.draw(st.integers(0, 5))
    if form == 0:
        return data.draw(st.one_of(st.binary(max_size=40), st.just(DEEP.encode())))
    base: dict[str, Any] = dict(BODY)
    if route.path.endswith("/actions"):
        names = CITIZEN_ACTIONS if "tracking_code" in route.path else OFFICE_ACTIONS
        base = {"action": data.draw(st.sampled_from(names)), **ACTION}
    elif route.path == "/petitions":
        base = {name: base[name] for name in ("text", "location", "contact", "media_urls")}
    kept = data.draw(st.sets(st.sampled_from(sorted(base)))) | {"action", "channel", "text"}
    changed = data.draw(st.dictionaries(st.sampled_from(sorted(base)) | NASTY, JSON, max_size=2))
    text = json.dumps({**{name: value for name, value in base.items() if name in kept}, **changed})
    return text.replace('"Vì thế"', DEEP).encode() if form == 1 else text.encode()


def ask(target: Target, method: str, path: str, headers: dict[str, str], content: bytes) -> tuple[int, str, bytes]:
    """Status, type and body of the answer; of a stream its head only."""
    connection = http.client.HTTPConnection(target.host, target.port, timeout=30)
    try:
        connection.request(method, path, content, headers)
        answer = connection.getresponse()
        kind = answer.headers.get("content-type", "")
        return answer.status, kind, b"" if kind.startswith("text/event-stream") else answer.read()
    finally:
        connection.close()


def checked(target: Target, method: str, path: str, headers: dict[str, str], content: bytes = b"") -> None:
    status, kind, found = ask(target, method, path, headers, content)

    assert status < 500, (method, path, found)
    if status >= 400 and kind != "text/plain; charset=utf-8":  # that one is uvicorn's, for what is no HTTP
        if kind in ("text/xml; charset=utf-8", "application/json"):  # as that standard has errors
            assert path.startswith(OPEN311), (method, path, found)
            return
        assert kind == "application/problem+json", (method, path, found)
        assert method == "HEAD" or json.loads(found)["status"] == status


def content_type(route: Route) -> str:
    return "application/x-www-form-urlencoded" if route.path.startswith(OPEN311) else "application/json"


def _method(route: Route) -> str:
    return min((route.methods or set()) - {"HEAD"} or {"HEAD"})


@pytest.mark.parametrize("nth", [3, pytest.param(1, marks=pytest.mark.long)], ids=["", "all"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{_method(route)} {route.path}")
def test_each_part_of_each_address_may_be_anything(target: Target, route: Route, nth: int) -> None:
    """One after the other is replaced by what breaks parsers, encodings and databases; the rest is as it should be. `nth`: of these."""
    good = re.sub(r"\{(\w+)\}", lambda part: target.known[part[1]], route.path)
    addresses = [good]
    if _method(route) == "GET":
        addresses += [f"{good}?{name}={quote(text, safe='')}" for name in PARAMETERS for text in WELL_KNOWN]
    for name in re.findall(r"\{(\w+)\}", route.path):
        for bad in (*(text.encode() for text in WELL_KNOWN), b"\xff", b"\xc3("):
            other = route.path.replace("{" + name + "}", quote(bad, safe=""))
            addresses.append(re.sub(r"\{(\w+)\}", lambda part: target.known[part[1]], other))
    for path in addresses[::nth]:
        checked(target, _method(route), path, {"Content-Type": content_type(route), **target.secrets}, b"{}")


@settings(max_examples=int(os.environ.get("FUZZ_CALLS", "300")))
@given(data=st.data())
def test_no_call_ends_in_a_500(target: Target, data: st.DataObject) -> None:
    """Refused with a status below 500 and problem details, or taken; the secrets of a real caller are sent with most calls."""
    route = data.draw(st.sampled_from(ROUTES))
    method = data.draw(st.sampled_from(sorted(route.methods or {"GET"}) * 3 + ["DELETE", "OPTIONS"]))
    headers = {"Content-Type": content_type(route), **target.secrets}
    headers |= data.draw(st.dictionaries(st.sampled_from((*HEADERS, *headers)), HEADER, max_size=2))
    content = body(data, route, target.secrets["X-API-Key"]) if method == "POST" else b""
    checked(target, method, address(data, target, route), headers, content)
