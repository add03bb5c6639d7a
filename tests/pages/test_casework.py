"""An officer's work on cases, in a real browser on a whole instance: by keyboard alone, with drafts, notes, templates and many at once."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from schemas.reference import offices
from tests.chaos.instance import Instance
from tests.pages.conftest import PHONE, SCREEN, Open, faults
from tests.pages.test_life_in_the_browser import sign_in
from tests.system.people import City, wait

OFFICE = "so-xd"
LAMP = "Đèn đường trước số {n} phố Lò Đúc không sáng đã bốn hôm, tối om."
EVIDENCE = "https://example.org/den-da-sua.jpg"
Post = Callable[..., list[dict[str, Any]]]


def answer_to(n: int) -> str:
    return f"Tổ chiếu sáng đã thay bóng đèn trước số {n} phố Lò Đúc lúc 19 giờ, đèn đã sáng."


@pytest.fixture
def city(instance: Instance) -> City:
    return City(instance.url, instance.data / "credentials.json")


@pytest.fixture
def sent(city: City) -> Post:
    """Hands petitions in and waits until the read model has them with their office."""

    def submit(*texts: str, **about: Any) -> list[dict[str, Any]]:
        found = [city.submit(text, **about) for text in texts]
        states = [city.wait_state(one["tracking_code"], "assigned") for one in found]
        return [{**one, "office": state["office"]["code"]} for one, state in zip(found, states, strict=True)]

    return submit


def desk_of(opened: Open, instance: Instance, office: str, login: str = "can-bo", path: str = "/desk", **about: Any) -> Page:
    """The desk, signed in and, by who works at several offices, chosen by keyboard; after the tour of the first time."""
    desk = opened(path, **{"viewport": SCREEN, **about})
    sign_in(desk, instance, login)
    if login == "can-bo" and path == "/desk":
        expect(desk.locator("#acting-office")).to_be_focused()
        desk.keyboard.type(offices()[office].name_vi)
        desk.keyboard.press("Tab")
        desk.keyboard.press("Enter")
    expect(desk.locator("#tour")).to_be_visible()
    desk.locator("#tour button", has_text="Bỏ qua").press("Enter")
    expect(desk.locator("#tour")).to_have_count(0)
    return desk


def go_to(desk: Page, text: str) -> None:
    """By `j` and `k` alone to the case with this text, wherever it stands in the list."""
    desk.keyboard.press("Escape")
    shown = desk.locator(".petition-text")
    for _ in range(60):
        before = shown.inner_text() if shown.count() else None
        if before == text:
            return
        expect(desk.locator("#queue button", has_text=text)).to_be_visible()  # the list may just be read anew
        desk.keyboard.press(desk.evaluate(TOWARDS, text))
        expect(shown).to_be_visible()
        if before is not None:
            expect(shown).not_to_have_text(before)
    raise AssertionError("the case is not in the list")


TOWARDS = """text => {
    const rows = [...document.querySelectorAll("#queue button[data-petition]")];
    const chosen = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
    return rows.findIndex((row) => row.textContent.includes(text)) < chosen ? "k" : "j";
}"""
TALL = """text => [...document.querySelectorAll("#queue button")].some((row) => row.textContent.includes(text) && row.offsetHeight >= 44)"""


def tab_to(desk: Page, field: str) -> None:
    """By the Tab key alone to a field of the open form."""
    at = "document.activeElement?.dataset.keep"
    for _ in range(20):
        if desk.evaluate(at) == field:
            return
        desk.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {field}")


def answer_by_keyboard(desk: Page, number: int) -> None:
    """On the open case, from taking it up to a text that passes; not sent yet."""
    desk.keyboard.press("a")
    expect(desk.locator("#detail .chip.info").first).to_have_text("Đang xử lý")
    desk.keyboard.press("r")
    expect(desk.locator("[data-form=answer]")).to_be_visible()
    tab_to(desk, "text")
    desk.keyboard.insert_text(answer_to(number))
    tab_to(desk, "evidence")
    desk.keyboard.insert_text(EVIDENCE)
    expect(desk.locator(".verdict.good")).to_be_visible()


def test_an_officers_day_by_keyboard_alone(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """Each case is accepted and answered, and after it the next one opens by itself, until none is left. No mouse is used. With
    `DESK_DAY=300` in the environment the day is a whole one."""
    numbers = range(1000, 1000 + int(os.environ.get("DESK_DAY", "3")))
    texts = [f"{LAMP.format(n=n)} Cạnh quán vịt quay." for n in numbers]
    cases = dict(zip(texts, sent(*texts), strict=True))
    desk = desk_of(opened, instance, OFFICE, path=f"/desk/{OFFICE}?q=vịt quay")
    shown = desk.locator(".petition-text")
    expect(desk.locator("#queue button[data-petition]")).to_have_count(min(len(cases), 50))
    desk.keyboard.press("j")
    while cases:
        expect(shown).to_have_text(re.compile("|".join(map(re.escape, cases))))
        text = shown.inner_text()
        answer_by_keyboard(desk, int(re.search(r"\d+", text)[0]))
        desk.keyboard.press("Control+Enter")
        case = cases.pop(text)
        if cases:
            expect(shown).not_to_have_text(text)
        else:
            city.wait_state(case["tracking_code"], "answered")
    expect(desk.locator("#queue button[data-petition]")).to_have_count(0)


def test_the_keyboard_takes_back_what_was_sent_and_says_what_it_can(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """The rule on substance speaks while one writes; `u` brings the draft back, and nothing has gone out; `?` shows all keys."""
    text = f"{LAMP.format(n=101)} Cạnh quán bún ốc."
    (case,) = sent(text)
    desk = desk_of(opened, instance, OFFICE, path=f"/desk/{OFFICE}?q=bún ốc")
    expect(desk.locator("#queue button", has_text=text)).to_be_visible()
    go_to(desk, text)
    desk.keyboard.press("r")
    tab_to(desk, "text")
    desk.keyboard.type("Xong")
    expect(desk.locator(".verdict")).to_contain_text("quá ngắn")
    desk.keyboard.press("Control+a")
    desk.keyboard.insert_text(answer_to(101))
    expect(desk.locator(".verdict")).to_contain_text("ảnh hoặc tài liệu")
    tab_to(desk, "evidence")
    desk.keyboard.insert_text(EVIDENCE)
    desk.keyboard.press("Control+Enter")
    expect(desk.locator("#outbox [data-undo]")).to_be_visible()
    desk.keyboard.press("u")

    expect(desk.locator("#outbox .note")).to_have_count(0)
    expect(desk.locator("[data-form=answer] [data-keep=text]")).to_have_value(answer_to(101))
    assert city.status(case["tracking_code"])["state"] == "assigned"

    desk.keyboard.press("Escape")
    desk.keyboard.press("?")
    expect(desk.locator("#keys-help")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#keys-help")).to_be_hidden()


@pytest.mark.long
def test_a_draft_outlives_looking_elsewhere_and_a_colleague(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """What was written is there after another case was looked at and after a reload; who acts meanwhile is named, and when nothing can be
    sent any more the words are still shown."""
    first, second = LAMP.format(n=111), LAMP.format(n=112)
    (case, _) = sent(first, second)
    desk = desk_of(opened, instance, OFFICE)
    go_to(desk, first)
    desk.keyboard.press("r")
    words = desk.locator("[data-form=answer] [data-keep=text]")
    words.fill(answer_to(111))
    desk.locator("#queue button", has_text=second).click()
    expect(desk.locator(".petition-text")).to_have_text(second)
    desk.reload()
    desk.locator("#queue button", has_text=first).click()
    desk.click("[data-action=answer]")

    expect(words).to_have_value(answer_to(111))

    assert city.act(OFFICE, case["petition_id"], "accept").status_code == 202
    expect(desk.locator("[data-meanwhile]")).to_contain_text("nhận xử lý")
    expect(words).to_have_value(answer_to(111))
    city.act(OFFICE, case["petition_id"], "answer", result="done", text=answer_to(111), evidence_urls=[EVIDENCE])
    city.wait_state(case["tracking_code"], "answered")
    expect(desk.locator("[data-meanwhile] textarea")).to_have_value(answer_to(111))


@pytest.mark.long
def test_a_note_is_for_colleagues_and_mentions_them(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """On the case's timeline with its mention, in the room of who is mentioned, and nowhere on the citizen's page."""
    text, note = LAMP.format(n=121), "@can-bo kiểm tra tủ điện trước nhé"
    (case,) = sent(text)
    desk = desk_of(opened, instance, OFFICE)
    go_to(desk, text)
    desk.keyboard.press("n")
    desk.keyboard.type(note)
    desk.keyboard.press("Control+Enter")

    expect(desk.locator("#detail .timeline [data-type=noted] b")).to_have_text("@can-bo")

    desk.keyboard.press("Escape")
    desk.keyboard.press("g")
    desk.keyboard.press("n")
    expect(desk.locator("#room")).to_contain_text(note)
    desk.locator("#room button", has_text=note).press("Enter")
    expect(desk.locator(".petition-text")).to_have_text(text)
    citizen = opened(f"/t/{case['tracking_code']}")
    expect(citizen.locator("#timeline [data-type=assigned]")).to_be_visible()
    assert "tủ điện" not in citizen.content()
    assert "tủ điện" not in str(city.status(case["tracking_code"]))


@pytest.mark.long
def test_templates_are_kept_chosen_and_do_not_pass_alone(opened: Open, instance: Instance, sent: Post) -> None:
    """Its fields are filled from the case and its first blank is marked; only what is written there makes it an answer."""
    text = LAMP.format(n=131)
    sent(text)
    desk = desk_of(opened, instance, OFFICE)
    desk.keyboard.press("g")
    desk.keyboard.press("t")
    form = desk.locator("#room form.template").last
    form.locator("input").fill("Đèn")
    form.locator("textarea").fill("{office} đã cử tổ chiếu sáng đến kiểm tra cột đèn. Kết quả: {đã làm gì}.")
    form.locator("button").first.press("Enter")
    expect(desk.locator("#room form.template")).to_have_count(2)
    desk.keyboard.press("Escape")
    go_to(desk, text)
    desk.keyboard.press("r")
    desk.locator("#choose-template").select_option(label="Đèn")
    words = desk.locator("[data-form=answer] [data-keep=text]")

    expect(words).to_have_value(f"{offices()[OFFICE].name_vi} đã cử tổ chiếu sáng đến kiểm tra cột đèn. Kết quả: {{đã làm gì}}.")
    expect(desk.locator(".verdict")).to_contain_text("chỗ trống")

    desk.keyboard.type("xong")
    expect(desk.locator(".verdict")).to_contain_text("khuôn mẫu")
    words.press("Control+End")
    desk.keyboard.press("ArrowLeft")
    desk.keyboard.type(", thay bóng đèn mới lúc 19 giờ tối qua")
    expect(desk.locator(".verdict")).to_contain_text("ảnh hoặc tài liệu")


@pytest.mark.long
def test_many_cases_are_accepted_at_once_with_an_outcome_for_each(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """Ticked by `x`; the preview says on how many it can be done."""
    texts = [LAMP.format(n=n) for n in (141, 142)]
    cases = sent(*texts)
    desk = desk_of(opened, instance, OFFICE)
    for text in texts:
        go_to(desk, text)
        desk.keyboard.press("x")
    expect(desk.locator("#bulk [role=status]").first).to_have_text("Đã chọn 2 việc")
    desk.locator("[data-bulk=accept]").press("Enter")
    expect(desk.locator("#bulk form h2")).to_have_text("Thực hiện được 2 trên 2 việc")
    desk.locator("#bulk form button.main").press("Enter")

    expect(desk.locator("[data-bulk-outcome]")).to_contain_text("Xong 2 trên 2 việc")
    for case in cases:
        city.wait_state(case["tracking_code"], "accepted")


@pytest.mark.long
def test_a_proposal_is_worked_off_with_both_sides_in_sight(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """Triage reads both, declines one and merges one; each leaves the list."""
    texts = [LAMP.format(n=n) for n in (151, 152, 153)]
    place = {"location": {"ward_code": "00070"}}
    leader, second, third = sent(*texts, **place)
    for case in (second, third):
        fields = {"into": leader["petition_id"], "similarity": 0.7, "reason": "có thể trùng"}
        assert city.act("vp-ubnd", case["petition_id"], "propose-merge", **fields).status_code == 202
    path, triage = "/v1/departments/tt-pvhcc/merge-proposals", city.token("tt-pvhcc")
    ids = {second["petition_id"], third["petition_id"]}
    wait(
        lambda: {one["petition"]["petition_id"] for one in city.http.get(path, headers=triage).json()["proposals"]},
        lambda found: ids <= found,
    )
    desk = desk_of(opened, instance, "tt-pvhcc", "dieu-phoi")
    desk.keyboard.press("g")
    desk.keyboard.press("m")
    declined, merged = (desk.locator(f"[data-proposal='{one['petition_id']}']") for one in (second, third))

    expect(declined.locator(".side .petition-text")).to_have_text([texts[1], texts[0]])
    declined.locator("[data-decline]").press("Enter")
    expect(declined).to_have_count(0)
    merged.locator("[data-merge]").press("Enter")
    expect(merged).to_have_count(0)
    city.wait_state(third["tracking_code"], "merged")
    assert city.status(second["tracking_code"])["state"] == "assigned"


def test_an_officer_proposes_to_merge_with_what_lies_beside(opened: Open, instance: Instance, city: City, sent: Post) -> None:
    """From the list of like petitions on the case's page; nothing changes until triage decides, which finds the proposal in its list."""
    leader, follower = sent(LAMP.format(n=181), LAMP.format(n=182), location={"ward_code": "00070"})
    desk = desk_of(opened, instance, OFFICE)
    desk.locator("#queue button", has_text=LAMP.format(n=182)).click()
    desk.click("[data-action=propose-merge]")
    desk.locator(f"[data-form=propose-merge] input[value='{leader['petition_id']}']").check()
    desk.locator("[data-form=propose-merge] button").click()

    expect(desk.locator("#acting-place .note.good")).to_be_visible()
    path, triage = "/v1/departments/tt-pvhcc/merge-proposals", city.token("tt-pvhcc")
    made = wait(
        lambda: [
            one
            for one in city.http.get(path, headers=triage).json()["proposals"]
            if one["petition"]["petition_id"] == follower["petition_id"]
        ],
        bool,
    )
    assert [(one["leader"]["petition_id"], one["similarity"]) for one in made] == [(leader["petition_id"], None)]
    assert city.status(follower["tracking_code"])["state"] == "assigned"


def test_the_desk_works_on_a_phone(opened: Open, instance: Instance, sent: Post) -> None:
    """Rows are tall enough for a thumb, nothing is wider than the screen, and a case can be read and left."""
    text = LAMP.format(n=161)
    sent(text)
    desk = desk_of(opened, instance, OFFICE, viewport=PHONE)
    row = desk.locator("#queue button", has_text=text)
    expect(row).to_be_visible()

    desk.wait_for_function(TALL, arg=text)
    row.click()
    expect(desk.locator(".petition-text")).to_have_text(text)
    assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    desk.locator(".back").click()
    expect(row).to_be_visible()


@pytest.mark.long
@pytest.mark.parametrize("viewport", [SCREEN, PHONE], ids=["screen", "phone"])
def test_axe_finds_nothing_on_the_desk(opened: Open, instance: Instance, sent: Post, viewport: dict[str, int]) -> None:
    """The queue, a case with its form, map and like, each room, and the help."""
    text = LAMP.format(n=171 if viewport is SCREEN else 172)
    sent(text, location={"ward_code": "00070"})
    desk = desk_of(opened, instance, OFFICE, viewport=viewport)
    row = desk.locator("#queue button", has_text=text)
    expect(row).to_be_visible()
    found = {"queue": faults(desk)}
    row.click()
    desk.click(".place summary")
    desk.click(".beside summary")
    desk.click("[data-action=answer]")
    expect(desk.locator(".map svg")).to_be_visible()
    found["case"] = faults(desk)
    desk.evaluate("document.activeElement?.blur()")
    desk.keyboard.press("?")
    found["help"] = faults(desk)
    desk.keyboard.press("Escape")
    if viewport is PHONE:
        desk.locator("#detail button.back").click()
    for room in ("late", "mentions", "templates"):
        desk.locator(f"[data-room={room}]").click()
        expect(desk.locator("#room h2")).to_be_visible()
        found[room] = faults(desk)

    assert {place: broken for place, broken in found.items() if broken} == {}
