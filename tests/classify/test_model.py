"""The model file: what it holds, that it is what the texts give, that it scores as scikit-learn does."""

from __future__ import annotations

import importlib.util
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from schemas.events.intake import PetitionKind
from schemas.reference import categories
from streams.classify.learning import corpus
from streams.classify.model import file
from streams.classify.model.file import BadModelError, Model
from streams.classify.model.lookup import Lookup
from streams.classify.model.score import Scorer, best_odds, softmax, tempered
from streams.classify.model.terms import terms
from streams.classify.text.typed import typed

TEXTS = (
    "Đèn đường ngõ 5 hỏng cả tuần, đèn đường tối om, đề nghị sửa",
    "duong ngap nuoc k di dc, cong tac may hom r",
    "mất nc 3 hôm r mn ơi, cty nước k nghe máy",
    "",
    "zzz qqq",
    "Rác, rác và rác " * 500,
    "cháy nhà số 113, gọi 114",
)
needs_training = pytest.mark.skipif(importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed")


@pytest.fixture(scope="module")
def model() -> Model:
    return file.own()


@pytest.fixture(scope="module")
def trained() -> Model:
    from streams.classify.learning.train import train

    return train(corpus.own())


def test_the_shipped_file_is_small_and_complete(model: Model) -> None:
    """It has every category and kind, and is far below the limit of 5 MB."""
    assert model.categories == tuple(categories())
    assert model.kinds == tuple(kind.value for kind in PetitionKind)
    assert len(model.content) < 2_000_000


def test_a_file_read_and_written_again_is_the_same(model: Model) -> None:
    """The version is a hash of the content, so it is the same after a round trip."""
    again = file.parse(model.content)

    assert again.version == model.version
    assert again.content == model.content


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04broken"])
def test_a_broken_file_is_refused(content: bytes) -> None:
    """A file that is no model says so, whatever is wrong inside."""
    with pytest.raises(BadModelError):
        file.parse(content)


def test_lookup_counts_as_a_dictionary_would(model: Model) -> None:
    """The batch lookup finds the rows and values that counting the terms one by one gives."""
    row = {term: number for number, term in enumerate(model.terms)}
    texts = [typed(text) for text in TEXTS]

    found = Lookup(model.terms, model.idf).find(texts)

    for number, text in enumerate(texts):
        counts = Counter(row[term] for term in terms(text) if term in row)
        part = slice(found.bounds[number], found.bounds[number + 1])
        assert found.rows[part].tolist() == sorted(counts)
        tf = np.array([1 + np.log(counts[one]) for one in sorted(counts)])
        values = tf * model.idf[sorted(counts)]
        np.testing.assert_allclose(found.values[part], values / (np.linalg.norm(values) or 1.0), rtol=0, atol=1 / 2048 + 1e-6)


def test_a_text_scores_the_same_alone_and_in_a_batch(model: Model) -> None:
    """What else is in the batch makes no difference, not even in the last bit."""
    scorer = Scorer(model)
    texts = [typed(text) for text in TEXTS * 40]

    together = scorer.linear(scorer.lookup.words(texts))
    alone = np.concatenate([scorer.linear(scorer.lookup.words([text])) for text in texts[: len(TEXTS)]])

    np.testing.assert_array_equal(together[: len(TEXTS)], alone)


def test_the_newest_promoted_model_is_taken_up(model: Model, tmp_path: Path) -> None:
    """Names sort by time: the last one counts; an empty directory means the shipped model."""
    assert file.newest(tmp_path).version == model.version
    model.save(tmp_path / "20260101T000000Z-a.npz")
    replace(model, trained={"note": "another"}).save(tmp_path / "20260201T000000Z-b.npz")

    assert file.newest(tmp_path).trained == {"note": "another"}


@pytest.mark.long
@needs_training
def test_training_is_repeatable(model: Model, trained: Model) -> None:
    """The committed texts give the committed model. (Another processor may round a weight the other way.)"""
    assert trained.terms == model.terms
    assert trained.trained == model.trained
    differing = np.abs(trained.weights.astype(int) - model.weights.astype(int))
    assert differing.max() <= 1
    assert (differing > 0).mean() < 0.001


@pytest.mark.long
@needs_training
def test_scores_agree_with_scikit_learn(model: Model) -> None:
    """A fresh linear support vector machine gives the scores that the run time computes from the quantised file."""
    from sklearn.svm import LinearSVC

    from streams.classify.learning.material import prepared

    material = prepared(corpus.own())
    fitted = LinearSVC(C=0.5, random_state=0).fit(material.both(material.category.rows), material.category.labels * 2)
    sample = [typed(one.text) for one in corpus.own().ordinary[:60]]

    expected = fitted.decision_function(material.vocabulary.matrix([terms(text) for text in sample]))
    scorer = Scorer(model)
    actual = scorer.linear(scorer.lookup.words(sample))[:, [model.categories.index(name) for name in fitted.classes_]]

    np.testing.assert_allclose(actual, expected, atol=0.05)


def test_a_tempered_chance_keeps_its_place() -> None:
    """The best category stays the best, the others share what is left as before, and no row is more than certain."""
    chances = softmax(np.array([[9.0, 1, 0.5, 0], [1.0, 0.9, 0.8, 0], [20.0, 2, 1, 0], [0.2, 0.1, 0, 0]], np.float32))

    found = tempered(chances, 0.5, 0.4)

    assert (found.argsort(axis=1) == chances.argsort(axis=1)).all()
    assert found.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-4)
    assert found[:2, 1] / found[:2, 2] == pytest.approx(chances[:2, 1] / chances[:2, 2], rel=1e-4)
    assert best_odds(found)[:2] == pytest.approx(0.5 * best_odds(chances)[:2] + 0.4, rel=1e-4)
    assert found[0, 0] < chances[0, 0]
    assert found[3, 0] > chances[3, 0]


def test_a_chance_that_is_not_tempered_is_the_same() -> None:
    """Slope 1 and intercept 0, as in a model file from before there were any."""
    chances = softmax(np.array([[2.0, 1, 0], [0.3, 0.2, 0.1]], np.float32))

    assert tempered(chances, 1.0, 0.0) == pytest.approx(chances, rel=1e-5)
