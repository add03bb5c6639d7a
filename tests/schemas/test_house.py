"""The house: what each room says of itself, and that what the documents point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from deploy.publishing.architecture import FOLDERS, rooms

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_room_says_what_it_is_and_what_it_does_not_know(folder: str) -> None:
    """Two sentences at least in each `__init__`."""
    silent = [room for room, text in rooms(folder) if len(re.findall(r"[.;]\s", " ".join(text.split()) + " ")) < 2]

    assert silent == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_has_at_most_three_loose_modules(folder: str) -> None:
    """All else is in a room."""
    assert len([path for path in (ROOT / folder).glob("*.py") if path.name != "__init__.py"]) <= 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    """Relative links name files that are there."""
    targets = [target for target in _LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / target).exists()]

    assert targets == []
