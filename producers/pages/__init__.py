"""The citizen's page to submit a petition, and the hotline's, which does so for a caller: texts, scripts, what the scripts must know.

`intake_pages` may be imported from here, and from `client` which browser asks. It knows no handler, no Kafka and no database: what is
sent goes through HTTP.
"""

from __future__ import annotations

from typing import Any

from starlette.routing import Route

from producers.pages.client import introduced
from producers.pages.offline import offline_routes
from schemas.events.intake import LAT_MAX, LAT_MIN, LONG_MAX, LONG_MIN
from schemas.events.strings import LETTERS_AT_LEAST
from schemas.reference import categories, wards
from schemas.reference.texts import Language
from schemas.web import Assets, Page, asset_routes, page_routes


def _data(lang: Language) -> dict[str, Any]:
    """Wards to search in, categories to choose from; what would be refused, so that the page says so at once: a position out of bounds,
    too few letters."""
    if lang == "vi":
        names = {ward.code: ward.full_name_vi for ward in wards().values()}
    else:
        names = {ward.code: f"{ward.name_vi} {ward.kind}" for ward in wards().values()}
    listed = [{"code": code, "name": names[code]} for code in sorted(names, key=lambda code: wards()[code].name_vi)]
    found = [{"code": one.code, "name": one.name_vi if lang == "vi" else one.name_en} for one in categories().values()]
    return {"wards": listed, "categories": found, "bounds": [LAT_MIN, LAT_MAX, LONG_MIN, LONG_MAX], "letters": LETTERS_AT_LEAST}


SUBMIT = Page("/", "submit", "producers.pages", "submit", _data)
HOTLINE = Page("/tong-dai", "hotline", "producers.pages", "submit", _data, wide=True, groups=("submit",))


def intake_pages() -> list[Route]:
    assets = (Assets.of("submit", "producers.pages"), Assets.of("common", "schemas.web"))
    return [*map(introduced, page_routes(SUBMIT)), *page_routes(HOTLINE), *asset_routes(*assets), *offline_routes(*assets)]
