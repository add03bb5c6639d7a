"""The frame around each handler here."""

from __future__ import annotations

from consumers.read_model.reading import Away
from schemas import web
from schemas.web import Handler


def endpoint(handler: Handler) -> Handler:
    """A missing database is a 503 in the one shape of errors."""
    return web.endpoint(handler, away=Away)
