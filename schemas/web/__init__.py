"""The web kit that everything over HTTP shares: languages, errors in one shape, the frame around handlers and around pages,
assets, Server-Sent Events. Import from here, `sse` from its module; it knows Starlette, and no event, database or route.
"""

from schemas.web.assets import Assets, asset_routes
from schemas.web.endpoint import Handler, caller_address, endpoint, json
from schemas.web.language import language
from schemas.web.problems import Field, Problem, answer, broken, from_validation
from schemas.web.shell import Page, page_routes

__all__ = [
    "Assets",
    "Field",
    "Handler",
    "Page",
    "Problem",
    "answer",
    "asset_routes",
    "broken",
    "caller_address",
    "endpoint",
    "from_validation",
    "json",
    "language",
    "page_routes",
]
