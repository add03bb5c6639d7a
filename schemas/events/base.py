"""What all event models share."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from schemas.events.strings import Clean
from schemas.reference import categories, offices, wards


class Model(BaseModel):
    """Immutable; unknown fields are tolerated on reading, so that an older reader survives a newer writer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _known(kind: str, codes: Mapping[str, object], code: str) -> str:
    if code not in codes:
        raise ValueError(f"unknown {kind}")  # without the code: a message never repeats the input
    return code


PetitionId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{26}$")]
CategoryCode = Annotated[str, AfterValidator(lambda code: _known("category", categories(), code))]
OfficeCode = Annotated[str, AfterValidator(lambda code: _known("office", offices(), code))]
WardCode = Annotated[str, AfterValidator(lambda code: _known("ward", wards(), code))]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000), Clean]
PersonId = Annotated[str, StringConstraints(min_length=1, max_length=100), Clean]
"""Opaque, never a name."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2_000), Clean]


class Level(StrEnum):
    """Decision 1207/QĐ-UBND: khẩn, phức tạp, bình thường."""

    URGENT = "urgent"
    COMPLEX = "complex"
    ORDINARY = "ordinary"


class Role(StrEnum):
    """Who acts: a citizen, an office on its own case, a superior (binding), triage staff, the operator, the
    hotline on a caller's petition, the system."""

    CITIZEN = "citizen"
    OFFICE = "office"
    SUPERIOR = "superior"
    TRIAGE = "triage"
    OPERATOR = "operator"
    HOTLINE = "hotline"
    SYSTEM = "system"


class Actor(Model):
    role: Role
    office: OfficeCode | None = None
    id: Annotated[str, Clean] | None = None
    """An opaque id of the person within the office, never a name."""


SYSTEM = Actor(role=Role.SYSTEM)
Instant = datetime
"""Always aware, UTC, in ISO 8601 with `Z`."""
