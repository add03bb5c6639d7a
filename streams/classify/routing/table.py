"""The routing table as a file: how it is read, and every mistake that it can have, with its line.

A CSV file with the columns of `COLUMNS`. Fields take `*` for any and `a|b` for several. `place` takes `known`, `unknown`,
`ward`, `commune`, a group of `routing/places.csv` or ward codes. `about` takes codes of `routing.about` that must all be found (`a+b`).
`office` takes a code, `@ward` (the ward where it happened) or `@triage`; `co_offices` takes codes and `@ward`. `note_vi` and `note_en`
say why, `source` by which decision (`vi|en` where the two differ; empty: a start value), `status` whether the city has confirmed it.
The first rule that fits decides.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import product

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import categories, offices, wards
from schemas.reference.texts import Language
from streams.classify.routing.about import NO_CODES, Codes, codes
from streams.classify.routing.mistakes import CONFIRMED, STATUSES, Mistake

COLUMNS = ("kind", "category", "level", "place", "about", "office", "co_offices", "note_vi", "note_en", "source", "status")
WARD = "@ward"
TRIAGE = "@triage"
ANY = "*"
UNKNOWN = ""
"""Stands for the ward of a place that is not known."""

Key = tuple[str, str, str]
"""kind, category, level"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line. `wards`: ward codes for which it holds, `UNKNOWN` among them if it holds without a known ward; `about`: what must be
    found in the text; `note`, `source`: in Vietnamese and English."""

    line: int
    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    levels: tuple[str, ...]
    wards: frozenset[str]
    about: Codes
    office: str
    co_offices: tuple[str, ...]
    note: dict[Language, str]
    source: dict[Language, str]
    confirmed: bool

    def combinations(self) -> Iterator[Key]:
        return product(self.kinds, self.categories, self.levels)

    def fits(self, ward: str, about: Codes) -> bool:
        """`ward`: its code, or `UNKNOWN`."""
        return ward in self.wards and self.about <= about


@cache
def groups() -> Mapping[str, frozenset[str]]:
    """Names that the column `place` may use → ward codes."""
    codes = {ward.name_vi: ward.code for ward in wards().values()}
    found: dict[str, frozenset[str]] = {
        ANY: frozenset({UNKNOWN, *wards()}),
        "unknown": frozenset({UNKNOWN}),
        "known": frozenset(wards()),
        "ward": frozenset(code for code, ward in wards().items() if ward.kind == "ward"),
        "commune": frozenset(code for code, ward in wards().items() if ward.kind == "commune"),
    }
    text = resources.files(__package__).joinpath("places.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        found[row["group"]] = found.get(row["group"], frozenset()) | {codes[row["ward"]]}
    return found


def parse(text: str) -> tuple[list[Rule], list[Mistake]]:
    """The rules that can be read and the mistakes of those that cannot."""
    rows = csv.reader(text.splitlines())
    header = next(rows, [])
    if tuple(header) != COLUMNS:
        return [], [Mistake(1, f"the first line must be {','.join(COLUMNS)}")]
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for fields in rows:
        if not fields or fields[0].startswith("#"):
            continue
        found = list(_field_mistakes(rows.line_num, fields))
        mistakes += found
        if not found:
            rules.append(_rule(rows.line_num, [field.strip() for field in fields]))
    return rules, mistakes


def check(text: str) -> list[Mistake]:
    """Every mistake: of fields, rules that never decide, combinations without an owner. Empty: the table can be used."""
    rules, mistakes = parse(text)
    return mistakes or [*_never_reached(rules), *_without_owner(rules)]


def compiled(rules: Sequence[Rule]) -> dict[Key, tuple[Rule, ...]]:
    """The rules in order for each kind, category and level."""
    found: dict[Key, list[Rule]] = {}
    for rule in rules:
        for key in rule.combinations():
            found.setdefault(key, []).append(rule)
    return {key: tuple(fitting) for key, fitting in found.items()}


def _values() -> tuple[tuple[str, Sequence[str]], ...]:
    return (("kind", list(PetitionKind)), ("category", list(categories())), ("level", list(Level)))


def _field_mistakes(line: int, fields: list[str]) -> Iterator[Mistake]:
    if len(fields) != len(COLUMNS):
        yield Mistake(line, f"{len(fields)} fields instead of {len(COLUMNS)} (a comma in a field needs quotes)")
        return
    row = dict(zip(COLUMNS, (field.strip() for field in fields), strict=True))
    yield from _condition_mistakes(line, row)
    yield from _office_mistakes(line, row["office"], [part for part in row["co_offices"].split("|") if part])
    if row["place"] == "unknown" and row["office"] == WARD:
        yield Mistake(line, "office: @ward cannot own what has no known ward")
    yield from (Mistake(line, f"{name}: missing; citizens and offices read it") for name in ("note_vi", "note_en") if not row[name])
    if row["status"] not in STATUSES:
        yield Mistake(line, f"status: {row['status']!r} must be one of {', '.join(STATUSES)}")


def _condition_mistakes(line: int, row: dict[str, str]) -> Iterator[Mistake]:
    for column, known in _values():
        for part in row[column].split("|"):
            if part != ANY and part not in known:
                yield Mistake(line, f"{column}: {part!r} is not known")
    for part in row["place"].split("|"):
        if part not in groups() and part not in wards():
            yield Mistake(line, f"place: {part!r} is no group and no ward code")
    for part in row["about"].split("+"):
        if part != ANY and part not in codes():
            yield Mistake(line, f"about: {part!r} is not known")


def _office_mistakes(line: int, office: str, co_offices: list[str]) -> Iterator[Mistake]:
    if office not in (WARD, TRIAGE) and office not in offices():
        yield Mistake(line, f"office: {office!r} is not known" if office else "office: missing")
    for part in co_offices:
        if part != WARD and part not in offices():
            yield Mistake(line, f"co_offices: {part!r} is not known")
    if office in co_offices or len(set(co_offices)) < len(co_offices):
        yield Mistake(line, "co_offices: an office is named twice")


def _rule(line: int, fields: list[str]) -> Rule:
    row = dict(zip(COLUMNS, fields, strict=True))
    kinds, named, levels = (tuple(known) if ANY in row[column].split("|") else tuple(row[column].split("|")) for column, known in _values())
    places = frozenset[str]().union(*(groups().get(part, frozenset({part})) for part in row["place"].split("|")))
    source, _, abroad = row["source"].partition("|")
    return Rule(
        line,
        kinds,
        named,
        levels,
        places,
        NO_CODES if row["about"] == ANY else frozenset(row["about"].split("+")),
        row["office"],
        tuple(part for part in row["co_offices"].split("|") if part),
        {"vi": row["note_vi"], "en": row["note_en"]},
        {"vi": source, "en": abroad or source},
        row["status"] == CONFIRMED,
    )


def _never_reached(rules: Sequence[Rule]) -> Iterator[Mistake]:
    """A rule decides nothing where others before it ask for no more than it does, in all of its places."""
    above: dict[Key, list[Rule]] = {}
    for rule in rules:
        free = False
        for key in rule.combinations():
            known = above.setdefault(key, [])
            free = free or bool(rule.wards.difference(*(other.wards for other in known if other.about <= rule.about)))
            known.append(rule)
        if not free:
            yield Mistake(rule.line, "never decides: rules above cover all of it")


def _without_owner(rules: Sequence[Rule]) -> Iterator[Mistake]:
    table = compiled(rules)
    for key in product(PetitionKind, categories(), Level):
        covered = frozenset[str]().union(*(rule.wards for rule in table.get(key, ()) if not rule.about))
        missing = groups()[ANY] - covered
        if missing:
            where = "an unknown place" if missing == {UNKNOWN} else f"{len(missing)} places"
            yield Mistake(0, f"no owner for {', '.join(key)} at {where}")
