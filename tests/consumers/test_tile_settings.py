"""The operator's server of map tiles: what is taken for one."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from consumers.settings import TileSettings

URL = "https://tiles.example.vn:8443/hanoi/{z}/{x}/{y}.png?style=plain"


def test_pages_ask_its_origin_alone() -> None:
    """Scheme, host and port; nobody, where none is named."""
    assert TileSettings(tiles_url=URL, tiles_attribution="© Ai đó").tiles_origin == "https://tiles.example.vn:8443"
    assert TileSettings().tiles_origin == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://tiles.example.vn/{z}/{x}.png",
        "https://tiles.example.vn/{z}/{x}/{y}/{y}",
        "https://{z}.example.vn/{x}/{y}",
        "https://user@tiles.example.vn/{z}/{x}/{y}",
        "https://tiles.example.vn; script-src *;/{z}/{x}/{y}",
        "data:image/png/{z}/{x}/{y}",
    ],
)
def test_what_is_no_template_ends_the_start(url: str) -> None:
    """Nothing but an origin can come into the policy for content."""
    with pytest.raises(ValidationError, match="tiles_url"):
        TileSettings(tiles_url=url, tiles_attribution="© Ai đó")


def test_whose_map_it_is_must_be_said() -> None:
    """Licences want it."""
    with pytest.raises(ValidationError, match="TILES_ATTRIBUTION"):
        TileSettings(tiles_url=URL)
