"""Discovery, services and their definitions: from the reference data. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.reference import categories
from schemas.reference.texts import Language
from schemas.web.open311 import ATTRIBUTES, BASE, URGENT

CHANGED = "2026-11-27T00:00:00+07:00"
"""When this interface last changed, as discovery wants to know it."""
_YES_NO: Mapping[str, Mapping[Language, str]] = {"true": {"vi": "Có", "en": "Yes"}, "false": {"vi": "Không", "en": "No"}}


def discovery(address: str) -> dict[str, Any]:
    """`address`: of the service, without a slash at its end."""
    return {
        "changeset": CHANGED,
        "contact": f"{address}/docs",
        "key_service": f"{address}/docs",
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": f"{address}{BASE}",
                "changeset": CHANGED,
                "type": "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def services(lang: Language) -> list[dict[str, Any]]:
    return [
        {
            "service_code": one.code,
            "service_name": one.name_vi if lang == "vi" else one.name_en,
            "description": one.name_en if lang == "vi" else one.name_vi,
            "metadata": True,
            "type": "realtime",
            "keywords": f"{one.name_vi},{one.name_en}",
            "group": None,
        }
        for one in categories().values()
    ]


def definition(code: str, lang: Language) -> dict[str, Any]:
    """The attributes beyond the standard's own fields; none of them is required."""
    listed = [_attribute(name, words[lang], order, lang) for order, (name, words) in enumerate(ATTRIBUTES.items(), 1)]
    return {"service_code": code, "attributes": listed}


def _attribute(code: str, words: str, order: int, lang: Language) -> dict[str, Any]:
    chosen = code == URGENT
    return {
        "variable": True,
        "code": code,
        "datatype": "singlevaluelist" if chosen else "string",
        "required": False,
        "datatype_description": None,
        "order": order,
        "description": words,
        "values": [{"key": key, "name": name[lang]} for key, name in _YES_NO.items()] if chosen else [],
    }
