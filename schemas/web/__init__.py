"""What all pages share: the frame around them, their texts in Vietnamese and English, their looks."""

from schemas.web.assets import Assets, asset_routes
from schemas.web.shell import Page, page_routes

__all__ = ["Assets", "Page", "asset_routes", "page_routes"]
