"""What can be followed. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from consumers.views.public import streets_by_code, ward_name
from schemas.reference import wards
from schemas.reference.texts import Language

_BETWEEN = "/"


@dataclass(frozen=True, slots=True)
class Place:
    """A ward by its code; only one of the city's streets in it, by its code (`pho-hue`)."""

    ward: str
    street: str | None = None

    @classmethod
    def of(cls, holder: str) -> Place:
        """As `holder` gives it."""
        ward, _, street = holder.partition(_BETWEEN)
        return cls(ward, street or None)

    @property
    def holder(self) -> str:
        """As it stands with its receivers."""
        return f"{self.ward}{_BETWEEN}{self.street}" if self.street else self.ward

    @property
    def query(self) -> str:
        """As it stands in the address of the public list."""
        return f"ward={self.ward}&street={self.street}" if self.street else f"ward={self.ward}"

    @property
    def street_name(self) -> str | None:
        return streets_by_code()[self.street] if self.street else None

    def name(self, lang: Language) -> str:
        ward = ward_name(wards()[self.ward], lang)
        return f"{self.street_name}, {ward}" if self.street else ward
