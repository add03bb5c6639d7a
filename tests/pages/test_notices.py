"""A citizen asks for news of his petition, confirms, reads it, and leaves with one click."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.mail_server import Inbox
from tests.pages.axe import found_by_axe
from tests.pages.conftest import PHONE, SCREEN, Open
from tests.pages.test_pictures import look
from tests.system.people import City, wait

TEXT = "Nắp cống trước số 40 phố Huế bị vỡ, nguy hiểm cho xe máy."


@pytest.mark.parametrize(("lang", "viewport"), [("vi", PHONE), ("en", SCREEN)], ids=["phone", "screen"])
def test_from_the_wish_to_the_last_mail(opened: Open, city: City, letters: Inbox, lang: str, viewport: dict[str, int]) -> None:
    """Nothing but the question until he has confirmed; opening a link alone does nothing; who has left gets nothing more."""
    address = f"dan.{lang}@example.org"
    code = city.submit(TEXT, category="drainage")["tracking_code"]
    status = city.wait_state(code, "assigned")
    page = opened(f"/t/{code}?lang={lang}", viewport=viewport)
    page.click("#news summary")
    page.fill("#news-address", address)
    page.click("#news button")
    (question, *_) = wait(lambda: letters.of(address), bool)
    page.goto(_link(question, "confirm"))
    expect(page.locator("#go")).to_be_visible()
    look(page, f"confirm-{lang}")
    assert found_by_axe(page) == {}
    page.click("#go")
    expect(page.locator("#go")).to_be_hidden()
    office = status["office"]["code"]
    assert city.act(office, status["petition_id"], "accept").status_code == 202
    news = wait(lambda: letters.of(address), lambda found: len(found) > 1)[-1]
    page.goto(_link(news, "leave"))
    expect(page.locator("#go")).to_be_visible()
    look(page, f"leave-{lang}")
    assert found_by_axe(page) == {}
    assert city.http.get(f"/v1/petitions/{code}/notices").json()["receivers"] != []
    page.click("#go")
    expect(page.locator("#go")).to_be_hidden()

    assert f"/t/{code}" in news.get_content()
    assert city.http.get(f"/v1/petitions/{code}/notices").json()["receivers"] == []


def _link(mail: object, purpose: str) -> str:
    found = re.search(rf"(?:https?://[^/\s]+)?(/notices/{purpose}/[\w=-]+\.[\w=-]+)\s", f"{mail.get_content()} ")  # type: ignore[attr-defined]
    assert found, "no such link"
    return found[1]
