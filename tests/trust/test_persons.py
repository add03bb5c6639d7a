"""Persons: signing in and out, sessions, cookies, forms, and the person in what he does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from deploy.one_machine.embedded import EmbeddedPostgres
from deploy.web.passing import sweep
from schemas.authority import Duty, Post
from schemas.identity import persons
from schemas.identity.signing_in import FREE_TRIES
from tests.producers.conftest import settings_for
from tests.trust.service import HTTP, HTTPS, PASSWORD, Service, form_token, serving, sign_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with serving(postgres.ensure_database("persons"), tmp_path_factory.mktemp("persons")) as found:
        yield found


async def test_who_signed_in_is_told_what_he_may(service: Service) -> None:
    """His name, his duties, the offices whose cases he works on, and whether he reads all; without a session nobody."""
    login, _ = service.person(Post(Duty.OFFICER, "so-xd"), Post(Duty.OPERATIONS))
    async with service.browser() as browser:
        before = await browser.get("/session")
        entered = await sign_in(browser, login.upper())
        found = (await browser.get("/session")).json()

    assert (before.status_code, before.json()["code"], entered.status_code) == (401, "no-token", 201)
    assert found["name"] == "Ông Nguyễn Văn Kín"
    assert (found["offices"], found["every_office"], found["figures"]) == (["so-xd"], True, True)


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
        planted = await thief.get("/session")
        ended = await browser.delete("/session", headers=await form_token(browser))
        thief.cookies.set("session", second)
        after = await thief.get("/session")

    assert first != second
    assert (planted.json()["code"], ended.status_code, after.json()["code"]) == ("session-over", 200, "session-over")


async def test_a_session_ends_by_time(service: Service) -> None:
    """When nobody used it for the idle time, and after the longest time in any case."""
    login, _ = service.person(Post(Duty.AUDITOR))
    for late in ("seen_at = now() - interval '61 minutes'", "ends_at = now()"):
        async with service.browser() as browser:
            await sign_in(browser, login)
            service.table.execute(f"update session set {late}")
            assert (await browser.get("/session")).json()["code"] == "session-over"


async def test_what_is_over_is_swept_whoever_comes(service: Service, tmp_path: Path) -> None:
    """Sessions, failed sign-ins, visits to the provider and presences do not lie about until somebody signs in: the page on privacy says
    how long each is kept. What is not over stays."""
    login, person = service.person(Post(Duty.AUDITOR))
    newest = "select digest from session order by ends_at desc limit 1"
    tables = ("session", "sign_in_failure", "sign_in_visit", "desk_presence")
    for table in tables:
        service.table.execute(f"delete from {table}")
    for ago in ("1 second", "61 minutes"):
        async with service.browser() as browser:
            await sign_in(browser, login)
        values = {"ago": ago, "person": person, "key": ago.encode()}
        service.table.execute(f"update session set seen_at = now() - %(ago)s::interval where digest = ({newest})", values)
        service.table.execute("insert into sign_in_failure values (%(key)s, 1, now() - %(ago)s::interval, now())", values)
        service.table.execute(
            "insert into sign_in_visit (state, nonce, verifier, back, began_at) values (%(key)s, 'n', 'v', '/', now() - %(ago)s::interval)",
            values,
        )
        service.table.execute(
            "insert into desk_presence (petition_id, person_id, office, name, writing, until)"
            " values (md5(%(key)s), %(person)s, 'so-xd', 'Lê An', false, now() - %(ago)s::interval + interval '25 seconds')",
            values,
        )
    sweep(settings_for("nowhere", service.database, tmp_path))

    assert [service.table.execute(f"select count(*) from {table}").fetchone() for table in tables] == [(1,)] * 4


async def test_who_is_disabled_is_out_at_once(service: Service) -> None:
    """His session is over, and a new one is not begun; undone, he may sign in again."""
    login, _ = service.person(Post(Duty.AUDITOR))
    async with service.browser() as browser:
        await sign_in(browser, login)
        persons.disable(service.table, login, disabled=True)
        out = await browser.get("/session")
        refused = await sign_in(browser, login)
        persons.disable(service.table, login, disabled=False)
        back = await sign_in(browser, login)

    assert (out.status_code, refused.json()["code"], back.status_code) == (401, "wrong-password", 201)


async def test_wrong_name_and_wrong_password_look_alike(service: Service) -> None:
    """Nobody learns who has an account: after five tries there is a pause for names that nobody has, too, in which the right password is
    not looked at either."""
    login, _ = service.person(Post(Duty.AUDITOR))
    both = (login, "khong-co-ai")
    service.table.execute("delete from sign_in_failure")
    async with service.browser() as browser:
        wrong = [[await sign_in(browser, name, "sai rồi") for _ in range(FREE_TRIES)] for name in both]
        pauses = service.table.execute("select failures, wait_until > failed_at from sign_in_failure").fetchall()
        service.table.execute("update sign_in_failure set wait_until = now() + interval '1 minute'")
        paused = [await sign_in(browser, name) for name in both]
        service.table.execute("update sign_in_failure set wait_until = now()")
        later = await sign_in(browser, login)

    assert {(one.status_code, one.json()["code"]) for tries in wrong for one in tries} == {(401, "wrong-password")}
    assert pauses == [(FREE_TRIES, True)] * 2
    assert [(one.status_code, one.json()["code"]) for one in paused] == [(429, "sign-in-pause")] * 2
    assert 0 < int(paused[0].headers["retry-after"]) <= 60
    assert later.status_code == 201


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
        left = await browser.delete("/session", headers=headers)
        still = await browser.get("/session")

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
