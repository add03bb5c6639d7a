"""A petition in English with two matters, and a citizen who says that something is wrong: in a real browser on a whole instance."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from schemas.reference import offices, wards
from tests.chaos.instance import Instance
from tests.pages.conftest import Open
from tests.pages.test_life_in_the_browser import _case, _desk, _follow, _submit

(DINH_CONG,) = [ward for ward in wards().values() if ward.name_vi == "Định Công"]
ENGLISH = (
    "Garbage in alley 12, Dinh Cong ward, has not been collected for a week and it smells. "
    "Also the street light in front of number 12 is broken."
)
LIGHT = "Đèn đường trong ngõ 15 phường Định Công hỏng ba hôm nay, tối om."
SORTED = "Đã tiếp nhận, đang phân loại"


def _no_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_two_matters_in_english_become_two_cases(opened: Open, instance: Instance) -> None:
    """The form says where it will go; the citizen is followed in English; the desk splits by one click; the code with -2 leads there."""
    citizen = opened("/")
    citizen.fill("#text", ENGLISH)
    expect(citizen.locator("#preview-office")).to_contain_text("UBND phường Định Công")
    _no_wider_than_the_screen(citizen)
    code = _submit(citizen, ENGLISH)
    office = _follow(citizen)

    expect(citizen.locator("html")).to_have_attribute("lang", "en")
    expect(citizen.locator("#timeline [data-type=assigned]")).to_contain_text("waste collection is the ward's")
    assert office == DINH_CONG.office

    desk = _desk(opened, instance, office)
    _case(desk, ENGLISH)
    expect(desk.locator("#detail .chips").first).to_contain_text("Viết bằng Tiếng Anh", ignore_case=True)
    desk.click("[data-action=answer]")
    expect(desk.locator("[data-form=answer]")).to_contain_text("hiểu được")
    desk.click("[data-split=street-lighting]")

    expect(desk.locator("#detail .timeline")).to_contain_text("Tách thành phản ánh riêng")
    expect(citizen.locator("#timeline [data-type=split]")).to_contain_text("Street lighting")

    _no_wider_than_the_screen(citizen)
    citizen.click("a.part-code")
    expect(citizen.locator("#code")).to_have_text(f"{code}-2")
    expect(citizen.locator("#facts")).to_contain_text(offices()[DINH_CONG.office].name_en)
    expect(citizen.locator("#facts a.part-code")).to_have_text(code)


@pytest.mark.long
def test_another_category_chosen_on_the_form_is_seen_by_a_person_first(opened: Open) -> None:
    """The form shows what was understood; who chooses otherwise reads at once that a person sorts it, and after sending it is so."""
    citizen = opened("/")
    citizen.fill("#text", LIGHT)
    expect(citizen.locator("#category")).to_have_value("street-lighting")
    expect(citizen.locator("#preview-office")).to_contain_text("UBND phường Định Công")

    citizen.select_option("#category", "electricity")

    expect(citizen.locator("#preview-office")).to_contain_text("Bộ phận phân loại sẽ đọc")
    _submit(citizen, LIGHT)
    citizen.click("#follow")
    expect(citizen.locator("#timeline [data-type=received]")).to_be_visible()
    expect(citizen.locator("#state")).to_have_text(SORTED)
    expect(citizen.locator("#timeline [data-type=assigned]")).to_have_count(0)


@pytest.mark.long
def test_a_citizen_says_once_that_the_category_is_wrong(opened: Open) -> None:
    """Not without a word of what is wrong; then it is taken from the office, a person sorts it anew, and the form is gone."""
    citizen = opened("/")
    _submit(citizen, LIGHT)
    assert _follow(citizen) == DINH_CONG.office
    citizen.click("#correct summary")
    citizen.click("#correct button")
    expect(citizen.locator("#correct .error")).to_contain_text("Hãy chọn lĩnh vực")

    citizen.select_option("#correct-category", "electricity")
    citizen.fill("#correct-reason", "cột điện của điện lực")
    _no_wider_than_the_screen(citizen)
    citizen.click("#correct button")

    expect(citizen.locator("#timeline [data-type=corrected]")).to_contain_text(offices()["tt-pvhcc"].name_vi)
    expect(citizen.locator("#state")).to_have_text(SORTED)
    expect(citizen.locator("#outcome")).to_have_text("Ý kiến của ông/bà đã được ghi nhận.")
    expect(citizen.locator("#correct")).to_be_hidden()
    _no_wider_than_the_screen(citizen)
