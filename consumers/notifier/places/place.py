"""What can be followed. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from consumers.notifier.wording import say
from consumers.views.public import streets_by_code, ward_name
from schemas.reference import wards
from schemas.reference.places import streets
from schemas.reference.texts import Language

_BETWEEN = "/"


@dataclass(frozen=True, slots=True)
class Place:
    """A ward by its code; one of the city's streets in it, by its code (`pho-hue`); or without a ward, the whole street."""

    ward: str | None
    street: str | None = None

    @classmethod
    def of(cls, holder: str) -> Place:
        """As `holder` gives it."""
        ward, _, street = holder.partition(_BETWEEN)
        return cls(ward or None, street or None)

    @property
    def holder(self) -> str:
        """As it stands with its receivers: `00070`, `00070/pho-hue`, `/pho-hue`."""
        return f"{self.ward or ''}{_BETWEEN}{self.street}" if self.street else self.ward or ""

    @property
    def query(self) -> str:
        """As it stands in the address of the public list."""
        return "&".join(f"{name}={code}" for name, code in (("ward", self.ward), ("street", self.street)) if code)

    @property
    def street_name(self) -> str | None:
        return streets_by_code()[self.street] if self.street else None

    @property
    def wards(self) -> Collection[str]:
        """In which it lies, by code."""
        return (self.ward,) if self.ward else _wards_by_street()[self.street_name or ""]

    def name(self, lang: Language) -> str:
        street = self.street_name
        if self.ward is None:
            return say("place.whole-street", lang, {"street": street or ""})
        ward = ward_name(wards()[self.ward], lang)
        return f"{street}, {ward}" if street else ward


@cache
def _wards_by_street() -> dict[str, frozenset[str]]:
    return {street.name_vi: street.wards for street in streets()}
