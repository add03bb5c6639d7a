"""The maps, over tiles of the server that the operator has named, in a browser; and without."""

from __future__ import annotations

import math
import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.chaos.instance import Instance
from tests.pages.conftest import PHONE, SCREEN, Open, faults
from tests.pages.test_pictures import look
from tests.tile_server import ATTRIBUTION, Tiles

HOAN_KIEM = (21.0287, 105.8523)
DRAWN = "#map .tiles image"


def in_the_middle(page: Page, code: str) -> tuple[int, int, int]:
    """Zoom, column and row of the tile that is drawn under the middle of a ward."""
    found = page.evaluate(
        """(code) => {
            const place = document.querySelector(`#map [data-ward="${code}"]`).getBoundingClientRect();
            const [x, y] = [place.x + place.width / 2, place.y + place.height / 2];
            const holds = ({ left, right, top, bottom }) => left <= x && x < right && top <= y && y < bottom;
            const images = [...document.querySelectorAll("#map .tiles image")];
            return images.find((one) => holds(one.getBoundingClientRect())).getAttribute("href");
        }""",
        code,
    )
    zoom, x, y = map(int, found.rsplit("/", 3)[1:])
    return zoom, x, y


def tile_of(lat: float, long: float, zoom: int) -> tuple[int, int, int]:
    """As OpenStreetMap's wiki gives it ("Slippy map tilenames")."""
    across = (long + 180) / 360
    down = (1 - math.log(math.tan(math.radians(lat)) + 1 / math.cos(math.radians(lat))) / math.pi) / 2
    return zoom, int(across * 2**zoom), int(down * 2**zoom)


@pytest.mark.parametrize(("lang", "viewport"), [("vi", PHONE), ("en", SCREEN)], ids=["phone", "screen"])
def test_tiles_lie_under_the_wards_where_they_belong_and_nearer_ones_when_one_looks_nearer(
    opened: Open, tiles: Tiles, lang: str, viewport: dict[str, int]
) -> None:
    """The tile under a ward is the one with its place; whose map it is stands beside it; the server is told no page and no cookie."""
    page = opened(f"/cong-khai?lang={lang}", viewport=viewport)
    expect(page.locator(DRAWN).first).to_be_attached()
    far = in_the_middle(page, "00070")
    with page.expect_response(re.compile(re.escape(tiles.origin))):
        page.click("#map button")
    near = in_the_middle(page, "00070")
    page.wait_for_load_state("networkidle")
    look(page, f"tiles-{lang}")

    assert [far, near] == [tile_of(*HOAN_KIEM, far[0]), tile_of(*HOAN_KIEM, near[0])]
    assert near[0] > far[0] >= 8
    assert page.locator(DRAWN).count() < 40
    expect(page.locator("#map")).to_contain_text(ATTRIBUTION)
    assert faults(page) == []
    assert not [name for _, headers in tiles.asked for name in ("referer", "cookie") if name in headers]


def test_without_tiles_the_wards_alone_are_the_map(opened: Open, tiles: Tiles) -> None:
    """No picture is asked of anybody."""
    page = opened("/privacy")
    page.route("**/v1/wards/outlines", lambda route: route.fulfill(json={"outlines": {}, "tiles": None}))
    asked = len(tiles.asked)
    page.goto("/cong-khai")
    expect(page.locator("#map [data-ward]").first).to_be_attached()

    assert page.locator("#map image").count() == 0
    expect(page.locator("#map")).not_to_contain_text(ATTRIBUTION)
    assert len(tiles.asked) == asked


def test_pages_may_have_pictures_of_that_origin_and_of_no_other_and_privacy_says_whose(
    opened: Open, instance: Instance, tiles: Tiles
) -> None:
    """In the header of every answer; in words on the page on privacy."""
    policy = httpx.get(f"{instance.url}/cong-khai").headers["content-security-policy"]
    page = opened("/privacy?lang=en", viewport=SCREEN)

    assert re.findall(r"img-src ([^;]*)", policy) == [f"'self' {tiles.origin}"]
    assert policy.count("http") == 1
    expect(page.locator("#tiles")).to_contain_text(tiles.origin.partition("://")[2])
    look(page, "privacy-tiles")
    assert faults(page) == []
