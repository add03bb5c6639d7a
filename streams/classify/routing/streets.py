"""Who manages a street: an operator's file (`check_streets` finds its mistakes), and the streets of it that a text names.

A CSV file with the columns of `COLUMNS`. `street`: its name as people write it, without đường or phố; an alley with its ngõ
(`ngõ Tràng Tiền`). `wards`: names or codes of the wards of today in which the line holds, `a|b`; empty: wherever it runs.
`manager`: `city`, `ward` or `unknown`. `source`: the decision that says so (`vi|en` where the two differ). `status`: `confirmed` or
`to-be-confirmed`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

import msgspec

from schemas.reference import wards
from schemas.reference.texts import Language
from streams.classify.place.gazetteer import Name
from streams.classify.place.spotting import Mention, Spotter
from streams.classify.place.words import Role
from streams.classify.routing.alleys import begins_as_alley
from streams.classify.routing.mistakes import CONFIRMED, STATUSES, Mistake
from streams.classify.text.folding import flatten, fold
from streams.classify.text.typed import Typed

COLUMNS = ("street", "wards", "manager", "source", "status")
CITY, WARD, UNKNOWN = "city", "ward", "unknown"
MANAGERS = (CITY, WARD, UNKNOWN)
_NAMES_A_STREET = (Role.STREET, Role.NONE, Role.AREA)


class Street(msgspec.Struct, frozen=True, gc=False):
    """One line. `wards`: codes; empty: everywhere."""

    name: str
    wards: frozenset[str]
    manager: str
    source: str
    confirmed: bool

    def source_in(self, language: Language) -> str:
        """The column `source` is `vi|en` where the two differ."""
        vietnamese, _, english = self.source.partition("|")
        return english or vietnamese if language == "en" else vietnamese

    @property
    def is_alley(self) -> bool:
        return begins_as_alley(self.name)

    def holds_in(self, ward: str | None) -> bool:
        """Where the ward is not known, a line for some wards alone says nothing."""
        return not self.wards or ward in self.wards


class ManagedStreets:
    """Streets of which it is known who manages them. Thread-safe."""

    def __init__(self, streets: Sequence[Street]) -> None:
        self._by_name: dict[str, list[Street]] = {}
        for street in streets:
            self._by_name.setdefault(street.name.lower(), []).append(street)
        self._spotter = Spotter(_names(self._by_name))

    def named(self, text: Typed, ward: str | None) -> Street | None:
        """The street that the text names; an alley of the list before a street. None if there is none, or if those named differ in who
        manages them."""
        found = [street for mention in self._mentions(text) for street in self._of(mention) if street.holds_in(ward)]
        alleys = [street for street in found if street.is_alley]
        kept = alleys or found
        return kept[0] if len({street.manager for street in kept}) == 1 else None

    def _mentions(self, text: Typed) -> list[Mention]:
        return [one for one in self._spotter.spot(text.written, text.folded, text.flat) if one.sense.role in _NAMES_A_STREET]

    def _of(self, mention: Mention) -> Iterator[Street]:
        """A bare name in small letters is a word like any other, unless "phố" stands before it or it is an alley's."""
        for name in mention.sense.names:
            if mention.sense.titled or mention.sense.role is Role.STREET or begins_as_alley(name):
                yield from self._by_name[name]


def _names(streets: dict[str, list[Street]]) -> dict[str, tuple[Name, ...]]:
    found: dict[str, list[Name]] = {}
    for lowered, (first, *_) in streets.items():
        found.setdefault(flatten(fold(lowered)), []).append(Name(first.name, lowered, ()))
    return {key: tuple(names) for key, names in found.items()}


def parse_streets(text: str) -> tuple[list[Street], list[Mistake]]:
    """The lines that can be read and the mistakes of those that cannot."""
    rows = csv.reader(text.splitlines())
    if tuple(next(rows, [])) != COLUMNS:
        return [], [Mistake(1, f"the first line must be {','.join(COLUMNS)}")]
    streets: list[Street] = []
    mistakes: list[Mistake] = []
    for fields in rows:
        if not fields or fields[0].startswith("#"):
            continue
        values = [field.strip() for field in fields]
        found = list(_mistakes(rows.line_num, values)) or list(_repeated(rows.line_num, values, streets))
        mistakes += found
        if not found:
            streets.append(_street(values))
    return streets, mistakes


def _mistakes(line: int, values: list[str]) -> Iterator[Mistake]:
    if len(values) != len(COLUMNS):
        yield Mistake(line, f"{len(values)} fields instead of {len(COLUMNS)} (a comma in a field needs quotes)")
        return
    street, named, manager, source, status = values
    if not flatten(fold(street)).strip():
        yield Mistake(line, "street: must be a name")
    for part in named.split("|") if named else ():
        if part not in _codes():
            yield Mistake(line, f"wards: {part!r} is no ward's name and no code")
    if manager not in MANAGERS:
        yield Mistake(line, f"manager: {manager!r} must be one of {', '.join(MANAGERS)}")
    if not source:
        yield Mistake(line, "source: missing; name the decision that says so")
    if status not in STATUSES:
        yield Mistake(line, f"status: {status!r} must be one of {', '.join(STATUSES)}")


def _repeated(line: int, values: list[str], known: Sequence[Street]) -> Iterator[Mistake]:
    """Two lines of one street must hold in different wards."""
    new = _street(values)
    for other in known:
        if other.name.lower() == new.name.lower() and (not new.wards or not other.wards or new.wards & other.wards):
            yield Mistake(line, f"street: {new.name!r} has a line above that holds in the same wards")
            return


def _street(values: list[str]) -> Street:
    street, named, manager, source, status = values
    codes = frozenset(_codes()[part] for part in named.split("|")) if named else frozenset[str]()
    return Street(street, codes, manager, source, status == CONFIRMED)


@cache
def _codes() -> dict[str, str]:
    """Ward by name and by code."""
    return {ward.name_vi: code for code, ward in wards().items()} | {code: code for code in wards()}


def own_streets() -> str:
    """The file that the project ships: what is known of 5904/QĐ-UBND, which is little."""
    return resources.files("schemas.reference").joinpath("street_managers.csv").read_text(encoding="utf-8")


def streets_text(path: Path | None) -> str:
    """The operator's file, or the project's own. Raises `OSError`, `UnicodeDecodeError`."""
    return path.read_text(encoding="utf-8") if path else own_streets()
