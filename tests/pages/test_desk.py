"""The desk in browsers: finding, addresses, the phone, and two officers and a head at one case."""

from __future__ import annotations

import re
import secrets
from urllib.parse import quote

import psycopg
import pytest
from playwright.sync_api import Page, Route, expect

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

    def seat(path: str, name: str, duty: Duty = Duty.OFFICER, **about: object) -> Page:
        login = f"desk-{secrets.token_hex(4)}"
        with psycopg.connect(instance.database(), autocommit=True) as table:
            persons.add(table, login, name, [Post(duty, OFFICE)], password=PASSWORD)
        page = opened(f"/sign-in?to={quote(path)}", **{"viewport": SCREEN, **about})
        page.fill("#login", login)
        page.fill("#password", PASSWORD)
        page.click("#sign-in button")
        expect(page.locator("#live")).to_be_visible()
        return page

    return seat


@pytest.mark.long
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
    expect(page).to_have_url(re.compile(rf"/desk/{OFFICE}\?.*q={word}"))
    expect(page.locator("#q")).to_have_value(word)


def test_back_leads_to_the_search_although_a_case_is_opened_before_it_was_asked(sit, petition: tuple[str, str]) -> None:
    """What was typed a moment before the click is in the address that Back leads to."""
    _, word = petition
    page = sit("/desk", "Lê An")
    row = page.locator("#queue button", has_text=word)
    expect(row).to_be_visible()
    page.evaluate(TYPED_AND_CLICKED, word)
    expect(page.locator(".petition-text")).to_contain_text(word)
    page.go_back()

    expect(page).to_have_url(re.compile(rf"/desk/{OFFICE}\?.*q={word}"))


TYPED_AND_CLICKED = """word => {
    const field = document.querySelector("#q");
    field.value = word;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    [...document.querySelectorAll("#queue button")].find((row) => row.textContent.includes(word)).click();
}"""


def test_two_officers_and_a_head_do_not_work_on_one_case_unknowingly(sit, petition: tuple[str, str]) -> None:
    """Each sees the others there, and who writes; who takes the case, and for how long, is seen at once, in the case and in the number of a
    view; what a colleague then tries on what he saw before is stopped, and he is told what has changed."""
    id_, word = petition
    case = f"/desk/{OFFICE}/{id_}"
    head = sit(f"{case}?q={word}&scope=all&free=true", "Ngô Dung", Duty.HEAD)
    head.click("#keep summary")
    head.fill("#view-name", "Chưa ai nhận")
    head.click("#save-view")
    nobodys = head.locator(f"[data-count*='q={word}']")
    expect(nobodys).to_have_text("1")
    an, binh = (sit(case, name) for name in ("Phạm An", "Vũ Bình"))
    for page, others in ((an, ("Vũ Bình", "Ngô Dung")), (binh, ("Phạm An", "Ngô Dung")), (head, ("Phạm An", "Vũ Bình"))):
        for name in others:
            expect(page.locator("#who")).to_contain_text(f"{name} đang xem")
    an.click("[data-action=note]")
    an.fill("[data-form=note] textarea", "Gọi tổ chiếu sáng trước đã")
    expect(head.locator("#who")).to_contain_text("Phạm An đang viết")

    binh.route("**/events?*", lambda route: route.abort())  # what happens from now on does not reach him
    binh.reload()
    expect(binh.locator("[data-assign=take]")).to_be_visible()
    an.click("[data-assign=take]")
    expect(an.locator("#who .holder")).to_contain_text("Tôi, giữ đến")
    expect(head.locator("#who .holder")).to_contain_text("Phạm An, giữ đến")
    expect(nobodys).to_have_text("0")
    expect(binh.locator("#who .holder")).to_contain_text("Chưa ai nhận")
    binh.click("[data-assign=take]")
    expect(binh.locator("#who [role=alert]")).to_contain_text("Phạm An")
    expect(binh.locator("#who .holder")).to_contain_text("Phạm An, giữ đến")

    an.click("#who details summary")
    an.locator("#who select").select_option(label=an.locator("#who option", has_text="Vũ Bình").inner_text())
    an.click("[data-assign=hand-over]")
    expect(head.locator("#who .holder")).to_have_text("Người xử lý: Vũ Bình")


def _last_line_short(route: Route) -> None:
    """As if there were fifty lines after the oldest, and it no move between offices."""
    answer = route.fetch()
    body = answer.json()
    if "before=" not in route.request.url:
        body["timeline"][0] |= {"short": True, "details": {}}
    route.fulfill(response=answer, json=body)


def test_earlier_lines_of_a_case_are_whole_when_they_are_asked_for(sit, petition: tuple[str, str]) -> None:
    """Of a long timeline the older lines say what and when; a button brings the rest, and it stays when the case is drawn anew."""
    id_, _ = petition
    page = sit("/desk", "Phan Dũng")
    page.route(f"**/queue/{id_}?*", _last_line_short)
    page.goto(f"/desk/{OFFICE}/{id_}")
    first, more = page.locator("#detail .timeline li").last, page.locator("#detail [data-earlier]")
    expect(more).to_be_visible()
    expect(first.locator("span")).to_have_count(0)
    more.click()
    expect(more).to_be_hidden()
    expect(first.locator("span")).not_to_be_empty()
    page.click("#who [data-assign=take]")
    expect(page.locator("#detail .timeline [data-type=taken]").first).to_be_visible()

    expect(first.locator("span")).not_to_be_empty()
    expect(more).to_be_hidden()


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
