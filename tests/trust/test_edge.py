"""The edge: what one caller can take of the service, as it was tried on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from consumers.http.state import Waiters
from deploy.one_machine.embedded.ports import free_port
from deploy.web import limits, protocol
from deploy.web.limits import Limited, Pace

SECONDS = 10.0
"""After which a test gives up waiting; only ever reached by a mistake."""
RESET = b"closed while much was still unread"


async def echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server with the guarded protocol."""
    config = uvicorn.Config(
        Starlette(routes=[Route("/", echo, methods=["POST"])]), port=(number := free_port()), http=protocol.Guarded, log_config=None
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield number
    server.should_exit = True
    await running


async def said(port: int, *parts: bytes) -> bytes:
    """All that the server answers until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
    try:
        return await asyncio.wait_for(reader.read(), SECONDS)
    except ConnectionResetError:
        return RESET
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"X-Large: %b\r\n" % (b"x" * 40_000),
        b"".join(b"X-%d: x\r\n" % number for number in range(20_000)),
        b"X-Endless: " + b"x" * 40_000,
    ],
    ids=["one large header", "20,000 headers", "a header without an end"],
)
async def test_a_head_has_a_size(port: int, head: bytes) -> None:
    """16 MB of headers, 20,000 of them, or one that never ends: 431, and the connection is closed."""
    answer = await said(port, b"POST / HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n")

    assert answer == RESET or answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "parts",
    [b"", b"POST / HTTP/1.1\r\nHost: x\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf"],
    ids=["nothing", "half a head", "half a body"],
)
async def test_what_is_half_sent_is_not_waited_for(port: int, parts: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """350 of them were open after a minute; now each is closed when its time is over."""
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(protocol, "BODY_SECONDS", 0.1)

    assert (await said(port, parts)).startswith(b"HTTP/1.1 408 ")


async def test_an_offer_of_another_protocol_is_passed_over(port: int) -> None:
    """Java's client offers HTTP/2 with every call in the clear: its body is read all the same."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAA\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n" + offer + b"\r\nhello")

    answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), SECONDS)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert await asyncio.wait_for(reader.readexactly(1), SECONDS) == b"5"
    writer.close()


async def test_one_address_has_so_many_connections(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next one is refused; when one of them is closed there is room again."""
    monkeypatch.setattr(protocol, "MOST_OF_ONE", 3)
    monkeypatch.setattr(protocol, "is_own", lambda _: False)
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]

    assert (await said(port)).startswith(b"HTTP/1.1 503 ")
    held[0][1].close()
    await held[0][1].wait_closed()
    call = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
    assert (await said(port, call)).endswith(b"2")
    for _, writer in held[1:]:
        writer.close()


def client(monkeypatch: pytest.MonkeyPatch, **paces: Pace) -> httpx.AsyncClient:
    """Behind one proxy of our own; everything but `/v1/known` is unknown."""
    monkeypatch.setattr(limits, "PACES", {**{name: Pace(10_000, 1000) for name in limits.PACES}, **paces})

    async def known(_: Request) -> PlainTextResponse:
        return PlainTextResponse("ok")

    async def refused(_: Request) -> PlainTextResponse:
        return PlainTextResponse("who?", 401)

    async def session(request: Request) -> PlainTextResponse:
        return PlainTextResponse("who?", 401 if (await request.body()) != b"right" else 201)

    paths = ["/v1/known", "/v1/public/following", "/v1/petitions/{code}/actions", "/v1/petitions/{code}", "/v1/files", "/v1/files/uploads"]
    routes = [
        *(Route(path, known, methods=["GET", "POST"]) for path in paths),
        Route("/v1/departments", refused),
        Route("/session", session, methods=["GET", "POST"]),
    ]
    app = Limited(Starlette(routes=routes), trusted_hops=1)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x")


def of(address: str, **more: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, **{name.replace("_", "-"): value for name, value in more.items()}}


@pytest.mark.parametrize(
    ("pace", "mine", "others"),
    [
        ("address", of("203.0.113.1"), of("203.0.113.2")),
        ("key", of("203.0.113.1", X_API_Key="a"), of("203.0.113.1", X_API_Key="b")),
        ("token", of("203.0.113.1", Authorization="Bearer a"), of("203.0.113.1", Authorization="Bearer b")),
    ],
)
async def test_a_pace_is_each_ones_own(pace: str, mine: dict[str, str], others: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """40 posts a second on one key go no further than its pace, with the time to come back; others do not notice."""
    async with client(monkeypatch, **{pace: Pace(3, 0.1)}) as http:
        statuses = [(await http.get("/v1/known", headers=mine)).status_code for _ in range(5)]
        last = await http.get("/v1/known", headers=mine)

        assert statuses == [200, 200, 200, 429, 429]
        assert (last.json()["code"], int(last.headers["Retry-After"]) > 0) == ("too-fast", True)
        assert (await http.get("/v1/known", headers=others)).status_code == 200


async def test_a_tracking_code_takes_few_actions_and_is_always_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """100 notes on one petition in two seconds."""
    async with client(monkeypatch, code=Pace(2, 0.1)) as http:
        acts = [(await http.post("/v1/petitions/AAAA/actions", headers=of("203.0.113.1"))).status_code for _ in range(4)]

        assert acts == [200, 200, 429, 429]
        assert (await http.get("/v1/petitions/AAAA", headers=of("203.0.113.1"))).status_code == 200


async def test_uploads_begin_at_a_pace_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted by address from the public form, by key from an app; their parts are not counted so."""
    async with client(monkeypatch, upload=Pace(1, 0.1), **{"app-upload": Pace(2, 0.1)}) as http:
        form = [(await http.post("/v1/files", headers=of("203.0.113.1"))).status_code for _ in range(2)]
        app = [(await http.post("/v1/files/uploads", headers=of("203.0.113.1", X_API_Key="a"))).status_code for _ in range(3)]

        assert (form, app) == ([200, 429], [200, 200, 429])
        assert (await http.get("/v1/files/uploads", headers=of("203.0.113.1"))).status_code == 200
        assert (await http.post("/v1/files", headers=of("203.0.113.2"))).status_code == 200


async def test_nobody_has_mails_sent_to_one_address_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wishes to follow a place are counted by who makes them, whatever addresses they name; reading the rules is not."""
    async with client(monkeypatch, follow=Pace(2, 0.1)) as http:
        wishes = [(await http.post("/v1/public/following", headers=of("203.0.113.1"))).status_code for _ in range(3)]

        assert wishes == [200, 200, 429]
        assert (await http.get("/v1/public/following", headers=of("203.0.113.1"))).status_code == 200
        assert (await http.post("/v1/public/following", headers=of("203.0.113.2"))).status_code == 200


async def test_wrong_tokens_end_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """300 wrong bearers a second: after some of them the address is not listened to for a while."""
    async with client(monkeypatch, wrong=Pace(5, 0.1)) as http:
        tries = [(await http.get("/v1/departments", headers=of("203.0.113.1"))).status_code for _ in range(8)]

        assert tries == [401] * 5 + [429] * 3
        assert (await http.get("/v1/known", headers=of("203.0.113.2"))).status_code == 200


async def test_wrong_sign_ins_end_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever names are tried, whoever they are of; a page that asks whether somebody is signed in does not count, nor who gets in."""
    async with client(monkeypatch, wrong=Pace(5, 0.1)) as http:
        mine = of("203.0.113.1")
        asked = [(await http.get("/session", headers=mine)).status_code for _ in range(8)]
        entered = [(await http.post("/session", headers=mine, content=b"right")).status_code for _ in range(8)]
        tries = [(await http.post("/session", headers=mine, content=b"wrong")).status_code for _ in range(7)]

        assert (asked, entered, tries) == ([401] * 8, [201] * 8, [401] * 5 + [429] * 2)
        assert (await http.post("/session", headers=of("203.0.113.2"), content=b"right")).status_code == 201


async def test_this_machines_own_addresses_are_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are a proxy's, that is the whole city's, or the operator's."""
    async with client(monkeypatch, address=Pace(1, 0.1)) as http:
        assert {(await http.get("/v1/known")).status_code for _ in range(5)} == {200}


async def test_a_proxy_that_nobody_set_up_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """X-Forwarded-For comes and FORWARDED_HOPS is 0: all citizens count as one, and the log says so, once in a thousand calls."""
    monkeypatch.setattr(limits, "PACES", {name: Pace(10_000, 1000) for name in limits.PACES})
    app = Limited(Starlette(routes=[Route("/", echo, methods=["POST"])]), trusted_hops=0)
    with capture_logs() as told:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
            for _ in range(3):
                await http.post("/", headers=of("203.0.113.1"))
            await http.post("/")

    assert [(one["event"], one["log_level"]) for one in told] == [("proxy-unknown", "warning")]
    assert "FORWARDED_HOPS is 0" in told[0]["hint"]


async def test_streams_are_bounded_by_petition_and_counted_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """600 streams on one code; what is closed makes room."""
    monkeypatch.setattr(limits, "STREAMS", {"path": 2, "address": 10, "all": 10})
    ending = asyncio.Event()

    async def stream(_: Request) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            await ending.wait()
            yield b"x"

        return StreamingResponse(parts())

    app = Limited(Starlette(routes=[Route("/v1/petitions/{code}/events", stream)]), trusted_hops=1)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as http:
        held = [asyncio.create_task(http.get("/v1/petitions/A/events", headers=of("203.0.113.1"))) for _ in range(2)]
        await asyncio.sleep(0)
        while app.open_streams["all"] < 2:  # noqa: ASYNC110 -- they begin when the loop comes to them
            await asyncio.sleep(0.01)

        assert (await http.get("/v1/petitions/A/events", headers=of("203.0.113.2"))).status_code == 429
        ending.set()
        assert [(await one).status_code for one in held] == [200, 200]
        assert (await http.get("/v1/petitions/A/events", headers=of("203.0.113.2"))).status_code == 200


def test_guessing_codes_leaves_room_for_citizens() -> None:
    """520 requests for codes that are not there, from one address and from many: who has just sent a petition still waits for it."""
    waiters = Waiters(500)
    held = []
    for number in range(520):
        if not waiters.full("203.0.113.1"):
            held.append(waiters.one("203.0.113.1"))
            held[-1].__enter__()
        if number % 50 == 0:
            assert not waiters.full(f"198.51.100.{number % 250}")
    assert len(held) == 25
