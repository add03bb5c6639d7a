"""The hotline by keyboard alone: a caller's petitions by his number, one of them opened on record, a new one, its code to read out."""

from __future__ import annotations

import json
import re
import secrets

import httpx
import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.chaos.instance import Instance
from tests.pages.axe import found_by_axe
from tests.pages.conftest import PHONE, SCREEN, Open
from tests.pages.test_life_in_the_browser import sign_in
from tests.pages.test_pictures import look
from tests.plain_http import PLAIN
from tests.system.people import City, wait

TEXT = "Cây xà cừ đổ chắn ngang ngõ 12 phố Huế, đè lên dây điện."


def number() -> str:
    return f"09{secrets.randbelow(10**8):08d}"


def at_the_hotline(opened: Open, instance: Instance, path: str = "/tong-dai", **about: object) -> Page:
    page = opened(path, **about)
    sign_in(page, instance, "tong-dai")
    expect(page.locator("#call")).to_be_visible()
    return page


def test_a_call_by_keyboard_alone(opened: Open, instance: Instance, city: City) -> None:
    """From the number to the code that is read out; the next call begins with nothing of the last."""
    phone = number()
    page = at_the_hotline(opened, instance, viewport=SCREEN)
    keys = page.keyboard
    expect(page.locator("#phone")).to_be_focused()
    keys.type(phone)
    keys.press("Enter")
    expect(page.locator("#found")).to_contain_text("Chưa có")
    expect(page.locator("#text")).to_be_focused()
    keys.type(TEXT)
    expect(page.locator("#preview-office")).to_contain_text("Cơ quan")
    look(page, "hotline-vi")
    keys.press("Control+Enter")
    expect(page.locator("#receipt")).to_be_focused()
    code = page.inner_text("#tracking-code")
    expect(page.locator("#first-word")).to_be_visible()
    look(page, "hotline-receipt")
    keys.press("Escape")
    expect(page.locator("#phone")).to_be_focused()

    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    assert page.input_value("#phone") == page.input_value("#text") == ""
    assert city.shown(code)["said"]["text"] == TEXT


def test_a_callers_petition_is_opened_on_record_and_added_to(opened: Open, instance: Instance, city: City) -> None:
    """Whichever way he handed it in, and however the number is written; its citizen reads that the hotline has opened it."""
    phone = number()
    receipt = city.submit(TEXT, contact={"phone": f"+84 {phone[1:4]} {phone[4:7]} {phone[7:]}"})
    city.status(receipt["tracking_code"])
    page = at_the_hotline(opened, instance, path="/tong-dai?lang=en", viewport=SCREEN)
    page.fill("#phone", phone)
    page.keyboard.press("Enter")
    expect(page.locator("#cases li")).to_have_count(1)
    expect(page.locator("#cases")).not_to_contain_text("ngõ 12")
    page.locator("#cases button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#opened-said")).to_have_text(TEXT)
    look(page, "hotline-opened-en")
    page.fill("#more", "Dây điện đang tóe lửa.")
    page.locator("#add button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text("Added.")
    types = wait(lambda: city.types(receipt["tracking_code"]), lambda found: "information-added" in found)

    assert "looked-up" in types
    assert types.count("information-added") == 1
    assert found_by_axe(page) == {}


def test_the_page_is_the_hotlines_alone(opened: Open, instance: Instance) -> None:
    """Another duty is told so, and sees no form; nobody is asked to sign in."""
    page = opened("/tong-dai")
    page.wait_for_url("**/sign-in?to=*")
    sign_in(page, instance, "can-bo")
    expect(page.locator("#nothing")).to_contain_text("tổng đài")
    expect(page.locator("#call")).to_be_hidden()


@pytest.mark.long
@pytest.mark.parametrize("viewport", [PHONE, SCREEN], ids=["phone", "screen"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_axe_finds_nothing_at_the_hotline(opened: Open, instance: Instance, viewport: dict[str, int], lang: str) -> None:
    """With the preview open; nothing is wider than the screen."""
    page = at_the_hotline(opened, instance, path=f"/tong-dai?lang={lang}", viewport=viewport)
    page.fill("#text", TEXT)
    expect(page.locator("#preview")).to_be_visible()
    look(page, f"hotline-{viewport['width']}-{lang}")

    assert found_by_axe(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_what_is_anothers_stays_shut(instance: Instance, city: City) -> None:
    """Not with another number, not before it is on record, not for a machine; a repeat is the same petition, and who entered it is told."""
    phone, accounts = number(), json.loads((instance.data / "accounts.json").read_text(encoding="utf-8"))
    petition_id = city.submit(TEXT, contact={"phone": phone})["petition_id"]
    with httpx.Client(base_url=instance.url, verify=PLAIN) as client:
        password = next(one["password"] for one in accounts if one["login"] == "tong-dai")
        assert client.post("/session", json={"login": "tong-dai", "password": password}).status_code == 201
        session = client.get("/session").json()
        client.headers["X-CSRF-Token"] = session["form_token"]
        other = client.post(f"/v1/hotline/petitions/{petition_id}/look-ups", json={"phone": number()})
        shut = client.get(f"/v1/hotline/petitions/{petition_id}")
        body, key = {"text": TEXT, "contact": {"phone": phone}}, {"Idempotency-Key": secrets.token_hex(8)}
        twice = [client.post("/v1/hotline/petitions", json=body, headers=key).json()["petition_id"] for _ in range(2)]
    entered = "select petition->>'channel', petition->>'taken_by' from petition where petition_id = %s"
    with psycopg.connect(instance.database()) as table:
        row = wait(lambda: table.execute(entered, (twice[0],)).fetchone(), lambda found: found is not None)
    machine = city.http.post("/v1/hotline/searches", json={"phone": phone}, headers=city.token("admin"))

    assert (other.status_code, other.json()["code"]) == (404, "unknown-petition")
    assert (shut.status_code, shut.json()["code"]) == (403, "not-looked-up")
    assert twice[0] == twice[1]
    assert row == ("hotline", session["id"])
    assert machine.status_code == 403
