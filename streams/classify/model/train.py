"""Trains the model. Offline: needs scikit-learn, which the running system does not have. Fixed seeds, same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from schemas.intake import PetitionKind
from schemas.reference import categories
from streams.classify.model.calibrate import calibrated
from streams.classify.model.corpus import Corpus, Labelled
from streams.classify.model.file import Calibration, Floats, Model
from streams.classify.model.terms import Typed, terms, typed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_RARE = 2
_CATEGORY_C, _KIND_C, _URGENT_C = 0.5, 1.0, 10.0
_UNCALIBRATED = Calibration(
    category_scale=1.0,
    kind_scale=1.0,
    urgent_slope=1.0,
    urgent_intercept=0.0,
    urgent_lexicon=1.0,
    triage_below=0.0,
    kind_from=0.5,
)


class TrainingUnavailableError(RuntimeError):
    """scikit-learn is not installed."""

    def __init__(self) -> None:
        super().__init__("training needs scikit-learn: pip install scikit-learn (the running system does not)")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Terms that occur in two texts at least, and their inverse document frequency."""

    row: dict[str, int]
    idf: Floats

    @classmethod
    def of(cls, texts: Sequence[list[str]]) -> Vocabulary:
        frequency = Counter(term for text in texts for term in set(text))
        kept = sorted(term for term, count in frequency.items() if count >= _RARE)
        # Rounded as the file rounds it, so that what is trained on is what is scored with.
        idf = np.array([np.log((1 + len(texts)) / (1 + frequency[term])) + 1 for term in kept]).astype(np.float16)
        return cls({term: row for row, term in enumerate(kept)}, idf.astype(np.float32))

    def matrix(self, texts: Sequence[list[str]]) -> csr_matrix:
        """Texts × terms: (1 + log count) · idf, each row of length 1. The run time does the same in `score.py`."""
        from scipy.sparse import csr_matrix

        columns: list[int] = []
        values: list[float] = []
        starts = [0]
        for text in texts:
            counts = Counter(term for term in text if term in self.row)
            rows = [self.row[term] for term in counts]
            weights = self.idf[rows] * (1 + np.log(np.array(list(counts.values()), np.float64))) if rows else np.zeros(0)
            length = float(np.sqrt(weights @ weights)) or 1.0
            columns += rows
            values += (weights / length).tolist()
            starts.append(len(columns))
        return csr_matrix((values, columns, starts), shape=(len(texts), len(self.row)))


@dataclass(frozen=True, slots=True)
class Columns:
    """Linear weights (terms × columns) and bias of one or more columns."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


def _one_against_rest(matrix: csr_matrix, labels: Sequence[str], order: Sequence[str], strength: float, **options: Any) -> Columns:
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=strength, random_state=0, **options).fit(matrix, labels)
    at = [list(fitted.classes_).index(label) for label in order]
    return Columns(fitted.coef_.T[:, at], fitted.intercept_[at])


def _urgent(matrix: csr_matrix, labels: Sequence[bool]) -> Columns:
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=_URGENT_C, solver="liblinear", random_state=0, class_weight={True: 3.0, False: 1.0})
    fitted.fit(matrix, labels)
    return Columns(fitted.coef_.T, fitted.intercept_)


def _with_stripped(texts: Sequence[Typed]) -> list[list[str]]:
    """Each text's terms as typed, then again as if typed without diacritics."""
    found = [terms(text) for text in texts]
    found += [terms(Typed(text.folded, text.folded, text.plain, text.plain)) for text in texts]
    return found


def fit(corpus: Corpus) -> Model:
    """Weights without calibration. Raises `TrainingUnavailableError`."""
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise TrainingUnavailableError from error
    petitions = [typed(one.text) for one in corpus.petitions]
    urgency = [typed(text) for text, _ in corpus.urgency]
    kinds = [typed(one.text) for one in corpus.kinds]
    both = _with_stripped([*petitions, *urgency, *kinds])
    vocabulary = Vocabulary.of(both[: len(both) // 2])
    matrix = vocabulary.matrix(both)
    half = len(both) // 2
    at = np.arange(half)
    of_petitions = np.concatenate([at[: len(petitions)], half + at[: len(petitions)]])
    of_urgency = np.concatenate([at[: len(petitions) + len(urgency)], half + at[: len(petitions) + len(urgency)]])
    of_kinds = np.concatenate([at[: len(petitions)], at[len(petitions) + len(urgency) :]])
    of_kinds = np.concatenate([of_kinds, half + of_kinds])
    category_order = tuple(categories())
    kind_order = tuple(kind.value for kind in PetitionKind)
    labels = [one.category for one in corpus.petitions]
    urgent = [one.urgent for one in corpus.petitions] + [mark for _, mark in corpus.urgency]
    kind = [_kind_of(one) for one in corpus.petitions] + [one.kind.value for one in corpus.kinds]
    columns = [_one_against_rest(matrix[of_petitions], labels * 2, category_order, _CATEGORY_C)]
    kept = np.array([one is not None for one in kind] * 2)
    kind_labels = [one for one in kind * 2 if one is not None]
    columns.append(_one_against_rest(matrix[of_kinds[kept]], kind_labels, kind_order, _KIND_C, class_weight="balanced"))
    columns.append(_urgent(matrix[of_urgency], urgent * 2))
    return _packed(vocabulary, columns, category_order, kind_order, _counts(corpus))


def _kind_of(one: Labelled) -> str | None:
    """An urgent text may be an emergency or not, and `other` has thanks and tests: they say nothing sure about the kind."""
    return None if one.urgent or one.category == "other" else PetitionKind.PETITION.value


def _packed(
    vocabulary: Vocabulary,
    columns: Sequence[Columns],
    category_order: tuple[str, ...],
    kind_order: tuple[str, ...],
    trained: dict[str, Any],
) -> Model:
    weights = np.concatenate([one.weights for one in columns], axis=1)
    scale = np.abs(weights).max(axis=0) / 127
    return Model(
        terms=tuple(vocabulary.row),
        idf=vocabulary.idf,
        weights=np.rint(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=np.concatenate([one.bias for one in columns]).astype(np.float32),
        categories=category_order,
        kinds=kind_order,
        calibration=_UNCALIBRATED,
        trained=trained,
    )


def _counts(corpus: Corpus) -> dict[str, Any]:
    return {
        "texts": len(corpus.petitions),
        "urgency": len(corpus.urgency),
        "kinds": len(corpus.kinds),
        "calibration": len(corpus.calibration),
        "corpus": corpus.digest(),
    }


def train(corpus: Corpus) -> Model:
    """The finished model: fitted, then calibrated on the texts that were held back."""
    return calibrated(fit(corpus), corpus)
