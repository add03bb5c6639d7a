"""What axe-core finds on a page: what somebody with a screen reader or without a mouse meets."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def found_by_axe(page: Page) -> dict[str, list[str]]:
    """Each rule with the first elements that break it."""
    return {one["id"]: [node["html"][:120] for node in one["nodes"][:3]] for one in Axe().run(page).response["violations"]}
