"""Words of danger in what is added to a petition, without the model."""

import pytest

from streams.classify.danger import lexicon
from streams.classify.danger.alarm import alarm

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


def test_the_stages_of_a_worker_have_one_lexicon() -> None:
    """Classify and case, chained, read its thousands of phrases once."""
    assert lexicon.load() is lexicon.load()
