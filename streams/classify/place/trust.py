"""How sure each way of naming a place is, and what a reading of a text holds."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

Codes = frozenset[str]
NOWHERE: Codes = frozenset()


@dataclass(frozen=True, slots=True)
class Trust:
    """How sure each way of saying is, 0 to 1. At `SURE` and above a ward may be given work without a person looking."""

    new_prefixed: float = 0.97  # phường Định Công
    new_old_address: float = 0.58  # phường Cửa Nam, quận Hoàn Kiếm: in the old way of writing, and the old one was split
    new_alike: float = 0.8  # xã Hòa Phú, xa Son Dong: there was another of that name (Sơn Đông) elsewhere
    new_wrong_unit: float = 0.7  # xã Hà Đông
    new_bare: float = 0.8  # Thiên Lộc, with capitals or after "ở"
    new_bare_split: float = 0.75  # Dương Nội: the old one of that name was split
    new_or_other: float = 0.4  # Hà Đông, Hồng Hà: as well a district or an old ward elsewhere
    new_authority: float = 0.85  # UBND Định Công
    new_shared: float = 0.5  # Giảng Võ: as well a street
    new_near: float = 0.55  # chợ Xuân La, trường Dương Nội
    whole_old_prefixed: float = 0.9  # an old ward that went as a whole into one of today
    whole_old_bare: float = 0.7
    former: float = 0.55  # a ward that ended in 2024 already
    street: float = 0.65  # a street that lies in one ward
    narrowed: float = 0.65  # the only ward that an old name and a street have in common
    narrowed_bare: float = 0.5  # … that an old name and a place that is merely mentioned have in common
    conflict: float = 0.45  # two wards are named
    lower_case: float = 0.7  # factor: no capitals, no accents, only "ở" before


TRUST = Trust()
SURE = 0.6


class Reading(msgspec.Struct, frozen=True, gc=False):
    """Wards that are meant (several: one of them), how sure that is, by which method, and the words that say so."""

    wards: Codes
    confidence: float
    method: str
    said: tuple[str, ...] = ()
    firm: bool = False
    """A unit is named with its prefix: enough to contradict coordinates."""
    first: str | None = None
    """With several wards: the likeliest, which the confidence is about."""

    @property
    def ward(self) -> str | None:
        return next(iter(self.wards)) if len(self.wards) == 1 else self.first if self.confidence else None
