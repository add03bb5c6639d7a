"""The citizen's page to submit a petition, and the way to one that was submitted: its texts, its script, what the script must know.

`intake_pages` may be imported from here; it knows no handler, no Kafka and no database: what is sent goes through HTTP.
"""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from schemas.events.intake import LAT_MAX, LAT_MIN, LONG_MAX, LONG_MIN
from schemas.reference import wards
from schemas.reference.texts import Language
from schemas.web import Assets, Page, asset_routes, page_routes


def _data(lang: Language) -> dict[str, Any]:
    """Wards to search in, and Hanoi's bounds: a position outside is refused, so the page says so at once."""
    if lang == "vi":
        names = {ward.code: ward.full_name_vi for ward in wards().values()}
    else:
        names = {ward.code: f"{ward.name_vi} {ward.kind}" for ward in wards().values()}
    listed = [{"code": code, "name": names[code]} for code in sorted(names, key=lambda code: wards()[code].name_vi)]
    return {"wards": listed, "bounds": [LAT_MIN, LAT_MAX, LONG_MIN, LONG_MAX]}


SUBMIT = Page("/", "submit", "producers.pages", "submit", _data)


def intake_pages() -> list[Route]:
    return [*page_routes(SUBMIT), *asset_routes(Assets.of("submit", "producers.pages"), Assets.of("common", "schemas.web"))]
