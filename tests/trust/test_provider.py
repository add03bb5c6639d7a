"""Signing in at a provider that others wrote: the way there and back, what is refused, and the end of both sessions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from deploy.one_machine.embedded import EmbeddedPostgres
from schemas.authority import Duty, Post
from tests.plain_http import PLAIN
from tests.trust.provider import CLIENT, SECRET, USER, Canaille, canaille
from tests.trust.service import HTTP, Service, form_token, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def provider() -> Iterator[Canaille]:
    with canaille(HTTP) as found:
        yield found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(postgres: EmbeddedPostgres, provider: Canaille, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    about = {"oidc_issuer": provider.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET), "oidc_name": "Lan's"}
    async with serving(postgres.ensure_database("provider"), tmp_path_factory.mktemp("provider"), **about) as found:
        yield found


@pytest.fixture(autouse=True)
def no_codes_left(provider: Canaille) -> Iterator[None]:
    """Of a test in which a code is not redeemed."""
    yield
    provider.forget_codes()


@pytest.fixture
def lan(service: Service, provider: Canaille) -> Iterator[str]:
    """The id of the one whom the provider knows."""
    _, person = service.person(Post(Duty.OFFICER, "so-xd"), subject=f"{provider.issuer} {USER}")
    yield person
    service.table.execute("delete from person where id = %s", (person,))


async def there(provider: Canaille, browser: httpx.AsyncClient, other: httpx.Client) -> str:
    """The address with which the provider sends the browser back, after its user has signed in there."""
    way = (await browser.get("/sign-in/provider", params={"to": "/ioc"})).headers["location"]
    return await asyncio.to_thread(provider.sign_in, other, way)


async def test_who_signs_in_at_the_provider_is_signed_in_here_and_out_of_both(service: Service, provider: Canaille, lan: str) -> None:
    """As the person whom we have under the provider's subject, on the page that he wanted; the end leads to the provider and back."""
    async with service.browser() as browser:
        with httpx.Client(timeout=30, verify=PLAIN) as other:
            back = await there(provider, browser, other)
            arrived = await browser.get(back)
            who = (await browser.get("/session")).json()
            ended = (await browser.delete("/session", headers=await form_token(browser))).json()["continue"]
            home = await asyncio.to_thread(lambda: provider.followed(other, other.get(ended)))
            again = await asyncio.to_thread(lambda: other.get(f"{provider.issuer}/"))
        after = await browser.get("/session")

    assert (arrived.status_code, arrived.headers["location"]) == (303, "/ioc")
    assert who["posts"] == [{"duty": "officer", "office": "so-xd"}]
    assert home.startswith(f"{HTTP}/sign-in")
    assert "/login" in again.headers["location"]
    assert after.status_code == 401


async def test_the_way_is_protected_by_state_nonce_and_verifier(service: Service) -> None:
    """The verifier never leaves the service, only its hash; nobody can make the state up; another page than ours is not led back to."""
    async with service.browser() as browser:
        answer = await browser.get("/sign-in/provider", params={"to": "https://evil.example"})
    sent = {name: value for name, (value,) in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    (verifier, back), *_ = service.table.execute("select verifier, back from sign_in_visit order by began_at desc").fetchall()

    assert (sent["response_type"], sent["code_challenge_method"], sent["scope"]) == ("code", "S256", "openid")
    assert min(len(sent["state"]), len(sent["nonce"]), len(sent["code_challenge"])) >= 43
    assert verifier not in answer.headers["location"]
    assert back == "/sign-in"
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))


async def test_a_way_back_is_for_the_browser_that_went_and_once(service: Service, provider: Canaille, lan: str) -> None:
    """So nobody is signed in as another by a link; neither without the cookie, nor with another visit's, nor a second time."""
    async with service.browser() as browser, service.browser() as victim:
        with httpx.Client(timeout=30, verify=PLAIN) as other:
            back = await there(provider, browser, other)
        without = await victim.get(back)
        await victim.get("/sign-in/provider")
        foreign = await victim.get(back)
        first = await browser.get(back, headers={"Cookie": f"sign-in={browser.cookies['sign-in']}"})
        second = await browser.get(back)

    refused = "/sign-in?refused=foreign-page"
    assert [one.headers["location"] for one in (without, foreign, first, second)] == [refused, refused, "/ioc", refused]


async def test_a_code_without_its_verifier_is_worth_nothing(service: Service, provider: Canaille, lan: str) -> None:
    """Whoever caught a code cannot redeem it: the provider holds it against the hash that it was given."""
    async with service.browser() as browser:
        with httpx.Client(timeout=30, verify=PLAIN) as other:
            back = await there(provider, browser, other)
        service.table.execute("update sign_in_visit set verifier = repeat('x', 43)")
        answer = await browser.get(back)

    assert answer.headers["location"] == "/sign-in?refused=provider-failed"


async def test_a_token_of_another_visit_is_refused(service: Service, provider: Canaille, lan: str) -> None:
    """Its nonce is not the one of this visit."""
    async with service.browser() as browser:
        with httpx.Client(timeout=30, verify=PLAIN) as other:
            back = await there(provider, browser, other)
        service.table.execute("update sign_in_visit set nonce = 'another'")
        answer = await browser.get(back)

    assert answer.headers["location"] == "/sign-in?refused=provider-failed"


async def test_who_is_not_ours_is_told_so(service: Service, provider: Canaille) -> None:
    """The provider knows more people than those who may come in here; nobody is made a person by signing in."""
    async with service.browser() as browser:
        with httpx.Client(timeout=30, verify=PLAIN) as other:
            back = await there(provider, browser, other)
        answer = await browser.get(back)
        after = await browser.get("/session")

    assert (answer.headers["location"], after.status_code) == ("/sign-in?refused=unknown-person", 401)
    assert service.table.execute("select count(*) from session").fetchone() == (0,)
