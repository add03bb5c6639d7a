"""Pages that show: a petition to its citizen, the desk to an office, the figures to the operations centre; and the page to sign in.

`view_pages` and the pages may be imported from here. They hold nobody's data and know no database: their scripts ask HTTP.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from starlette.routing import Route

from consumers.pages.choices import desk_data, public_data, track_data
from consumers.pages.privacy import privacy_data
from schemas.web import Assets, Page, asset_routes, page_routes

TRACK = Page("/t/{tracking_code}", "track", "consumers.pages", "views", track_data)
SHARED = Page("/s/{shared}", "shared", "consumers.pages", "views")
DESK = Page("/desk", "desk", "consumers.pages", "views", desk_data, wide=True)
DESK_OFFICE, DESK_CASE = replace(DESK, path="/desk/{office}"), replace(DESK, path="/desk/{office}/{petition_id}")
"""The same page, which reads in its address what to open."""
SIGN_IN = Page("/sign-in", "sign-in", "consumers.pages", "views")
OPERATIONS = Page("/ioc", "ioc", "consumers.pages", "views", wide=True)
NOTICE = Page("/notices/{purpose}/{token}", "notice", "consumers.pages", "views")
PUBLIC = Page("/cong-khai", "public", "consumers.pages", "views", public_data, wide=True)
MATTER = Page("/cong-khai/{number}", "matter", "consumers.pages", "views")
PRIVACY = Page("/privacy", "privacy", "consumers.pages", "views", privacy_data)


def view_pages(tiles: str = "") -> list[Route]:
    """`tiles`: whom browsers ask for the map's tiles."""
    privacy = replace(PRIVACY, data=partial(privacy_data, tiles=tiles))
    assets = (Assets.of("views", "consumers.pages"), Assets.of("common", "schemas.web"))
    pages = (TRACK, SHARED, DESK, DESK_OFFICE, DESK_CASE, OPERATIONS, PUBLIC, MATTER, privacy, SIGN_IN, NOTICE)
    return [*page_routes(*pages), *asset_routes(*assets)]
