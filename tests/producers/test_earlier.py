"""Whose contacts are one person's, as far as an office may ask."""

from __future__ import annotations

import pytest

from producers.http.earlier import is_the_same
from producers.intake.requests import Contact

AN = Contact(name="Nguyễn Văn An", phone="0912 345 678", email="an@example.org")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Contact(phone="+84 912.345.678"), True),
        (Contact(name="An", email="An@Example.org"), True),
        (Contact(name="Nguyễn Văn An"), False),
        (Contact(name="Nguyễn Văn An", phone="0912345679"), False),
        (None, False),
    ],
    ids=["the number, written otherwise", "the mail", "a name alone", "another number", "erased"],
)
def test_a_number_or_a_mail_makes_it_one_person(other: Contact | None, *, same: bool) -> None:
    """However it is written; a name is many people's."""
    assert is_the_same(AN, other) is same


def test_who_gave_only_a_name_is_nobody_else() -> None:
    """Two empty numbers are not the same number."""
    assert not is_the_same(Contact(name="An"), Contact(name="An"))
