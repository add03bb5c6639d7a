"""Which petitions are listed, a page at a time. A street has no column: it is read from sealed words, where it may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from consumers.read_model import public
from consumers.read_model.public import Row, Wanted
from consumers.read_model.reading import Reader
from consumers.read_model.words import Mark, words_in
from consumers.views.public import shown_street

LOOKED_AT = 500
"""So many petitions with the words of a street are opened for a page, and no more: anybody may ask."""


@dataclass(frozen=True, slots=True)
class Page:
    """`last`: behind which petition the next page begins; None when there is none."""

    rows: Sequence[Row]
    last: str | None


async def page(reader: Reader, wanted: Wanted, street: str | None, mark: Mark) -> Page:
    """`street`: by its name, of the city's list. Raises one of `Away` without a database."""
    if street is None:
        rows = await public.listed(reader, wanted)
        return Page(rows, _last(rows, wanted.limit))
    words = words_in(street.removeprefix("Phố "))
    named = await public.listed(reader, replace(wanted, words=tuple(map(mark, words)), limit=LOOKED_AT))
    rows = [row for row in named if shown_street(row) == street][: wanted.limit]
    return Page(rows, _last(rows, wanted.limit) or _last(named, LOOKED_AT))


def _last(rows: Sequence[Row], limit: int) -> str | None:
    return str(rows[-1]["petition_id"]) if len(rows) == limit else None
