"""Every route, asked by everybody, about what is his and what is not: the answers are those of the table (`schemas.authority`)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from unittest.mock import MagicMock

import httpx
import psycopg
import pytest

from consumers.http import Showing
from deploy.web.answer_check import answer_check_route
from deploy.web.calendar import calendar_route
from deploy.web.contract import contract_routes
from deploy.web.draft import draft_route
from deploy.web.server import _status_routes
from producers.http.app import routes_of
from producers.pages import intake_pages
from schemas.authority import DUTIES, MACHINES, OFFICE_ACTIONS, STRANGER, Call, Denial, Duty, Holding, Post, may, roles_at, speaks_as
from schemas.identity import persons, tokens
from schemas.platform.credentials import Holder, Kind
from schemas.platform.settings import ProcessSettings
from schemas.reference import above, below
from tests.chaos.instance import Instance
from tests.files.contents import jpeg
from tests.plain_http import PLAIN
from tests.system.people import City, wait

OFFICE = "/v1/departments/{code}"
QUEUE = f"{OFFICE}/queue"
GUARDED = {
    ("GET", QUEUE): Call.READ_CASES,
    ("GET", f"{QUEUE}/events"): Call.READ_CASES,
    ("GET", f"{QUEUE}/{{petition_id}}"): Call.READ_CASES,
    ("GET", f"{QUEUE}/{{petition_id}}/contact"): Call.ACT,
    **{("GET", f"{OFFICE}/{path}"): Call.READ_CASES for path in ("cases", "cases/count", "cases.csv", "cases.xlsx", "views", "people")},
    ("POST", f"{OFFICE}/views"): Call.READ_CASES,
    ("DELETE", f"{OFFICE}/views/{{view}}"): Call.READ_CASES,
    ("POST", f"{OFFICE}/absence"): Call.ACT,
    **{(method, f"{OFFICE}/digest"): Call.ACT for method in ("GET", "POST")},
    ("POST", f"{QUEUE}/{{petition_id}}/presence"): Call.READ_CASES,
    ("GET", f"{QUEUE}/{{petition_id}}/beside"): Call.READ_CASES,
    ("GET", f"{QUEUE}/{{petition_id}}/files/{{file_id}}"): Call.READ_CASES,
    **dict.fromkeys(
        (("GET", f"{OFFICE}/{part}") for part in ("templates", "merge-proposals", "mentions", "late", "decisions", "learnt")),
        Call.READ_CASES,
    ),
    **dict.fromkeys((("POST", f"{QUEUE}/{{petition_id}}/{part}") for part in ("actions", "answer-check")), Call.ACT),
    ("POST", f"{OFFICE}/actions"): Call.ACT,
    **dict.fromkeys(((method, f"{OFFICE}/templates/{{name}}") for method in ("PUT", "DELETE")), Call.ACT),
    ("GET", "/v1/ioc"): Call.READ_FIGURES,
    ("POST", "/v1/hotline/petitions"): Call.TAKE_CALLS,
    ("POST", "/v1/hotline/searches"): Call.TAKE_CALLS,
    ("GET", "/v1/hotline/petitions/{petition_id}"): Call.TAKE_CALLS,
    **dict.fromkeys((("POST", f"/v1/hotline/petitions/{{petition_id}}/{part}") for part in ("look-ups", "additions")), Call.TAKE_CALLS),
}
LOOKED_AT = [(method, path) for (method, path), call in GUARDED.items() if method == "GET" and call is Call.READ_CASES]
UPLOAD = "/v1/files/uploads/{file_id}/{token}"
UPLOADS = {
    ("POST", "/v1/files"): 415,
    ("POST", "/v1/files/uploads"): 412,
    ("OPTIONS", "/v1/files/uploads"): 204,
    ("GET", UPLOAD): 404,
    ("PATCH", UPLOAD): 412,
    ("DELETE", UPLOAD): 412,
}
"""As the form that they belong to; an upload that was begun is opened by its token alone (`tests/files`)."""
ANYBODY = {
    ("GET", path): status
    for path, status in {
        **dict.fromkeys(("/", "/t/{tracking_code}", "/s/{shared}", "/ioc", "/tong-dai", "/sign-in", "/privacy"), 200),
        **dict.fromkeys(("/cong-khai", "/cong-khai/{number}"), 200),
        **dict.fromkeys(("/desk", "/desk/{office}", "/desk/{office}/{petition_id}"), 200),
        **dict.fromkeys(("/v1/offices", "/v1/categories", "/v1/wards", "/v1/wards/outlines", "/v1/calendar"), 200),
        **dict.fromkeys(("/healthz", "/readyz", "/openapi.json", "/docs"), 200),
        **dict.fromkeys(("/assets/common/{file}", "/assets/views/{file}", "/assets/submit/{file}", "/assets/contract/{file}"), 404),
        "/v1/shared/{shared}": 404,
        **dict.fromkeys((f"/v1/public/{name}" for name in ("petitions", "nearby", "statistics", "open-data", "following")), 200),
        "/v1/public/open-data/{day}/{name}": 404,
        **dict.fromkeys(("/v1/public/petitions/{number}", "/v1/public/wards/{code}.atom"), 404),
        **dict.fromkeys(("/v1/public/streets/{code}.atom", "/v1/public/categories/{code}.atom"), 404),
        **dict.fromkeys(("/manifest.webmanifest", "/worker.js"), 200),
        "/notices/{purpose}/{token}": 200,
    }.items()
} | {
    ("POST", "/petitions"): 422,
    ("POST", "/v1/drafts"): 422,
    ("POST", "/v1/public/following"): 422,
    ("POST", "/notices/{purpose}/{token}"): 404,
    **UPLOADS,
    ("GET", "/session/provider"): 200,
    ("GET", "/sign-in/provider"): 404,
    ("GET", "/sign-in/return"): 404,
}
"""Open to all: what an empty call of anybody is answered, where there is no provider."""
BY_CODE = {
    ("GET", "/v1/petitions/{tracking_code}"),
    ("GET", "/v1/petitions/{tracking_code}/events"),
    ("GET", "/v1/petitions/{tracking_code}/files/{file_id}"),
    ("POST", "/v1/petitions/{tracking_code}/actions"),
    ("POST", "/v1/petitions/{tracking_code}/same-as"),
    ("GET", "/v1/petitions/{tracking_code}/notices"),
    ("POST", "/v1/petitions/{tracking_code}/notices"),
}
"""Opened by the tracking code, whoever has it."""
BY_KEY = {("POST", "/v1/petitions"), ("POST", "/v1/additions")}
_V2 = "/open311/v2"
OPEN311 = {
    *(("GET", f"/open311/{path}.{{format}}") for path in ("discovery", "v2/discovery")),
    *(("GET", f"{_V2}/{path}.{{format}}") for path in ("services", "services/{service_code}", "requests", "servicerequestupdates")),
    *(("GET", f"{_V2}/{path}.{{format}}") for path in ("requests/{service_request_id}", "tokens/{token}")),
    *(("POST", f"{_V2}/{path}.{{format}}") for path in ("requests", "servicerequestupdates")),
}
"""For strangers and channels alone (decision 18), and tried with that specification's own errors in its own tests: no duty counts there."""
SESSION = {(method, "/session") for method in ("GET", "POST", "DELETE")}
PASSWORD = "một mật khẩu đủ dài"
TEXT = "Cột điện nghiêng vì hố đào của đơn vị thoát nước trước số 19 ngõ Huế, sắp đổ xuống đường."


@dataclass
class Town:
    """A case, the offices around it, and callers of every kind."""

    url: str
    code: str
    petition_id: str
    case: Holding
    file_id: str
    table: psycopg.Connection[Any]
    credentials: dict[str, Any]

    @property
    def offices(self) -> dict[str, str]:
        """Owner, co-office, who stands above the owner, and a stranger."""
        assert self.case.office is not None
        taken = {self.case.office, *self.case.co_offices, *above(self.case.office)}
        stranger = next(code for code in ("so-yt", "so-gddt", "so-nv") if code not in taken)
        return {
            "owner": self.case.office,
            "co-office": self.case.co_offices[0],
            "superior": above(self.case.office)[0],
            "stranger": stranger,
        }

    def path(self, template: str, office: str = "so-xd") -> str:
        given = {"code": office, "office": office, "petition_id": self.petition_id, "tracking_code": self.code}
        return template.format(
            **given,
            file_id=self.file_id,
            token="guess",
            shared="none",
            purpose="confirm",
            view="1",
            file="none.js",
            name="none",
            number="none",
            day="2025-12-01",
        )

    def person(self, *posts: Post) -> httpx.Client:
        """A browser in which a new person has signed in."""
        login = f"route-{self.table.execute('select count(*) from person').fetchone()[0]}"  # type: ignore[index]
        persons.add(self.table, login, "Người Thử", posts, password=PASSWORD)
        browser = httpx.Client(base_url=self.url, timeout=30, verify=PLAIN)
        assert browser.post("/session", json={"login": login, "password": PASSWORD}).status_code == 201
        browser.headers["X-CSRF-Token"] = browser.get("/session").json()["form_token"]
        return browser

    def machine(self, token: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, verify=PLAIN, headers={"Authorization": f"Bearer {token}"})

    def holder(self, post: Post) -> httpx.Client:
        """Somebody with this duty."""
        if post.duty not in MACHINES:
            return self.person(post)
        return self.machine(self.credentials["admin"] if post.office is None else self.credentials["departments"][post.office])


@pytest.fixture(scope="module")
def town(instance: Instance) -> Iterator[Town]:
    with City(instance.url, instance.data / "credentials.json") as city:
        file = city.http.post("/v1/files", files={"file": jpeg()}).json()
        sent = city.submit(TEXT, location={"ward_code": "00070"}, files=[{"id": file["file_id"], "token": file["token"]}])
        owner = city.wait_state(sent["tracking_code"], "assigned")["office"]["code"]
        path = f"/v1/departments/{owner}/queue/{sent['petition_id']}"
        found = wait(lambda: city.http.get(path, headers=city.token(owner)).json(), lambda found: "case" in found)
        with psycopg.connect(instance.database(), autocommit=True) as table:
            yield Town(
                instance.url,
                sent["tracking_code"],
                sent["petition_id"],
                Holding.of(found["case"]),
                file["file_id"],
                table,
                city.credentials,
            )


def ask(client: httpx.Client, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, str]:
    """Status, and the code of a refusal; of a stream its head alone. Who is too fast, asking for everything in a row, waits."""
    while True:
        with client.stream(method, path, json=body if method == "POST" else None) as answer:
            refused = answer.status_code >= 400 and "json" in answer.headers.get("content-type", "")
            found = answer.status_code, json.loads(answer.read()).get("code", "") if refused else ""
            if found != (429, "too-fast"):
                return found
            pause = float(answer.headers["retry-after"])
        time.sleep(pause)


def test_every_route_has_its_rule() -> None:
    """Whoever adds one says who may call it, and so has it tried below."""
    routes = [
        *routes_of(MagicMock()),
        *intake_pages(),
        *Showing(MagicMock(**{"settings.tiles_origin": ""})),
        answer_check_route(ProcessSettings(), MagicMock(), MagicMock()),
        calendar_route(ProcessSettings()),
        draft_route(1000),
        *contract_routes(),
        *_status_routes(lambda: True),
    ]
    listed = {(method, route.path) for route in routes for method in (route.methods or {"GET"}) - {"HEAD"}}  # type: ignore[attr-defined]

    assert listed == set(GUARDED) | set(ANYBODY) | BY_CODE | BY_KEY | SESSION | OPEN311


def post_of(duty: Duty, home: str) -> Post:
    """At this office, where the duty is an office's and not a certain one's."""
    return Post(duty, None if DUTIES[duty].everywhere else DUTIES[duty].office or home)


def places(town: Town, post: Post, *, whole: bool) -> list[str]:
    """Where somebody is tried: whose office may be any, at home and at the owner's; the owner itself at a co-office's."""
    offices = town.offices
    if whole or post.office is None or DUTIES[post.duty].office:
        return list(offices.values())
    return [post.office, offices["co-office" if post.office == offices["owner"] else "owner"]]


def requests(post: Post, where: str, *, whole: bool) -> Sequence[str]:
    """Which actions are tried there: who may take none is refused before he says which."""
    return OFFICE_ACTIONS if whole or may([post], Call.ACT, where) else OFFICE_ACTIONS[:1]


@pytest.mark.parametrize("whole", [False, pytest.param(True, marks=pytest.mark.long)], ids=["", "everywhere"])
@pytest.mark.parametrize("duty", Duty)
def test_each_duty_gets_what_the_table_gives_it(town: Town, duty: Duty, *, whole: bool) -> None:
    """At its own office and at others around the case: queue, stream, the case itself and every action."""
    for post in dict.fromkeys(post_of(duty, home) for home in town.offices.values()):
        with closing(town.holder(post)) as client:
            around = places(town, post, whole=whole)
            for where in around:
                assert looked(town, client, where) == reading(town, post, where), f"{post} at {where}"
            tried = [(where, action) for where in around for action in requests(post, where, whole=whole)]
            for (where, action), answer in zip(tried, all_acted(town, client, tried), strict=True):
                assert answer == acting(town, post, where, action), f"{post} at {where}: {action}"
            assert ask(client, "GET", "/v1/ioc")[0] == (200 if may([post], Call.READ_FIGURES) else 403)
            opened = ask(client, "GET", town.path("/v1/hotline/petitions/{petition_id}"))
            assert opened == (403, "not-looked-up" if may([post], Call.TAKE_CALLS) else "not-your-duty")


def looked(town: Town, client: httpx.Client, office: str) -> list[tuple[int, str]]:
    return [ask(client, "GET", town.path(path, office)) for method, path in LOOKED_AT]


def reading(town: Town, post: Post, office: str) -> list[tuple[int, str]]:
    """Queue, stream and case; then what the desk's lists are made of."""
    if not may([post], Call.READ_CASES, office):
        return [(403, "foreign-office" if may([post], Call.READ_CASES) else "not-your-duty")] * len(LOOKED_AT)
    above_it = may([post], Call.READ_BRANCH, office) and town.case.office in below(office)
    sees = office in (town.case.office, *town.case.co_offices) or above_it
    own = office in (town.case.office, *town.case.co_offices)
    return [_answered(path, sees=sees, own=own) for _, path in LOOKED_AT]


def _answered(path: str, *, sees: bool, own: bool) -> tuple[int, str]:
    """Who reads from above is shown no files: nobody masks what is in a picture."""
    if "{petition_id}" in path and not sees:
        return 404, "unknown-petition"
    return (200, "") if own or "{file_id}" not in path else (404, "unknown-file")


def acted(town: Town, client: httpx.Client, office: str, action: str) -> tuple[int, str]:
    """Asked with a field that is not the caller's to say: who is entitled hears that, and nothing happens to the case."""
    return ask(client, "POST", town.path(f"{QUEUE}/{{petition_id}}/actions", office), {"action": action, "actor": {}})


def all_acted(town: Town, client: httpx.Client, tried: list[tuple[str, str]]) -> list[tuple[int, str]]:
    """At once: who is not entitled is given a second in which he may become so."""
    with ThreadPoolExecutor(len(tried)) as pool:
        return list(pool.map(lambda one: acted(town, client, *one), tried))


def acting(town: Town, post: Post, office: str, action: str) -> tuple[int, str]:
    if not may([post], Call.ACT, office):
        return 403, "foreign-office" if may([post], Call.ACT) else "not-your-duty"
    denial = speaks_as(roles_at([post], office), office, town.case, action)[1]
    if denial in STRANGER:
        return 403, "not-in-queue"
    return (422, "invalid") if denial in (None, Denial.WRONG_STATE) else (403, "not-allowed")


def test_auditors_act_never_and_operators_see_nothing_of_anybody(town: Town) -> None:
    """Whatever the table says."""
    for duty, ours in ((Duty.AUDITOR, 200), (Duty.OPERATOR, 403)):
        client = town.holder(Post(duty))
        with closing(client):
            owner = town.offices["owner"]
            assert [status for status, _ in looked(town, client, owner)] == [ours] * len(LOOKED_AT)
            assert {status for status, _ in all_acted(town, client, [(owner, action) for action in OFFICE_ACTIONS])} == {403}
            assert TEXT not in client.get("/v1/ioc").text


def test_who_brings_nothing_that_holds_is_nobody(town: Town) -> None:
    """No token, a made-up one, a channel's key, one that was revoked, one that expired, a session that was signed out, one of a person
    who was disabled: 401 on every guarded route."""
    office = Holder(Kind.OFFICE, town.offices["owner"])
    revoked, expired = tokens.issue(town.table, office, timedelta(days=1)), tokens.issue(town.table, office, timedelta(0))
    tokens.revoke(town.table, revoked.id)
    gone, disabled = town.person(Post(Duty.AUDITOR)), town.person(Post(Duty.AUDITOR))
    assert gone.delete("/session").status_code == 200
    town.table.execute("update person set disabled_at = now() where id = (select id from person order by created_at desc limit 1)")
    strangers = [
        httpx.Client(base_url=town.url, verify=PLAIN),
        *map(town.machine, ("guess", town.credentials["intake"]["ihanoi"], revoked.token, expired.token)),
        gone,
        disabled,
    ]
    for stranger in strangers:
        with closing(stranger):
            for method, path in GUARDED:
                assert ask(stranger, method, town.path(path, office.name), {"action": "accept"})[0] == 401, path


@pytest.mark.parametrize("kind", ["nobody", "person", "machine"])
def test_what_is_open_is_the_same_for_everybody(town: Town, kind: str) -> None:
    """Pages and lists; what the code opens to the citizen it opens to whoever has it, and a session adds nothing."""
    clients = {
        "nobody": lambda: httpx.Client(base_url=town.url, verify=PLAIN),
        "person": lambda: town.person(Post(Duty.LEADER, "ubnd-tp")),
        "machine": lambda: town.machine(town.credentials["admin"]),
    }
    with closing(clients[kind]()) as client:
        for (method, path), status in ANYBODY.items():
            assert ask(client, method, town.path(path), {})[0] == status, path
        for method, path in BY_CODE:
            body = {"action": "rate", "actor": {}}
            assert ask(client, method, town.path(path), body)[0] == (422 if method == "POST" else 200), path
            assert ask(client, method, town.path(path).replace(town.code, "AAAA-AAAA-AAAA"), body)[0] == 404, path
        for method, path in BY_KEY:
            assert ask(client, method, path, {}) == (401, "no-key")
