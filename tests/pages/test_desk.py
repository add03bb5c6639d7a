"""The desk in a browser: finding, addresses, and the phone."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

import psycopg
import pytest
from playwright.sync_api import Page, expect

from schemas.authority import Duty, Post
from schemas.identity import persons
from tests.chaos.instance import Instance
from tests.pages.conftest import PHONE, SCREEN, Open
from tests.system.people import City, wait

PASSWORD = "một mật khẩu đủ dài"
OFFICE = "so-xd"


@pytest.fixture(scope="module")
def petition(instance: Instance) -> tuple[str, str]:
    """A petition at the office's desk: its id, and a word that no other has."""
    word = f"zanzi{secrets.token_hex(2)}".translate(str.maketrans("0123456789", "ghijklmnop"))
    with City(instance.url, instance.data / "credentials.json") as city:
        sent = city.submit(f"Đèn đường trước quán {word} phố Hàng Bè hỏng ba hôm nay", category="street-lighting")
        office = city.wait_state(sent["tracking_code"], "assigned")["office"]["code"]
        path = f"/v1/departments/{office}/queue/{sent['petition_id']}"
        wait(lambda: city.http.get(path, headers=city.token(office)).json(), lambda found: "case" in found)
    assert office == OFFICE
    return sent["petition_id"], word


@pytest.fixture
def sit(opened: Open, instance: Instance):
    """Seats a new officer at a desk's address; the page, and his name."""

    def seat(path: str, name: str, **about: object) -> Page:
        login = f"desk-{secrets.token_hex(4)}"
        with psycopg.connect(instance.database(), autocommit=True) as table:
            persons.add(table, login, name, [Post(Duty.OFFICER, OFFICE)], password=PASSWORD)
        page = opened(f"/sign-in?to={quote(path)}", **{"viewport": SCREEN, **about})
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("#sign-in button")
        expect(page.locator("#live")).to_be_visible()
        return page

    return seat


def test_a_case_is_found_by_a_word_and_its_address_opens_it(sit, instance: Instance, petition: tuple[str, str]) -> None:
    """The search stands in the address with the case; a colleague who is sent it sees the same; Back leads to the list."""
    id_, word = petition
    page = sit("/desk", "Lê An")
    page.fill("#q", word)
    expect(page.locator("#queue li")).to_have_count(1)
    page.locator("#queue button").click()
    expect(page.locator(".petition-text")).to_contain_text(word)
    expect(page).to_have_url(re.compile(rf"/desk/{OFFICE}/{id_}\?.*q={word}"))
    colleague = sit(page.url.removeprefix(instance.url), "Trần Bình")

    expect(colleague.locator(".petition-text")).to_contain_text(word)
    expect(colleague.locator("#q")).to_have_value(word)
    page.go_back()
    expect(page).to_have_url(re.compile(rf"/desk/{OFFICE}(\?.*)?$"))


def test_on_a_phone_back_leads_to_the_list(sit, petition: tuple[str, str]) -> None:
    """The case takes the screen; the phone's Back gives the list again, with its search."""
    _, word = petition
    page = sit(f"/desk/{OFFICE}?q={word}&scope=all", "Đỗ Chi", viewport=PHONE)
    page.locator("#queue button").click()
    expect(page.locator(".petition-text")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    page.go_back()

    expect(page.locator("#queue li")).to_have_count(1)
    expect(page.locator("#queue")).to_be_visible()
