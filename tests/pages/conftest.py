"""A browser on a whole instance. Without Chromium these tests skip and say so; never under CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.chaos.instance import Instance

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
PHONE = {"width": 390, "height": 844}
SCREEN = {"width": 1280, "height": 860}
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright holds an event loop in this thread while it lives, so it must not outlive a module of synchronous tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: install the Debian package chromium")
        pytest.skip("Chromium is missing (Debian: apt-get install chromium): the pages are not tested")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield made
        made.close()


@pytest.fixture
def opened(browser: Browser, instance: Instance) -> Iterator[Open]:
    """Opens a path of the instance in a browser of its own; the test fails when a page's script fails."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_(path: str, **about: object) -> Page:
        context = browser.new_context(base_url=instance.url, **{"viewport": PHONE, **about})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if "Content Security Policy" in message.text else None)
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert errors == []


def faults(page: Page) -> list[str]:
    """What axe-core finds: each rule with the first elements that break it."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]
