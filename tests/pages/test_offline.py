"""A phone that loses its network: the page is still there, so is what was written and photographed, and it is sent once."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.chaos.instance import Instance
from tests.files.contents import jpeg
from tests.pages.axe import found_by_axe
from tests.pages.conftest import Open
from tests.pages.test_pictures import look
from tests.system.people import City

TEXT = "Cây xà cừ đổ chắn ngang ngõ 16 phố Huế từ đêm qua, xe không đi được."
ADDRESS = "Ngõ 16 phố Huế"


class Line:
    """A way to the city that can be cut: what is open is closed, and nobody gets through until it is mended."""

    def __init__(self, port: int) -> None:
        self._behind, self._cut = port, threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._cut.set()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._cut.clear()

    def close(self) -> None:
        self.cut()
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                if self._cut.is_set():
                    client.close()
                    continue
                behind = socket.create_connection(("127.0.0.1", self._behind))
                self._open |= {client, behind}
                for source, target in ((client, behind), (behind, client)):
                    threading.Thread(target=self._forward, args=(source, target), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        for one in (source, target):
            self._open.discard(one)
            one.close()


@pytest.fixture
def line(instance: Instance) -> Iterator[Line]:
    made = Line(instance.port)
    yield made
    made.close()


def offline(page: Page, line: Line, *, off: bool) -> None:
    """For the page's scripts (`navigator.onLine`) and for its service worker alike."""
    if off:
        line.cut()
    else:
        line.mend()
    page.context.set_offline(off)


@pytest.mark.long
def test_what_was_written_is_there_after_a_reload_and_can_be_discarded(opened: Open) -> None:
    """Text, address, ward and contact, on this device alone: another browser knows nothing of them."""
    page = opened("/")
    page.fill("#text", TEXT)
    page.fill("#address", ADDRESS)
    page.fill("#ward", "Hai Bà Trưng")
    page.keyboard.press("Enter")
    page.click("#contact summary")
    page.fill("#phone", "0912 345 678")
    page.wait_for_function("indexedDB.databases().then((all) => all.length > 0)")
    expect(page.locator("#preview")).to_be_visible()  # later than the draft is kept
    page.reload()
    expect(page.locator("#restored")).to_be_visible()
    look(page, "draft")

    assert (page.input_value("#text"), page.input_value("#address"), page.input_value("#phone")) == (TEXT, ADDRESS, "0912 345 678")
    assert "Hai Bà Trưng" in page.input_value("#ward")
    assert found_by_axe(page) == {}
    assert opened("/").input_value("#text") == ""
    page.click("#discard")
    expect(page.locator("#text")).to_have_value("")
    page.reload()
    expect(page.locator("#text")).to_have_value("")
    expect(page.locator("#restored")).to_be_hidden()


@pytest.mark.parametrize("lang", ["vi", pytest.param("en", marks=pytest.mark.long)])
def test_a_petition_with_a_photo_waits_for_the_network_and_is_sent_once(
    opened: Open, line: Line, city: City, tmp_path: Path, lang: str
) -> None:
    """Photographed and sent without a network, the page closed and opened again: it goes by itself when there is one."""
    (photo := tmp_path / "cay.jpg").write_bytes(jpeg(800, 600))
    page = opened(f"{line.url}/?lang={lang}")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # what it is made of comes by the worker now
    offline(page, line, off=True)
    page.fill("#text", f"{TEXT} {lang}")
    page.set_input_files("#uploads input[capture]", photo)
    page.click("#send")
    expect(page.locator("#waiting")).to_be_visible()
    look(page, f"waiting-{lang}")
    assert found_by_axe(page) == {}

    page.reload()
    expect(page.locator("#waiting")).to_be_visible()
    expect(page.locator("#text")).to_have_value(f"{TEXT} {lang}")
    offline(page, line, off=False)
    expect(page.locator("#receipt")).to_be_visible()
    status = city.shown(page.inner_text("#tracking-code"))

    assert status["said"]["text"] == f"{TEXT} {lang}"
    assert [file["kind"] for file in status["said"]["files"]] == ["image"]
    page.reload()
    expect(page.locator("#text")).to_have_value("")


@pytest.mark.long
def test_an_answer_that_was_lost_is_asked_for_again_under_the_same_key(opened: Open, city: City) -> None:
    """The city has the petition, and the phone does not know: after a reload the same code comes, not a second petition."""
    codes: list[str] = []
    page = opened("/")

    def lost(route: Route) -> None:
        codes.append(route.fetch().json()["tracking_code"])
        route.abort()

    page.route("**/petitions", lost, times=1)
    page.fill("#text", f"{TEXT} Lần hai.")
    page.click("#send")
    expect(page.locator("#waiting")).to_be_visible()
    page.reload()
    expect(page.locator("#receipt")).to_be_visible()

    assert [page.inner_text("#tracking-code")] == codes
    assert city.shown(codes[0])["said"]["text"] == f"{TEXT} Lần hai."


def test_the_worker_keeps_the_page_and_nothing_of_anybody(opened: Open, city: City) -> None:
    """No petition, no code and no call of the API is in its store; the manifest names the page."""
    code = city.submit(TEXT)["tracking_code"]
    page = opened("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto(f"/t/{code}")
    expect(page.locator("#timeline")).to_be_visible()
    paths = page.evaluate("caches.open('shell').then((shell) => shell.keys()).then((all) => all.map(({ url }) => new URL(url).pathname))")

    assert {path.rpartition("/")[0] for path in paths} <= {"", "/assets/common", "/assets/submit"}
    assert city.http.get("/manifest.webmanifest").json()["start_url"] == "/"
