"""The main paths, as citizens and officers go them, in a real browser on a whole instance."""

from __future__ import annotations

import json
import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from schemas.reference import offices
from tests.chaos.instance import Instance
from tests.pages.conftest import SCREEN, Open
from tests.system.people import City, wait

TEXT = "Đèn đường trước số 12 phố Hàng Bè hỏng ba hôm nay, buổi tối đi lại rất nguy hiểm."
ANSWER = "Đơn vị chiếu sáng đã thay bóng và sửa tủ điều khiển, đèn sáng trở lại từ 19 giờ tối qua."
EVIDENCE = "https://example.org/den-da-sua.jpg"


def sign_in(page: Page, instance: Instance, login: str) -> None:
    accounts = json.loads((instance.data / "accounts.json").read_text(encoding="utf-8"))
    page.fill("#login", login)
    page.fill("#password", next(one["password"] for one in accounts if one["login"] == login))
    page.click("#sign-in button")


def _submit(page: Page, text: str = TEXT) -> str:
    page.fill("#text", text)
    page.click("#send")
    expect(page.locator("#receipt")).to_be_visible()
    code = page.inner_text("#tracking-code")
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    return code


def _follow(page: Page) -> str:
    """Follow the petition just submitted until an office has it; the office's code."""
    page.click("#follow")
    expect(page.locator("#timeline [data-type=assigned]")).to_be_visible()
    expect(page.locator("#live")).to_be_visible()
    code = page.url.rsplit("/", 1)[1]
    return str(page.request.get(f"/v1/petitions/{code}").json()["office"]["code"])


def _desk(opened: Open, instance: Instance, office: str) -> Page:
    """The desk of an office, by the officer who works at all of them."""
    desk = opened("/desk", viewport=SCREEN)
    sign_in(desk, instance, "can-bo")
    desk.locator("#acting-office").fill(offices()[office].name_vi)
    desk.locator("#acting-office").press("Tab")  # the one with exactly this name, not the first that has its words
    desk.click("#choose-office button")
    expect(desk.locator("#work")).to_be_visible()
    desk.locator("#tour button", has_text="Bỏ qua").click()
    return desk


def _case(desk: Page, text: str) -> None:
    desk.locator("#queue button", has_text=text).first.click()
    expect(desk.locator(".petition-text")).to_have_text(text)


def _with_a_co_office(instance: Instance, text: str) -> tuple[str, str, str]:
    """A petition that one office owns and another helps with: its tracking code and both offices."""
    with City(instance.url, instance.data / "credentials.json") as city:
        code = city.submit(text, location={"ward_code": "00070"})["tracking_code"]
        status = city.wait_state(code, "assigned")
        owner = status["office"]["code"]
        path = f"/v1/departments/{owner}/queue/{status['petition_id']}"
        found = wait(lambda: city.http.get(path, headers=city.token(owner)).json(), lambda found: "case" in found)
    return code, owner, found["case"]["co_offices"][0]


def _slowly(route: Route) -> None:
    """The answer is still asked for when the pause after the last key is over, and the form would ask again."""
    time.sleep(1)
    route.continue_()


def test_from_submission_to_rating(opened: Open, instance: Instance) -> None:
    """Submitted on the phone, followed live while the office accepts and answers at its desk, rated, closed; no page is loaded anew."""
    citizen = opened("/")
    _submit(citizen)
    office = _follow(citizen)
    desk = _desk(opened, instance, office)
    _case(desk, TEXT)
    desk.click("[data-action=accept]")

    expect(citizen.locator("#timeline [data-type=accepted]")).to_be_visible()
    expect(citizen.locator("#rate")).to_be_hidden()

    desk.route("**/answer-check?*", _slowly)
    desk.click("[data-action=answer]")
    form = desk.locator("[data-form=answer]")
    form.locator("textarea").first.fill(ANSWER)
    form.locator("button.main").click()

    expect(form.locator(".verdict.warn")).to_contain_text("ảnh hoặc tài liệu")
    expect(form.locator(".verdict.warn")).to_be_in_viewport()

    form.locator("textarea").last.fill(EVIDENCE)
    form.locator("button.main").click()

    expect(desk.locator("#outbox .note.good")).to_be_visible()
    expect(citizen.locator("#timeline [data-type=answered]")).to_contain_text(ANSWER)
    expect(citizen.locator("#timeline [data-type=answered] a")).to_have_attribute("href", EVIDENCE)

    citizen.locator("#stars label").nth(3).click()
    citizen.click("#rate button")

    expect(citizen.locator("#timeline [data-type=closed]")).to_be_visible()
    expect(citizen.locator("#state")).to_have_text("Đã kết thúc")
    expect(citizen.locator("#reopen")).to_be_visible()
    assert [item.get_attribute("data-type") for item in citizen.locator("#timeline li[data-type]").all()] == [
        "closed",
        "rated",
        "answered",
        "accepted",
        "assigned",
        "received",
    ]


@pytest.mark.long
def test_a_question_is_answered_and_a_petition_withdrawn(opened: Open, instance: Instance) -> None:
    """The office asks; the citizen's page opens the field, sends the answer, and can still withdraw."""
    text = f"{TEXT} Cột số 7."
    citizen = opened("/")
    _submit(citizen, text)
    office = _follow(citizen)
    desk = _desk(opened, instance, office)
    _case(desk, text)
    desk.click("[data-action=accept]")
    desk.click("[data-action=request-information]")
    desk.locator("[data-form=request-information] textarea").fill("Cột đèn nằm bên số nhà chẵn hay lẻ?")
    desk.locator("[data-form=request-information] button").click()

    expect(citizen.locator("#information")).to_be_visible()

    citizen.fill("#information", "Bên số chẵn, cạnh cửa hàng hoa.")
    citizen.click("#add-information button")
    expect(citizen.locator("#outcome")).to_have_class("note good")
    expect(desk.locator("#detail .timeline")).to_contain_text("cạnh cửa hàng hoa")

    citizen.click("#withdraw summary")
    citizen.click("#withdraw button")

    expect(citizen.locator("#state")).to_have_text("Người gửi đã rút")
    expect(desk.locator("#queue button", has_text=text)).to_have_count(0)


@pytest.mark.long
def test_a_transfer_goes_to_the_office_that_was_searched_for(opened: Open, instance: Instance) -> None:
    """The search finds offices without marks and by keyboard; the citizen sees who passed it on, and why."""
    text = f"{TEXT} Xin cử người đến xem."
    citizen = opened("/")
    _submit(citizen, text)
    office = _follow(citizen)
    target, words = ("so-xd", "so xay dung") if office != "so-xd" else ("evn-hanoi", "dien luc")
    desk = _desk(opened, instance, office)
    _case(desk, text)
    desk.click("[data-action=transfer]")
    form = desk.locator("[data-form=transfer]")
    form.get_by_role("combobox").press_sequentially(words)
    form.get_by_role("combobox").press("ArrowDown")
    form.get_by_role("combobox").press("Enter")
    form.locator("textarea").fill("Cột và dây do đơn vị này quản lý.")
    form.locator("button.main").click()

    expect(citizen.locator("#timeline [data-type=transferred]")).to_contain_text("do đơn vị này quản lý")
    code = citizen.url.rsplit("/", 1)[1]
    assert citizen.request.get(f"/v1/petitions/{code}").json()["office"]["code"] == target


def _first_line_short(route: Route) -> None:
    """As if there were fifty lines after it."""
    answer = route.fetch()
    body = answer.json()
    if "before=" not in route.request.url:
        body["timeline"][0] |= {"short": True, "message": "", "details": {}}
    route.fulfill(response=answer, json=body)


def test_earlier_steps_are_whole_when_they_are_asked_for(opened: Open) -> None:
    """Of a long timeline the older lines say what and when; a button brings their words, in their places."""
    citizen = opened("/")
    _submit(citizen)
    _follow(citizen)
    citizen.route("**/v1/petitions/*?*", _first_line_short)
    citizen.reload()
    first = citizen.locator("#timeline li").last

    expect(citizen.locator("#earlier")).to_be_visible()
    expect(first.locator("p")).to_have_count(0)

    citizen.click("#earlier")

    expect(citizen.locator("#earlier")).to_be_hidden()
    expect(first.locator("p").first).not_to_be_empty()
    assert first.get_attribute("data-type") == "received"


def test_what_is_wrong_is_said_beside_the_field(opened: Open) -> None:
    """Nothing is sent; the first field in error gets the focus, and each error is tied to its field."""
    page = opened("/")
    page.fill("#text", "a")
    page.click("#links summary")
    page.fill("#media", "not a link")
    page.click("#send")

    expect(page.locator("#text-error")).not_to_be_empty()
    expect(page.locator("#media-error")).not_to_be_empty()
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#receipt")).to_be_hidden()


def test_no_link_breaks_a_page(opened: Open) -> None:
    """Whatever once came in as a link: it is shown, or left out, and the page goes on."""
    page = opened("/")
    urls = [
        "https://x.vn/%FF",
        "https://x.vn/%ZZ",
        "https://",
        "http://[",
        "https://x.vn/%C4%90%C3%A8n.jpg",
        "https://x.vn/",
        "javascript:alert(1)",
    ]
    shown = page.evaluate(
        """async (urls) => {
            const { links } = await import("/assets/common/core.js");
            return [...links(urls).querySelectorAll("a")].map((link) => link.textContent);
        }""",
        urls,
    )

    assert shown == ["↗ %FF", "↗ %ZZ", "↗ Đèn.jpg", "↗ Tệp đính kèm 4"]


def test_a_broken_address_is_an_unknown_petition(opened: Open) -> None:
    """An address that is no UTF-8 shows that there is nothing, as any other wrong code."""
    page = opened("/t/%FF")

    expect(page.locator("#unknown")).to_be_visible()


@pytest.mark.long
def test_a_co_office_writes_a_part_and_the_owner_takes_it_over(opened: Open, instance: Instance) -> None:
    """The co-office contributes and notes, no more; what it wrote is ready in the owner's answer, and no citizen reads it as such."""
    text = "Cột điện nghiêng vì hố đào của đơn vị thoát nước trước số 9 ngõ Huế, sắp đổ xuống đường."
    part = "Hố đào đã được hoàn trả, ta luy đã gia cố sáng nay."
    code, owner, helper = _with_a_co_office(instance, text)
    theirs = _desk(opened, instance, helper)
    _case(theirs, text)
    expect(theirs.locator("[data-action]")).to_have_count(2)
    theirs.click("[data-action=contribute]")
    form = theirs.locator("[data-form=contribute]")
    form.locator("select").select_option("answer-part")
    form.locator("textarea").first.fill(part)
    form.locator("button.main").click()
    expect(theirs.locator("#acting-place .note.good")).to_be_visible()

    ours = _desk(opened, instance, owner)
    _case(ours, text)
    expect(ours.locator("#detail .timeline")).to_contain_text(part)
    ours.click("[data-action=answer]")
    ours.locator("[data-form=answer] .parts button").click()
    expect(ours.locator("[data-form=answer] textarea").first).to_have_value(part)

    citizen = opened(f"/t/{code}")
    expect(citizen.locator("#timeline [data-type=assigned]")).to_be_visible()
    expect(citizen.locator("#timeline")).not_to_contain_text(part)


def test_english_is_remembered(opened: Open) -> None:
    """The switch changes page and timeline; the next page is in English too."""
    page = opened("/")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1").first).to_have_text("Tell the city")
    _submit(page, f"{TEXT} Ngõ 3.")
    page.click("#follow")

    expect(page.locator("#timeline [data-type=assigned] h3")).to_have_text("Assigned")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_an_unknown_code_is_told_apart_from_a_mistyped_one(opened: Open) -> None:
    """On the first page a code that cannot be one is refused; a petition that is not there says so."""
    page = opened("/")
    page.fill("#code", "7KMA")
    page.click("#find button")
    expect(page.locator("#code-error")).not_to_be_empty()

    page.goto("/t/AAAA-AAAA-AAAA")
    expect(page.locator("#unknown")).to_be_visible()


@pytest.mark.long
def test_the_operations_centre_shows_figures_and_raises_the_alarm(opened: Open, instance: Instance) -> None:
    """Figures for whose duty they are; when they cannot be fetched any more, a banner says so."""
    officer = opened("/ioc", viewport=SCREEN)
    sign_in(officer, instance, "can-bo")
    expect(officer.locator("#no-duty")).not_to_be_empty()
    expect(officer.locator("#work")).to_be_hidden()

    page = opened("/ioc", viewport=SCREEN)
    sign_in(page, instance, "trung-tam")
    expect(page.locator("#tiles .tile")).to_have_count(8)
    expect(page.locator("#alarm")).to_be_hidden()

    page.route("**/v1/ioc*", lambda route: route.abort())
    expect(page.locator("#alarm")).to_be_visible()


def test_nothing_of_a_session_can_be_read_by_a_script_or_stands_in_an_address(opened: Open, instance: Instance) -> None:
    """The cookie is out of reach; after signing out the desk asks to sign in, and the way back shows nothing."""
    seen: list[str] = []
    desk = _desk(opened, instance, "so-yt")
    desk.on("request", lambda request: seen.append(request.url))
    (cookie,) = [one for one in desk.context.cookies() if one["name"] == "session"]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["value"] in desk.evaluate("document.cookie")) == (True, "Strict", False)
    desk.reload()
    expect(desk.locator("#live")).to_be_visible()

    desk.click("#leave")
    expect(desk.locator("#sign-in")).to_be_visible()
    desk.goto("/desk")
    expect(desk.locator("#sign-in")).to_be_visible()

    assert seen
    assert not [url for url in seen if cookie["value"] in url]
    kept = desk.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
    assert cookie["value"] not in kept
    assert "so-yt" not in kept


@pytest.mark.long
def test_a_wrong_password_is_told_and_an_auditor_is_offered_nothing_to_do(opened: Open, instance: Instance) -> None:
    """On the phone, in English when asked for; the auditor reads every office's cases."""
    text = f"{TEXT} Cột số 21."
    citizen = opened("/")
    _submit(citizen, text)
    office = _follow(citizen)
    page = opened("/sign-in?lang=en&to=//evil.example")
    expect(page.locator("h1")).to_have_text("Sign in")
    page.fill("#login", "thanh-tra")
    page.fill("#password", "not the password")
    page.click("#sign-in button")
    expect(page.locator("#error")).to_have_text("Name or password is not right.")
    sign_in(page, instance, "thanh-tra")
    page.locator("#acting-office").fill(offices()[office].name_en)
    page.locator("#acting-office").press("Tab")
    page.click("#choose-office button")
    _case(page, text)

    expect(page.locator("[data-action]")).to_have_count(0)


@pytest.mark.long
def test_every_control_has_a_name(opened: Open, instance: Instance) -> None:
    """Each field and button of every page can be named by a screen reader."""
    nameless = """() => [...document.querySelectorAll('input, textarea, select, button, a')].filter((one) => !one.closest('[hidden]') &&
        !(one.labels?.length || one.getAttribute('aria-label') || one.textContent.trim())).map((one) => one.outerHTML)"""
    desk = _desk(opened, instance, "so-xd")
    centre = opened("/ioc", viewport=SCREEN)
    sign_in(centre, instance, "trung-tam")
    expect(centre.locator("#tiles .tile")).to_have_count(8)

    assert [page.evaluate(nameless) for page in (desk, centre)] == [[], []]
    for path in ("/", "/sign-in", "/t/AAAA-AAAA-AAAA"):
        assert opened(path).evaluate(nameless) == []
