"""What a rebuild found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Difference:
    """`what` is a table, an office's queue or a store. `missing` was not there, `wrong` had another content, `surplus` should not be."""

    what: str
    total: int
    missing: int = 0
    wrong: int = 0
    surplus: int = 0

    @property
    def is_none(self) -> bool:
        """The rebuilt equals what it replaces."""
        return not (self.missing or self.wrong or self.surplus)

    def __str__(self) -> str:
        if self.is_none:
            return f"{self.what}: {self.total}, all as they were"
        return f"{self.what}: {self.total}; {self.missing} were missing, {self.wrong} wrong, {self.surplus} too many: mended"


def all_equal(found: Iterable[Difference]) -> bool:
    return all(one.is_none for one in found)
