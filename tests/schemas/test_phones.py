"""A caller is known by his number however it is written, and by nobody who has no secret."""

from __future__ import annotations

import pytest

from schemas.events import phones

SECRET = b"s" * 32


@pytest.mark.parametrize("written", ["0912345678", "0912 345 678", "0912.345.678", "+84912345678", "+84 912-345-678", "84 912 345 678"])
def test_a_number_has_one_mark_however_it_is_written(written: str) -> None:
    """With the country's code or without, with whatever people put between digits."""
    assert phones.mark(SECRET, written) == phones.mark(SECRET, "0912345678")


@pytest.mark.parametrize("other", ["0912345679", "84912345", "024 3936 1234"])
def test_another_number_has_another_mark(other: str) -> None:
    """Also a short one that begins with 84."""
    assert phones.mark(SECRET, other) != phones.mark(SECRET, "0912345678")


def test_another_deployment_has_other_marks() -> None:
    """And the number is not in it."""
    found = phones.mark(SECRET, "0912345678")

    assert found != phones.mark(b"t" * 32, "0912345678")
    assert b"912345678" not in found
