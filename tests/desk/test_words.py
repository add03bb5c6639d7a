"""What a case is found by: folded words, phone numbers in one form, and marks that say nothing without the key."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.read_model import cursors
from consumers.read_model.cursors import KEYS, Sort
from consumers.read_model.words import about, marker, phones_in, said, words_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nắp cống VỠ", {"nap", "cong", "vo"}),
        ("số 12A, ngõ 5/7 Đường Láng", {"so", "12a", "ngo", "5", "7", "duong", "lang"}),
        ("gọi 0912.345.678 nhé", {"goi", "nhe", "tel:0912345678"}),
        ("+84 912 345 678", {"tel:0912345678"}),
        ("CCCD 001099012345", {"cccd"}),
        ("…!?", set()),
    ],
)
def test_words_of_a_text(text: str, words: set[str]) -> None:
    """Without accents; of long numbers phones alone, in one form."""
    assert words_in(text) == words


def test_words_and_pictures_of_an_event() -> None:
    """The petition's text and address, whatever else is said, and the links; of what cannot be read nothing."""
    petition = {"text": "Cống tắc", "location": {"address": "12 phố Huế"}, "media_urls": ["https://a.example/1.jpg"]}

    assert said(json.dumps({"petition": petition, "reason": "ngập"}).encode()) == (
        frozenset({"cong", "tac", "12", "pho", "hue", "ngap"}),
        True,
    )
    assert said(b'{"text": 1}') == said(b"\xff") == (frozenset(), False)


def test_category_and_ward_are_words_too() -> None:
    """As the lists name them; without a ward the category alone."""
    assert {"thoat", "nuoc"} <= about("drainage", None)
    assert about("drainage", None) < about("drainage", "00070")


@given(st.text(max_size=40))
def test_a_mark_is_the_keys(word: str) -> None:
    """The same under one key, another under another; a number that PostgreSQL's bigint holds."""
    one, other = marker((b"new", b"k" * 32)), marker((b"l" * 32,))

    assert one(word) == marker((b"k" * 32,))(word) != other(word)
    assert -(2**63) <= one(word) < 2**63


@given(st.from_regex(r"0[35789]\d{8}", fullmatch=True), st.sampled_from(["", " ", ".", "-"]))
def test_a_phone_number_is_one_number_however_it_is_written(number: str, between: str) -> None:
    """In groups, with the country's code, within a sentence."""
    grouped = between.join((number[:4], number[4:7], number[7:]))

    assert list(phones_in(f"Gọi {grouped}.")) == list(phones_in(f"+84{number[1:]}")) == [f"tel:{number}"]


@pytest.mark.parametrize("sort", Sort)
def test_a_cursor_gives_back_the_rows_keys(sort: Sort) -> None:
    """Of its own order; another order's is refused."""
    key = ["3", "2025-12-01 03:00:00+00", "a" * 26][-len(KEYS[sort]) :]
    text = cursors.written(key)

    assert [str(part) for part in cursors.parsed(text, sort)] == [*key[:-2], "2025-12-01T03:00:00+00:00", "a" * 26]
    for other in Sort:
        if len(KEYS[other]) != len(KEYS[sort]):
            with pytest.raises(ValueError, match="cursor"):
                cursors.parsed(text, other)
