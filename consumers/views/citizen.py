"""What a citizen may see of a petition. Pure: from entries to JSON-ready dictionaries.

Shown is what happened to the petition; never another person's data, another petition's id, or an answer that was sent back.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from consumers.timeline import TimelineEntry
from schemas.events import tracking
from schemas.events.actions import RefusalKind
from schemas.events.base import Level, Role
from schemas.events.case import PUBLIC
from schemas.platform.instants import local
from schemas.platform.masking import mask
from schemas.reference import TRIAGE_OFFICE, categories, offices, texts
from schemas.reference.texts import Language

Json = dict[str, Any]

VISIBLE: Mapping[str, tuple[str, ...]] = {
    "received": (),
    "assigned": ("from_office", "to_office", "reason", "owner_rule"),
    "accepted": (),
    "information-requested": ("question",),
    "information-added": ("text", "media_urls", "files"),
    "resumed": ("because",),
    "extended": ("deadline_before", "deadline_after", "reason"),
    "transferred": ("from_office", "to_office", "reason"),
    "decision-required": ("decider", "because"),
    "promised": ("text", "promise_date", "evidence_urls", "files"),
    "answered": ("result", "text", "evidence_urls", "files", "answer_cause", "in_time"),
    "rated": ("stars", "comment"),
    "closed": ("because",),
    "reopened": ("reason",),
    "refused": ("kind", "reason", "right_address"),
    "withdrawn": ("reason",),
    "forgotten": (),
    "contact-revealed": ("reason",),
    "looked-up": (),
    "merged": (),
    "unmerged": (),
    "split": ("category", "part"),
    "corrected": ("category", "ward_code", "reason"),
    "leader-reported": ("event_type",),
    "breached": ("clock", "deadline"),
    "escalated": ("to_office", "rung", "because"),
    "deadline-recomputed": ("deadline_before", "deadline_after", "reason"),
    "limit-tightened": ("deadline_before", "deadline_after"),
    "action-refused": ("action", "rule"),
}
"""Event types that a citizen sees, with the fields shown. Warnings, returned answers and other people's petitions are not."""

_SAID = ("text", "location", "media_urls", "files", "submitted_at")
"""What the petitioner reads of his own petition. Never the contact: who finds a tracking code must not find a person."""
_OF_A_LEADER = VISIBLE.keys() - {"leader-reported", "action-refused", "forgotten", "contact-revealed", "looked-up"}
_OFFICES = ("from_office", "to_office", "decider")
PAGE = 50
_NO_WORDS = {"message": "", "details": {}}
"""What a short line has in place of what it says."""


def is_visible(entry: TimelineEntry) -> bool:
    if entry.what == "action-refused":
        return bool(entry.data.get("actor", {}).get("role") == Role.CITIZEN)
    if entry.what == "leader-reported":
        return entry.data.get("event_type") in _OF_A_LEADER
    return entry.what in VISIBLE


def expand(entry: TimelineEntry) -> list[TimelineEntry]:
    """A first `assigned` is two things for the citizen: received, and assigned at once."""
    if entry.seq == 1 and entry.what == "assigned":
        received = {"reason": entry.data.get("reason")}
        return [replace(entry, what="received", event_id=f"{entry.event_id}:received", data=received), entry]
    return [entry]


def item(entry: TimelineEntry, lang: Language) -> Json:
    """One line of the timeline: `{id, seq, type, time, title, message, details}`."""
    details = _details(entry, lang)
    return {
        "id": entry.event_id,
        "seq": entry.seq,
        "type": entry.what,
        "time": entry.at,
        "title": texts.title(entry.what, lang),
        "message": _at_once(entry, lang) + texts.sentence(entry.what, lang, _in_words(entry, details, lang)),
        "details": details,
    }


def _at_once(entry: TimelineEntry, lang: Language) -> str:
    """Only an emergency is received with a reason: whom to call comes before everything else."""
    return f"{texts.right_address(RefusalKind.EMERGENCY, lang)} " if entry.what == "received" and entry.data.get("reason") else ""


def items(entries: Iterable[TimelineEntry], lang: Language) -> list[Json]:
    """The visible lines in order."""
    return [item(part, lang) for entry in entries if is_visible(entry) for part in expand(entry)]


def paged(lines: Sequence[Json], before: int | None = None, kept: Container[str] = ()) -> list[Json]:
    """The last PAGE lines (of those before event number `before`) whole, and whatever is of a type `kept`; of all others what happened and
    when, without a word: a long timeline stays light. Whoever wants them whole asks for those before the oldest that he has."""
    asked = [line for line in lines if before is None or line["seq"] < before][-PAGE:]
    whole = {line["id"] for line in asked} | {line["id"] for line in lines if line["type"] in kept}
    return [{**line, "short": False} if line["id"] in whole else _short(line) for line in lines]


def _short(line: Json) -> Json:
    return {**line, **{name: nothing for name, nothing in _NO_WORDS.items() if name in line}, "short": True}


def live_item(entry: TimelineEntry, lang: Language) -> Json:
    """A line with where the case stands after it, for the event stream."""
    return {**item(entry, lang), **_standing(entry.case, lang)}


def petition(  # noqa: PLR0917 -- the petition, part by part
    code: str,
    petition_id: str,
    case: Json,
    entries: Sequence[TimelineEntry],
    lang: Language,
    said: Json | None = None,
    before: int | None = None,
) -> Json:
    """The whole answer; `case` is the full view of the newest event, `said` what was handed in, where that is known; `before`: as of
    `paged`."""
    category = categories().get(case["category"])
    return {
        "petition_id": petition_id,
        "tracking_code": code,
        **_standing(case, lang),
        "category": case["category"],
        "category_name": _name(category, lang) or case["category"],
        "urgent": case["level"] == Level.URGENT,
        "level": case["level"],
        "received_at": case["received_at"],
        "escalation": case.get("escalation", 0),
        "language": case.get("language", "vi"),
        "sandbox": case.get("sandbox", False),
        "rating": case.get("rating"),
        "parts": [tracking.with_part(code, entry.data["part"]) for entry in entries if entry.what == "split"],
        "origin": tracking.without_part(code) if code != tracking.without_part(code) else None,
        "said": None if said is None else {name: said[name] for name in _SAID if said.get(name)},
        "timeline": paged(items(entries, lang), before),
        "receipt": _receipt(entries),
    }


def line(petition_id: str, case: Json, lang: Language) -> Json:
    """A petition in a list: what it is about and where it stands, and no word of anybody."""
    whole = petition("", petition_id, case, [], lang)
    return {name: whole[name] for name in LINE}


LINE = ("petition_id", "state", "state_name", "category", "category_name", "urgent", "office", "deadline", "received_at")


def shared(case: Json, entries: Sequence[TimelineEntry], lang: Language) -> Json:
    """What anybody may see with whom its citizen shares the petition: no code, no receipt, and no word that a citizen wrote."""
    whole = petition("", "", case, [_without_words(entry) for entry in entries], lang)
    return {name: whole[name] for name in _SHARED}


def _without_words(entry: TimelineEntry) -> TimelineEntry:
    known = {name: value for name, value in entry.data.items() if name in _SHAREABLE}
    words = {name: mask(str(known[name])) for name in ("text", "reason") if known.get(name)}
    by_citizen = entry.data.get("actor", {}).get("role") == Role.CITIZEN
    return replace(entry, data={} if by_citizen else known | words)


_SHARED = (
    *("state", "state_name", "office", "deadline", "category", "category_name"),
    *("urgent", "level", "received_at", "escalation", "timeline"),
)
_SHAREABLE = (
    # An uploaded file may show more than its office meant for everybody: it is for those of the case.
    *(*(name for name in PUBLIC if name != "files"), *_OFFICES, "rung", "clock", "because", "kind", "in_time", "event_type"),
    *("deadline_before", "deadline_after", "promise_date"),
)


def _receipt(entries: Sequence[TimelineEntry]) -> Json | None:
    """The newest event's number and chain: whoever keeps it can prove that this event, and all before it, stood in the record."""
    chained = [entry for entry in entries if entry.chain]
    return {"seq": chained[-1].seq, "chain": chained[-1].chain} if chained else None


def _standing(case: Json, lang: Language) -> Json:
    return {
        "state": case["state"],
        "state_name": texts.words("state", case["state"], lang),
        "office": office(case["office"] or TRIAGE_OFFICE, lang),
        "deadline": case.get("deadline"),
    }


def office(code: str, lang: Language) -> Json:
    """`{code, name}`; an office that is gone from the list keeps its code as name."""
    return {"code": code, "name": _name(offices().get(code), lang) or code}


def _name(entry: Any, lang: Language) -> str | None:
    if entry is None:
        return None
    return str(entry.name_vi if lang == "vi" else entry.name_en)


def _details(entry: TimelineEntry, lang: Language) -> Json:
    found: Json = {name: entry.data[name] for name in VISIBLE.get(entry.what, ()) if entry.data.get(name) is not None}
    for name in _OFFICES:
        if name in found:
            found[name] = office(found[name], lang)
    if entry.what == "action-refused":
        found["why"] = texts.rule_text(str(found.get("rule")), lang)
    if "right_address" in found:
        found["right_address"] = texts.in_language("right-address", found["right_address"], lang)
    if "owner_rule" in found:
        found["owner_rule"] = found["owner_rule"].get(lang)
    if entry.what == "leader-reported":
        found |= _from_leader(entry, lang)
    return found


def _from_leader(entry: TimelineEntry, lang: Language) -> Json:
    """What is public of what happened to the leading petition, whatever else an older record may have of it."""
    detail = {name: value for name, value in dict(entry.data.get("detail", {})).items() if name in PUBLIC}
    shown = replace(entry, what=str(entry.data.get("event_type")), data=detail)
    return {"event_title": texts.title(shown.what, lang), "detail": _details(shown, lang)}


def _in_words(entry: TimelineEntry, details: Json, lang: Language) -> Json:
    """Values for the sentence, as words: names of offices, dates as people in Hanoi write them."""
    words: Json = {
        "office": office(entry.case["office"] or TRIAGE_OFFICE, lang)["name"],
        "deadline": local(entry.case.get("deadline")),
    }
    for name, value in details.items():
        words[name] = _WORDS.get(name, _plain)(value, lang)
    words |= {"news": _news(details), "rule_text": details.get("why", "…")}
    if "deadline_after" in details:
        words["deadline"] = local(details["deadline_after"])
    return words


def _news(details: Json) -> str:
    """`Đã trả lời: …`: whoever follows another petition reads those of its replies that are public."""
    title, text = details.get("event_title", "…"), details.get("detail", {}).get("text")
    return f"{title}: {text}" if text else str(title)


def _plain(value: Any, _: Language) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _office_name(value: Any, _: Language) -> str:
    return str(value["name"])


def _instant(value: Any, _: Language) -> str:
    return local(str(value))


_WORDS: Mapping[str, Callable[[Any, Language], str]] = {
    **dict.fromkeys(_OFFICES, _office_name),
    **dict.fromkeys(("promise_date", "deadline", "deadline_before", "deadline_after"), _instant),
    "result": lambda value, lang: texts.words("result", str(value), lang),
    "clock": lambda value, lang: texts.words("clock", str(value), lang),
    "category": lambda value, lang: _name(categories().get(str(value)), lang) or str(value),
    "event_type": lambda value, lang: texts.title(str(value), lang),
}
