"""What a digest says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from consumers.notifier.digest.figures import Json, OfficeMorning, Section
from consumers.notifier.wording import Message, both, say
from schemas.platform.instants import HANOI
from schemas.reference import categories, offices, wards
from schemas.reference.texts import Language

_WHERE = {
    "late": "?room=late",
    "today": "?room=late",
    "decide": "?room=decisions",
    "overnight": "?received_from={since:%Y-%m-%d}&scope=office&sort=newest",
}
"""The place at the desk where all of a section stands."""


def digest(found: Sequence[OfficeMorning], day: date, since: datetime, language: Language, *, base: str, leave: str) -> Message:
    """`base`: the pages' address. The reader's language comes first."""
    numbers = {name: sum(part.number for one in found for part in one.sections if part.name == name) for name in _WHERE}
    values = {name: str(number) for name, number in numbers.items()} | {"day": f"{day:%d/%m/%Y}"}
    text = both(language, lambda lang: "\n".join(_lines(found, since, lang, base, leave)))
    return Message(say("digest.subject", language, values), text, "")


def _lines(found: Sequence[OfficeMorning], since: datetime, lang: Language, base: str, leave: str) -> Iterator[str]:
    for one in found:
        office = offices()[one.office]
        desk = f"{base}/desk/{one.office}"
        yield f"{office.name_vi if lang == 'vi' else office.name_en}: {desk}"
        for section in one.sections:
            yield from _section(section, since, lang, desk)
        yield ""
    yield say("digest.leave", lang, {"leave": leave})


def _section(section: Section, since: datetime, lang: Language, desk: str) -> Iterator[str]:
    mine = say("digest.mine", lang, {"n": str(section.mine)}) if section.mine else ""
    yield ""
    yield say(f"digest.{section.name}", lang, {"n": str(section.number), "since": _moment(since)}) + mine
    for case in section.cases:
        yield f"  - {_case(case, lang)}: {desk}/{case['petition_id']}"
    if section.number > len(section.cases):
        yield "  " + say("digest.all", lang, {"link": desk + _WHERE[section.name].format(since=since.astimezone(HANOI))})


def _case(case: Json, lang: Language) -> str:
    kind, ward = categories().get(case["category"]), wards().get(case["ward_code"] or "")
    urgent = say("digest.urgent", lang, {}) if case["level"] == "urgent" else None
    due = say("digest.due", lang, {"when": _moment(case["due"])}) if case["due"] else None
    name = (kind.name_vi if lang == "vi" else kind.name_en) if kind else case["category"]
    return ", ".join(part for part in (urgent, name, ward and ward.full_name_vi, due) if part)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(HANOI):%H:%M %d/%m}"
