"""What anybody reads, in a browser: the list and its filters, one petition, the map; and what a citizen is shown before he sends."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.chaos.instance import Instance
from tests.mail_server import Inbox
from tests.pages.conftest import PHONE, SCREEN, Open, faults
from tests.pages.test_pictures import look
from tests.system.people import City, wait

TEXT = "Nắp cống vỡ ở đầu phố, xe máy sập bánh hai hôm nay, tối đi rất nguy hiểm"
WARD = "00008"
"""One of no other test here, so that what stands in its list is ours."""


@pytest.fixture(scope="module")
def code(instance: Instance) -> Iterator[str]:
    """A petition about a drain in the ward, with its street, that an office has."""
    with City(instance.url, instance.data / "credentials.json") as city:
        sent = city.submit(TEXT, location={"ward_code": WARD, "address": "phố Đội Cấn"})
        city.wait_state(sent["tracking_code"], "assigned")
        yield sent["tracking_code"]


def test_anybody_finds_what_is_worked_on_in_a_ward_and_follows_it(opened: Open, code: str) -> None:
    """By the map or the list of wards; the filters stand in the address; nothing of the text is there."""
    page = opened(f"/cong-khai?ward={WARD}", viewport=SCREEN)
    card = page.locator("#list .card").first
    expect(card).to_contain_text("Thoát nước")
    expect(page.locator("#feed")).to_have_attribute("href", f"/v1/public/wards/{WARD}.atom?lang=vi")
    expect(page.locator(f"#map [data-ward='{WARD}']")).to_have_class(re.compile("chosen"))
    assert "Nắp cống vỡ" not in page.content()

    page.select_option("#category", "waste")
    expect(page.locator("#none")).to_be_visible()
    expect(page).to_have_url(re.compile("category=waste"))
    page.click("#clear")
    expect(page.locator("#none")).to_be_hidden()

    page.goto("/cong-khai?street=doi-can")
    expect(card).to_contain_text("Đội Cấn")
    expect(page.locator("#street")).to_have_value("Đội Cấn")
    expect(page.locator("#feed")).to_have_attribute("href", "/v1/public/streets/doi-can.atom?lang=vi")

    page.goto(f"/cong-khai?ward={WARD}")
    card.get_by_role("link").click()
    expect(page.locator("#timeline [data-type=assigned]")).to_be_visible()
    expect(page).not_to_have_url(re.compile(code))


@pytest.mark.usefixtures("code")
@pytest.mark.parametrize(("lang", "viewport"), [("vi", PHONE), ("en", SCREEN)], ids=["phone", "screen"])
def test_a_ward_or_a_street_is_followed_by_mail(opened: Open, letters: Inbox, lang: str, viewport: dict[str, int]) -> None:
    """Offered where one is chosen; a wrong address is told by its field; the question comes by mail, for the place that was chosen. The
    whole street is another one; where no ward is chosen, it is the one."""
    address = f"hang-xom.{lang}@example.org"
    page = opened(f"/cong-khai?lang={lang}", viewport=viewport)
    expect(page.locator("#none")).to_be_hidden()
    expect(page.locator("#follow")).to_be_hidden()
    page.goto(f"/cong-khai?lang={lang}&ward={WARD}&street=doi-can")
    page.click("#follow summary")
    page.fill("#follow-email", "hang-xom")
    page.click("#follow form button")
    expect(page.locator("#follow-outcome")).to_contain_text("email")
    page.fill("#follow-email", address)
    with page.expect_response(re.compile("/v1/public/following")) as said:
        page.click("#follow form button")
    assert said.value.status == 202
    (question,) = wait(lambda: letters.of(address), bool)
    page.check("#follow-whole")
    expect(page.locator("#follow summary")).to_contain_text("toàn tuyến Đội Cấn" if lang == "vi" else "all of Đội Cấn")
    with page.expect_response(re.compile("/v1/public/following")) as said:
        page.click("#follow form button")
    assert said.value.status == 202
    assert len(wait(lambda: letters.of(address), lambda found: len(found) == 2)) == 2
    look(page, f"follow-{lang}")
    page.goto(f"/cong-khai?lang={lang}&street=doi-can")
    expect(page.locator("#follow summary")).to_contain_text("toàn tuyến Đội Cấn" if lang == "vi" else "all of Đội Cấn")
    page.click("#follow summary")
    expect(page.locator("#follow-whole")).to_be_hidden()
    look(page, f"follow-street-{lang}")

    assert question["Subject"].endswith("Đội Cấn, Phường Ngọc Hà" if lang == "vi" else "Đội Cấn, Ngọc Hà ward")
    assert faults(page) == []


@pytest.mark.long
def test_who_is_about_to_report_the_same_sees_it_and_may_say_so(opened: Open, code: str) -> None:
    """With the ward chosen on the map; the one nearby can be followed, or marked and sent all the same."""
    page = opened("/")
    page.click("#ward-map summary")
    page.locator(f"#ward-map [data-ward='{WARD}']").dispatch_event("click")
    page.fill("#text", "Nắp cống vỡ nguy hiểm cho xe máy, đề nghị sửa gấp")
    expect(page.locator("#nearby")).to_be_visible()
    expect(page.locator("#nearby a").first).to_have_attribute("href", re.compile("^/cong-khai/[a-z2-7]{26}$"))
    assert "sập bánh" not in page.content()

    page.locator("#nearby [name=same]").first.check()
    with page.expect_response(re.compile("/same-as$")) as said:
        page.click("#send")
    assert said.value.status == 202
    expect(page.locator("#tracking-code")).not_to_be_empty()


def test_a_number_that_is_no_petition_s_is_told_so(opened: Open) -> None:
    """And leads back to all."""
    page = opened("/cong-khai/none")

    expect(page.locator("#unknown")).to_be_visible()
    expect(page.locator("#petition")).to_be_hidden()


@pytest.mark.parametrize("viewport", [PHONE, SCREEN], ids=["phone", "screen"])
def test_axe_finds_nothing_on_the_public_pages(opened: Open, code: str, viewport: dict[str, int]) -> None:
    """With list, map and figures loaded; one petition; and the form with what is nearby. Nothing is wider than the screen."""
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    page = opened(f"/cong-khai?ward={WARD}", viewport=viewport)
    expect(page.locator("#map svg")).to_be_visible()
    expect(page.locator("#tiles .tile")).to_have_count(6)
    expect(page.locator("#list .card").first).to_be_visible()
    assert (faults(page), page.evaluate(wide)) == ([], False)

    page.locator("#list .card a").first.click()
    expect(page.locator("#timeline li").first).to_be_visible()
    assert (faults(page), page.evaluate(wide)) == ([], False)

    page.goto("/")
    page.click("#ward-map summary")
    page.locator(f"#ward-map [data-ward='{WARD}']").dispatch_event("click")
    page.fill("#text", "Nắp cống vỡ nguy hiểm cho xe máy, đề nghị sửa gấp")
    expect(page.locator("#nearby")).to_be_visible()
    assert (faults(page), page.evaluate(wide)) == ([], False)
