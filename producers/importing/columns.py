"""How a row's columns become the fields of a petition: what `POST /v1/petitions` takes, a column a field, parts joined by a dot."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from producers.importing.sources import Format

Fields = dict[str, Any]

NAMES = (
    *("text", "external_id", "channel", "category", "urgent", "media_urls"),
    *("location.lat", "location.long", "location.address", "location.ward_code"),
    *("contact.name", "contact.phone", "contact.email"),
)
"""What a column may be."""
OPEN311 = {
    "text": "description",
    "external_id": "service_request_id",
    "category": "service_code",
    "location.lat": "lat",
    "location.long": "long",
    "location.address": "address",
    "media_urls": "media_url",
}
_AS_CALLED = {name: name for name in NAMES}
_NUMBERS = frozenset({"location.lat", "location.long"})
_TRUE, _FALSE = frozenset({"1", "true", "yes", "x", "có", "khẩn"}), frozenset({"0", "false", "no", "không"})


class BadMapping(ValueError):
    """The mapping names a field that no petition has."""


def mapping(pairs: Mapping[str, str]) -> dict[str, str]:
    """Field → column, checked. Raises BadMapping naming the field."""
    for name in pairs:
        if name not in NAMES:
            raise BadMapping(f"{name}: no petition has this field; known: {', '.join(NAMES)}")
    return dict(pairs)


def read_mapping(text: str) -> dict[str, str]:
    """A mapping file: TOML, `"location.address" = "Địa chỉ"` a line, or the same under `[columns]`. Raises BadMapping."""
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMapping(f"not TOML: {error}") from error
    given = found.get("columns", found)
    flat = {name: column for name, column in _flat(given) if isinstance(column, str)}
    return mapping(flat)


def _flat(given: Mapping[str, Any], before: str = "") -> list[tuple[str, Any]]:
    parts = [_flat(value, f"{before}{name}.") if isinstance(value, dict) else [(before + name, value)] for name, value in given.items()]
    return [pair for part in parts for pair in part]


def petition_fields(row: Fields, format_: Format, columns: Mapping[str, str] | None) -> Fields:
    """The petition that a row tells of. Without `columns` each format has its own: JSON lines are petitions as they are, the columns of CSV
    are called like the fields, and a dump has the names of Open311. Columns that nothing names are left out, and so are empty cells.
    """
    if columns is None and format_ == "jsonl":
        return row
    names = columns if columns is not None else OPEN311 if format_ == "open311" else _AS_CALLED
    found: Fields = {}
    for name, column in names.items():
        if (cell := row.get(column)) in (None, ""):
            continue
        part, _, rest = name.partition(".")
        if rest:
            found.setdefault(part, {})[rest] = _value(name, cell)
        else:
            found[name] = _value(name, cell)
    return found


def _value(name: str, cell: Any) -> Any:
    """A cell is a text; what is not one in a petition is read from it. What cannot be read stays, and is refused by name."""
    if not isinstance(cell, str):
        return [cell] if name == "media_urls" else cell
    if name == "media_urls":
        return cell.split()
    if name == "urgent":
        return True if cell.strip().lower() in _TRUE else False if cell.strip().lower() in _FALSE else cell
    return cell.strip().replace(",", ".") if name in _NUMBERS else cell
