"""What the pages' scripts must know: what the desk's forms let an office choose from, and what a citizen may do when."""

from __future__ import annotations

from typing import Any

from consumers.incidents.compare import FIELD
from consumers.read_model.public import UNLISTED
from consumers.views.public import streets_by_code
from schemas.authority import AUTHORITY, CITIZEN_ACTIONS
from schemas.events.actions import ContributionKind, RefusalKind, ResultKind
from schemas.events.base import Level
from schemas.events.standing import WORK_STATES, State
from schemas.reference import TRIAGE_OFFICE, categories, offices, wards
from schemas.reference.texts import Language, right_address, words


def desk_data(lang: Language) -> dict[str, Any]:
    """Lists of `{code, name}`; names by code. `work`: the states of cases in a queue; a category's `owner`: an office, or `ward`."""
    return {
        "offices": [_named(one.code, one.name_vi, one.name_en, lang) for one in offices().values()],
        "triage": TRIAGE_OFFICE,
        "categories": [{**_named(one.code, one.name_vi, one.name_en, lang), "owner": one.default_owner} for one in categories().values()],
        "wards": _wards(lang),
        "states": {state.value: words("state", state.value, lang) for state in State},
        "work": [state.value for state in State if state in WORK_STATES],
        "levels": {level.value: words("level", level.value, lang) for level in Level},
        "results": {kind.value: words("result", kind.value, lang) for kind in ResultKind},
        "contributions": {kind.value: words("contribution", kind.value, lang) for kind in ContributionKind},
        "refusals": {kind.value: right_address(kind.value, lang) for kind in RefusalKind},
    }


def track_data(lang: Language) -> dict[str, Any]:
    """`allowed`: the citizen's actions, each with the states in which the table of authority permits it; `unanswered`: states; categories
    and wards: what he may say to be right."""
    return {
        "allowed": {action: sorted(AUTHORITY[action].states) for action in CITIZEN_ACTIONS},
        "unanswered": sorted(WORK_STATES),
        "categories": [_named(one.code, one.name_vi, one.name_en, lang) for one in categories().values()],
        "wards": _wards(lang),
    }


def public_data(lang: Language) -> dict[str, Any]:
    """Lists of `{code, name}`: what anybody may read of, and where it may stand."""
    wards_by_name = sorted(_wards(lang).items(), key=lambda ward: wards()[ward[0]].name_vi)
    return {
        "wards": [{"code": code, "name": name} for code, name in wards_by_name],
        "streets": [{"code": code, "name": name} for code, name in sorted(streets_by_code().items())],
        "categories": [_named(one.code, one.name_vi, one.name_en, lang) for one in categories().values() if one.code in FIELD],
        "states": [{"code": state.value, "name": words("state", state.value, lang)} for state in State if state not in UNLISTED],
    }


def _wards(lang: Language) -> dict[str, str]:
    return {one.code: one.full_name_vi if lang == "vi" else f"{one.name_vi} {one.kind}" for one in wards().values()}


def _named(code: str, name_vi: str, name_en: str, lang: Language) -> dict[str, str]:
    return {"code": code, "name": name_vi if lang == "vi" else name_en}
