"""What all pages share: the frame around them, their texts in Vietnamese and English, their looks."""

from schemas.pages.assets import Assets, asset_routes
from schemas.pages.shell import Page, page_routes

__all__ = ["Assets", "Page", "asset_routes", "page_routes"]
