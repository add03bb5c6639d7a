"""Persons: signing in and out, sessions, cookies, forms, and the person in what he does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import pytest_asyncio
from click.testing import CliRunner

from deploy.cluster.migrate import migrate
from deploy.identity.persons import persons as command
from deploy.one_machine.embedded import EmbeddedPostgres
from deploy.web.server import application
from producers.http import prepare
from schemas.authority import Duty, Holding, Post
from schemas.events import tracking
from schemas.identity import persons
from tests.producers.conftest import settings_for
from tests.producers.support import SECRET
from tests.producers.test_actions import put_case
from tests.producers.test_same_answers import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

PASSWORD = "một mật khẩu đủ dài"
HTTP, HTTPS = "http://127.0.0.1", "https://phananh.example"
_LOGINS = iter(f"nguoi-{number}" for number in range(1000))


@dataclass
class Service:
    """The application, and the tables behind it."""

    transport: httpx.ASGITransport
    desk: Desk
    database: str
    table: psycopg.Connection[Any]

    def browser(self, url: str = HTTP) -> httpx.AsyncClient:
        """Keeps cookies, as a browser does."""
        return httpx.AsyncClient(transport=self.transport, base_url=url)

    def person(self, *posts: Post) -> tuple[str, str]:
        """A new one's login and id."""
        login = next(_LOGINS)
        return login, persons.add(self.table, login, "Ông Nguyễn Văn Kín", posts, password=PASSWORD)

    def case(self, office: str = "so-xd") -> str:
        petition_id = tracking.petition_id(SECRET.encode(), tracking.new_code())
        put_case(self.table, petition_id, Holding("assigned", office))
        return petition_id


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    database = postgres.ensure_database("persons")
    migrate(database)
    settings = settings_for("nowhere", database, Path(tmp_path_factory.mktemp("persons"))).model_copy(update={"action_wait_ms": 0})
    desk = Desk()
    async with prepare(settings, publisher=desk) as routes:
        with psycopg.connect(database, autocommit=True) as table:
            yield Service(httpx.ASGITransport(application(routes, lambda: True)), desk, database, table)


async def sign_in(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **headers: str) -> httpx.Response:
    return await browser.post("/v1/session", json={"login": login, "password": password}, headers=headers)


async def form_token(browser: httpx.AsyncClient) -> dict[str, str]:
    return {"X-CSRF-Token": (await browser.get("/v1/session")).json()["form_token"]}


async def test_who_signed_in_is_told_what_he_may(service: Service) -> None:
    """His name, his duties, the offices whose cases he reads; without a session nobody."""
    login, _ = service.person(Post(Duty.OFFICER, "so-xd"), Post(Duty.OPERATIONS))
    async with service.browser() as browser:
        before = await browser.get("/v1/session")
        entered = await sign_in(browser, login.upper())
        found = (await browser.get("/v1/session")).json()

    assert (before.status_code, before.json()["code"], entered.status_code) == (401, "no-token", 201)
    assert found["name"] == "Ông Nguyễn Văn Kín"
    assert (found["offices"], found["every_office"], found["figures"]) == (["so-xd"], False, True)


@pytest.mark.parametrize(
    ("url", "start", "secure"), [(HTTP, "session=", False), (HTTPS, "__Host-session=", True)], ids=["loopback", "https"]
)
async def test_the_cookie_is_for_this_site_alone(service: Service, url: str, start: str, *, secure: bool) -> None:
    """Out of reach of scripts and of other sites; over https it is bound to this very host."""
    login, _ = service.person(Post(Duty.AUDITOR))
    async with service.browser(url) as browser:
        cookie = (await sign_in(browser, login)).headers["set-cookie"]

    parts = cookie.split("; ")
    assert parts[0].startswith(start)
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(parts)
    assert ("Secure" in parts) is secure
    assert "Domain" not in cookie


async def test_neither_cookie_nor_password_stands_in_the_database(service: Service) -> None:
    """Who reads the tables can be nobody."""
    login, _ = service.person(Post(Duty.AUDITOR))
    async with service.browser() as browser:
        await sign_in(browser, login)
        secret = browser.cookies["session"]
    kept = str(service.table.execute("select array_agg(to_jsonb(p)::text) from person p").fetchone())
    kept += str(service.table.execute("select array_agg(to_jsonb(s)::text) from session s").fetchone())

    assert secret not in kept
    assert PASSWORD not in kept
    assert "$argon2id$" in kept


async def test_a_session_is_new_at_each_sign_in_and_over_after_signing_out(service: Service) -> None:
    """What a browser had before is worth nothing, so nobody can plant a session; after the end a copy of it opens nothing either."""
    login, _ = service.person(Post(Duty.OFFICER, "so-xd"))
    async with service.browser() as browser, service.browser() as thief:
        await sign_in(browser, login)
        first = browser.cookies["session"]
        await sign_in(browser, login)
        second = browser.cookies["session"]
        thief.cookies.set("session", first)
        planted = await thief.get("/v1/session")
        ended = await browser.delete("/v1/session", headers=await form_token(browser))
        thief.cookies.set("session", second)
        after = await thief.get("/v1/session")

    assert first != second
    assert (planted.json()["code"], ended.status_code, after.json()["code"]) == ("session-over", 200, "session-over")


async def test_a_session_ends_by_time(service: Service) -> None:
    """When nobody used it for the idle time, and after the longest time in any case."""
    login, _ = service.person(Post(Duty.AUDITOR))
    for late in ("seen_at = now() - interval '61 minutes'", "ends_at = now()"):
        async with service.browser() as browser:
            await sign_in(browser, login)
            service.table.execute(f"update session set {late}")
            assert (await browser.get("/v1/session")).json()["code"] == "session-over"


async def test_who_is_disabled_is_out_at_once(service: Service) -> None:
    """His session is over, and a new one is not begun; undone, he may sign in again."""
    login, _ = service.person(Post(Duty.AUDITOR))
    async with service.browser() as browser:
        await sign_in(browser, login)
        persons.disable(service.table, login, disabled=True)
        out = await browser.get("/v1/session")
        refused = await sign_in(browser, login)
        persons.disable(service.table, login, disabled=False)
        back = await sign_in(browser, login)

    assert (out.status_code, refused.json()["code"], back.status_code) == (401, "wrong-password", 201)


async def test_wrong_name_and_wrong_password_look_alike(service: Service) -> None:
    """Nobody learns who has an account; pauses come for names that nobody has, too, and end with the right password."""
    login, _ = service.person(Post(Duty.AUDITOR))
    async with service.browser() as browser:
        answers = [[await sign_in(browser, name, "sai rồi") for _ in range(6)] for name in (login, "khong-co-ai")]
        seen = [[(one.status_code, one.json()["code"]) for one in tries] for tries in answers]
        right = await sign_in(browser, login)
        service.table.execute("update sign_in_failure set wait_until = now()")
        later = await sign_in(browser, login)

    assert seen[0] == seen[1] == [(401, "wrong-password")] * 5 + [(429, "sign-in-pause")]
    assert int(answers[0][-1].headers["retry-after"]) >= 1
    assert (right.status_code, later.status_code) == (429, 201)


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
async def test_no_other_site_signs_anybody_in(service: Service, headers: dict[str, str]) -> None:
    """Not even as somebody else, to watch what he types."""
    login, _ = service.person(Post(Duty.AUDITOR))
    async with service.browser() as browser:
        assert (await sign_in(browser, login, **headers)).json()["code"] == "foreign-page"


@pytest.mark.parametrize("token", [None, "", "guess", "ổ"], ids=["none", "empty", "guess", "letters"])
async def test_a_form_needs_the_token_of_its_session(service: Service, token: str | None) -> None:
    """A call that changes something is refused when only the cookie comes with it: neither an action nor a sign-out happens."""
    login, _ = service.person(Post(Duty.OFFICER, "so-xd"))
    path = f"/v1/departments/so-xd/queue/{service.case()}/actions"
    headers = {} if token is None else {"X-CSRF-Token": token.encode()}
    async with service.browser() as browser:
        await sign_in(browser, login)
        acted = await browser.post(path, json={"action": "accept"}, headers=headers)
        left = await browser.delete("/v1/session", headers=headers)
        still = await browser.get("/v1/session")

    assert (acted.json()["code"], left.json()["code"], still.status_code) == ("foreign-page", "foreign-page", 200)


async def test_what_a_person_does_says_who_he_was(service: Service) -> None:
    """The actor of the event has the person's id, which is not his name; a machine has none."""
    login, person = service.person(Post(Duty.OFFICER, "so-xd"))
    petition = service.case()
    path = f"/v1/departments/so-xd/queue/{petition}/actions"
    async with service.browser() as browser:
        await sign_in(browser, login)
        answer = await browser.post(path, json={"action": "accept"}, headers=await form_token(browser))
        await browser.post(path, json={"action": "accept"}, headers={"Authorization": "Bearer token-so-xd"})
    by_person, by_machine = (action.actor for action in service.desk.sent if action.petition_id == petition)

    assert answer.status_code == 202
    assert (by_person.role, by_person.office, by_person.id) == ("office", "so-xd", person)
    assert (by_machine.role, by_machine.office, by_machine.id) == ("office", "so-xd", None)


async def test_duties_that_change_hold_from_the_next_call_on(service: Service) -> None:
    """Given and taken while he is signed in."""
    login, person = service.person(Post(Duty.OFFICER, "so-xd"))
    path = f"/v1/departments/so-yt/queue/{service.case('so-yt')}/actions"
    async with service.browser() as browser:
        await sign_in(browser, login)
        headers = await form_token(browser)

        async def accept() -> int:
            return (await browser.post(path, json={"action": "accept"}, headers=headers)).status_code

        codes = [await accept()]
        persons.give(service.table, person, [Post(Duty.OFFICER, "so-yt")])
        codes.append(await accept())
        persons.take(service.table, person, [Post(Duty.OFFICER, "so-yt")])
        codes.append(await accept())

    assert codes == [403, 202, 403]


def test_commands_add_list_disable_and_change(service: Service, tmp_path: Path) -> None:
    """The password comes by standard input, never as an argument, which others on the machine would see."""

    def ask(*arguments: str, given: str = "") -> Any:
        return CliRunner(env={"DATABASE_URL": service.database}).invoke(command, [*arguments, "--data", str(tmp_path)], input=given)

    added = ask("add", "Chi-Lan", "officer@so-xd", "--name", "Chị Lan", given=f"{PASSWORD}\n")
    again = ask("add", "chi-lan", "auditor", "--name", "Chị Lan", given=f"{PASSWORD}\n")
    ask("role", "chi-lan", "head@so-ct", "operator")
    ask("role", "chi-lan", "officer@so-xd", "--withdraw")
    ask("disable", "chi-lan")
    (found,) = [one for one in json.loads(ask("list", "--json").stdout) if one["login"] == "chi-lan"]

    assert found["id"] == added.stdout.strip()
    assert found["posts"] == [{"duty": "head", "office": "so-ct"}, {"duty": "operator", "office": None}]
    assert found["disabled"] is True
    assert "already" in str(again.exception)
    assert "nobody has the login" in str(ask("disable", "ai-do").exception)


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (("add", "x", "officer", "--name", "X"), PASSWORD, "officer needs one of the offices"),
        (("add", "x", "triage@so-xd", "--name", "X"), PASSWORD, "triage is a duty at tt-pvhcc alone"),
        (("add", "x", "administrator", "--name", "X"), PASSWORD, "no duty of a person"),
        (("add", "x", "auditor", "--name", "X"), "short", "12 to 200 characters"),
        (("password", "x"), "", "12 to 200 characters"),
    ],
)
def test_wrong_usage_is_named(service: Service, tmp_path: Path, arguments: tuple[str, ...], given: str, said: str) -> None:
    """Before anything is written."""
    found = CliRunner(env={"DATABASE_URL": service.database}).invoke(command, [*arguments, "--data", str(tmp_path)], input=given)

    assert found.exit_code == 2
    assert said in found.output
