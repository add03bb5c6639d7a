"""Pictures in a real browser: from the phone's camera to the desk, and the office's evidence back to the citizen."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Route, expect

from tests.chaos.instance import Instance
from tests.files.contents import GPS, jpeg, saved
from tests.pages.conftest import PHONE, Open
from tests.pages.test_life_in_the_browser import ANSWER, _case, _desk, _follow
from tests.pages.test_life_in_the_browser import TEXT as LAMP
from tests.system.people import wait

TEXT = f"{LAMP} Cột số 9."
DONE, FAILED = "[data-state=done]", "[data-state=failed]"


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """As a phone takes it: large, turned, with its place."""
    path = tmp_path / "IMG_2041.jpg"
    path.write_bytes(jpeg(3000, 2000, turned=True))
    return path


def look(page: Page, name: str) -> None:
    """Keep what a person sees, where the tests are told to."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def is_drawn(picture: Locator) -> None:
    """The browser has it and could read it: at once, or when it asks again."""
    assert wait(lambda: picture.evaluate_all("all => all.length > 0 && all.every((one) => one.complete && one.naturalWidth > 0)"), bool)


def test_from_the_camera_to_the_desk_and_back(opened: Open, instance: Instance, photo: Path, tmp_path: Path) -> None:
    """A photo is shrunk on the phone, one file that is none does not hinder sending; the office sees it and answers with one of its own."""
    (wrong := tmp_path / "ghi-chu.pdf").write_bytes(b"no PDF at all")
    (evidence := tmp_path / "xong.png").write_bytes(saved(Image.new("RGB", (900, 700), "green"), "PNG"))
    citizen = opened("/")
    citizen.fill("#text", TEXT)
    citizen.set_input_files("#uploads input[capture]", photo)
    citizen.set_input_files("#uploads input[multiple]", wrong)
    expect(citizen.locator(DONE)).to_have_count(1)
    expect(citizen.locator(FAILED)).to_contain_text("phải là ảnh")
    expect(citizen.locator(f"{DONE} canvas")).to_be_visible()
    look(citizen, "submit")
    assert citizen.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    citizen.click("#send")
    expect(citizen.locator("#form-error")).to_contain_text("1 tệp chưa tải lên được")
    citizen.click("#send")
    expect(citizen.locator("#receipt")).to_be_visible()
    office = _follow(citizen)
    expect(citizen.locator("#said-text")).to_have_text(TEXT)
    is_drawn(citizen.locator("#said-files img"))
    look(citizen, "track")
    assert_shrunk(citizen)

    desk = _desk(opened, instance, office)
    _case(desk, TEXT)
    is_drawn(desk.locator("#detail .files img"))
    desk.click("[data-action=accept]")
    desk.click("[data-action=answer]")
    form = desk.locator("[data-form=answer]")
    form.locator("textarea").first.fill(ANSWER)
    form.locator("input[multiple]").set_input_files(evidence)
    expect(form.locator(DONE)).to_have_count(1)
    look(desk, "desk")
    early = iter([404])
    citizen.route("**/files/*?small=true", lambda route: route.fulfill(status=status) if (status := next(early, 0)) else route.continue_())
    form.locator("button.main").click()

    is_drawn(citizen.locator("#timeline [data-type=answered] img"))
    look(citizen, "answered")


def assert_shrunk(page: Page) -> None:
    """At most 1600 pixels were sent, upright, and neither the citizen nor anybody else gets the place with it."""
    url = page.locator("#said-files a").get_attribute("href")
    picture = Image.open(io.BytesIO(page.request.get(url).body()))

    assert picture.size == (1067, 1600)
    assert not picture.getexif().get_ifd(GPS)


@pytest.mark.long
def test_an_upload_outlives_a_lost_connection(opened: Open, photo: Path) -> None:
    """Two parts are cut off on their way: the page goes on by itself, and the picture is there."""
    page, cut = opened("/"), []

    def cutting(route: Route) -> None:
        if len(cut) < 2 and route.request.method == "PATCH":
            cut.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/files/uploads/**", cutting)
    page.set_input_files("#uploads input[capture]", photo)

    expect(page.locator(DONE)).to_have_count(1)
    assert len(cut) == 2


@pytest.mark.long
def test_an_upload_can_be_taken_away_again(opened: Open, photo: Path) -> None:
    """The tile goes, and with it what was uploaded."""
    page = opened("/?lang=en")
    page.set_input_files("#uploads input[capture]", photo)
    expect(page.locator(DONE)).to_have_count(1)
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        page.get_by_role("button", name="Remove: IMG_2041.jpg").click()

    assert deleted.value.status == 204
    expect(page.locator(".uploading li")).to_have_count(0)
