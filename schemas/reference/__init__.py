"""What the city is made of, as data that an operator can change: categories, offices, wards, old names, streets, and the texts for people.

`city` may be imported from here, the rest from its modules. It knows no event, no process and no person.
"""

from schemas.reference.city import (
    CITY_CHAIRMAN,
    CITY_OFFICE,
    TRIAGE_OFFICE,
    WARD_OWNER,
    Category,
    Office,
    Ward,
    above,
    below,
    categories,
    common_superior,
    offices,
    superior,
    wards,
)

__all__ = [
    "CITY_CHAIRMAN",
    "CITY_OFFICE",
    "TRIAGE_OFFICE",
    "WARD_OWNER",
    "Category",
    "Office",
    "Ward",
    "above",
    "below",
    "categories",
    "common_superior",
    "offices",
    "superior",
    "wards",
]
