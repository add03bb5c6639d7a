"""Text as typed: nasty input, idempotence, speed in proportion to the length."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.classify.text.english import SMALL, glossary, glossed
from streams.classify.text.folding import fold, fold_all
from streams.classify.text.normal import normalise
from streams.classify.text.typed import typed, typed_all
from streams.classify.text.words import words

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]))


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_normalise_is_idempotent(text: str) -> None:
    """Normalising twice is the same as once, for any code points, lone surrogates included."""
    once = normalise(text)

    assert once == normalise(once)


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_TEXT, max_size=5))
def test_folding_many_is_folding_each(texts: list[str]) -> None:
    """The quick way for many texts gives what `fold` gives."""
    written = [normalise(text) for text in texts]

    assert fold_all(written) == [fold(text) for text in written]


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_TEXT, max_size=5))
def test_reading_many_is_reading_each(texts: list[str]) -> None:
    """What else is in the batch makes no difference, and each word stands beside its folded form."""
    together = typed_all(texts)

    assert together == [typed(text) for text in texts]
    for one in together:
        assert one.plain == [fold(word) for word in one.accented]
        assert len(one.flat) == len(one.folded)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_fold_is_stable(text: str) -> None:
    """A folded text folds to itself, and it has no Vietnamese diacritics left."""
    folded = fold(normalise(text))

    assert folded == fold(folded)
    assert not set("ăâđêôơưáàảãạ") & set(folded)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("hoà", "hòa"),
        ("Thuỷ", "Thủy"),
        ("KHOẺ", "KHỎE"),
        ("tòan bộ", "toàn bộ"),
        ("ngòai", "ngoài"),
        ("khùynh", "khuỳnh"),
        ("quý", "quý"),
        ("quà", "quà"),
        ("hoàn", "hoàn"),
    ],
)
def test_tones_stand_in_one_place(typed: str, expected: str) -> None:
    """Both customs of placing a tone, and the usual slip, give the same word."""
    assert expected == normalise(typed)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("a\u0300 ha\u0300ng", "à hàng"),
        ("ng\u200bập nước\u200d", "ngập nước"),
        ("rác\x00\x07 thải\r\n\t!", "rác thải !"),
        ("ｖａｙ 𝐭𝐢𝐞̂̀𝐧", "vay tiền"),
        ("vаy tiền", "vay tiền"),  # the а is Cyrillic
        ("r\u0336á\u0336c\u0336", "rác"),
        ("\ud83d mất điện", "mất điện"),
        ("  \u3000 \n ", ""),
    ],
)
def test_tricks_of_writing_are_undone(typed: str, expected: str) -> None:
    """Decomposed, invisible, control, stylised, mixed-script and struck-out letters come out as plain words."""
    assert expected == normalise(typed)


def test_fold_has_no_diacritics() -> None:
    """Every Vietnamese letter becomes its ASCII letter."""
    assert fold("Đường Nguyễn Trãi, quận Hà Đông: Ổ gà") == "duong nguyen trai, quan ha dong: o ga"


def test_emoji_and_punctuation_are_no_words() -> None:
    """Words are letters and digits; emoji, ZWJ sequences and punctuation separate them."""
    assert words(normalise("NGẬP rồi!!! 👨‍👩‍👧😭 ~50cm… #cứu")) == ["ngập", "rồi", "50cm", "cứu"]


def test_teencode_is_expanded() -> None:
    """Abbreviations become the words they stand for; other words stay."""
    assert typed("e ko bik mn ơi").accented == ["em", "không", "biết", "mọi", "người", "ơi"]


def test_a_text_without_diacritics_stays_one_when_its_abbreviations_are_written_out() -> None:
    """Else five words of which one is written out would be looked through for phrases with diacritics, and `bi bong` would not be found."""
    assert not typed("chau bi bong nuoc soi").has_accents
    assert typed("k co nuoc").plain == ["khong", "co", "nuoc"]
    assert typed("Cháu bị bỏng nước sôi").has_accents


def test_a_huge_text_is_no_trouble() -> None:
    """100 kB of combining marks, surrogates and words come through every function."""
    text = ("ngập nước đường Hoà Bình " + "a" + "\u0300" * 50 + "\u200b\ud800 ") * 1200

    assert len(text) > 90_000
    assert "ngap" in typed(text).plain


def test_each_english_phrase_is_read_whole_between_words_that_stay() -> None:
    """The longest phrase wins over the words in it, small words go, names stay; each word stands beside its folded form."""
    for english, meant in glossary().items():
        if english not in SMALL and english.replace(" ", "").isalpha():
            read = glossed(typed(f"Qzx {english} the Qzx"))

            assert tuple(read.accented) == ("qzx", *meant, "qzx"), english
            assert read.plain == [fold(word) for word in read.accented]
    assert glossed(typed("the of and")).plain == []
