"""Words of danger in what is added to a petition, without the model."""

import pytest

from streams.classify.danger import lexicon
from streams.classify.danger.alarm import alarm
from streams.classify.danger.lexicon import Lexicon
from streams.classify.text.typed import typed

alarming = alarm(lexicon.load())


@pytest.mark.parametrize(
    "text",
    [
        "Một cháu bé vừa bị điện giật ở đó",
        "mot chau be vua bi dien giat",
        "Nhà bên cạnh bốc cháy rồi, cứu với",
        "Tường sắp đổ, có người mắc kẹt",
    ],
)
def test_danger_is_recognised(text: str) -> None:
    """With or without diacritics."""
    assert alarming(text)


@pytest.mark.parametrize("text", ["Ở đoạn trước số nhà 12, cạnh cột đèn", "Vẫn chưa có ai đến sửa", "", "👍" * 50, "\0\ud800"])
def test_ordinary_words_are_none(text: str) -> None:
    """A place, an impatient question, and whatever is no text."""
    assert not alarming(text)


@pytest.mark.parametrize(
    "text", ["nho tu van loai bong den nao tot", "Giá vé gửi xe tăng gấp đôi, xe phanh gấp suốt", "can dam dong di loi khac"]
)
def test_letters_of_another_word_are_none(text: str) -> None:
    """`tu van` is advice oftener than it is `tự vẫn`, `gấp đôi` is twice as much."""
    assert not alarming(text)


def test_a_phrase_behind_an_equals_sign_needs_its_diacritics() -> None:
    """`bỏng` is a burn; in a text without diacritics `bong` mostly is a lamp or a ball."""
    ready = Lexicon(lexicon.parse("2\t=bỏng\tmedical\n2\tbị bỏng\tmedical"))

    def found(text: str) -> tuple[str, ...]:
        read = typed(text)
        return ready.search(read, accented=read.has_accents).raising

    assert found("Cháu bỏng nước sôi") == ("bỏng",)
    assert found("chau bong nuoc soi") == ()
    assert found("chau bi bong nuoc soi") == ("bị bỏng",)


def test_the_stages_of_a_worker_have_one_lexicon() -> None:
    """Classify and case, chained, read its thousands of phrases once."""
    assert lexicon.load() is lexicon.load()
