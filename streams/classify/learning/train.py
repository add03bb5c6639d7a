"""Trains the model. Offline: needs scikit-learn, which the running system does not have. Fixed seeds, same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from schemas.events.intake import PetitionKind
from schemas.reference import categories
from streams.classify.learning.calibrate import calibrated, urgency_calibrated
from streams.classify.learning.corpus import Corpus
from streams.classify.learning.material import Material, Task, prepared
from streams.classify.model.file import UNCALIBRATED, Model

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_CATEGORY_C, _KIND_C, _URGENT_C = 0.5, 1.0, 0.5
_FOLDS = 5
_URGENT_COSTS = {"urgent": 3.0, "not": 1.0}


class TrainingUnavailableError(RuntimeError):
    """scikit-learn is not installed."""

    def __init__(self) -> None:
        super().__init__("training needs scikit-learn: pip install scikit-learn (the running system does not)")


@dataclass(frozen=True, slots=True)
class Columns:
    """Linear weights (terms × columns) and bias of one or more columns."""

    weights: NDArray[np.float64]
    bias: NDArray[np.float64]


def train(corpus: Corpus) -> Model:
    """The finished model: fitted, then calibrated on texts that were held back. Raises `TrainingUnavailableError`."""
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise TrainingUnavailableError from error
    material = prepared(corpus)
    model = calibrated(fit(material, _counts(corpus)), [one for one in corpus.calibration if not one.danger])
    return replace(model, calibration=urgency_calibrated(model.calibration, material, urgent_held_out(material)))


def fit(material: Material, trained: dict[str, Any]) -> Model:
    """Weights without calibration."""
    category_order = tuple(categories())
    kind_order = tuple(kind.value for kind in PetitionKind)
    columns = (
        _columns(material, material.category, category_order, C=_CATEGORY_C),
        _columns(material, material.kind, kind_order, C=_KIND_C, class_weight="balanced"),
        _urgent(material, material.urgent.rows),
    )
    return _packed(material, columns, category_order, kind_order, trained)


def _columns(material: Material, task: Task, order: Sequence[str], **options: Any) -> Columns:
    """One column a class, each against the rest."""
    fitted = _svm(material.both(task.rows), task.labels * 2, **options)
    at = [list(fitted.classes_).index(label) for label in order]
    return Columns(fitted.coef_.T[:, at], fitted.intercept_[at])


def _urgent(material: Material, rows: NDArray[np.intp]) -> Columns:
    labels = [material.urgent.labels[row] for row in rows]
    fitted = _svm(material.both(rows), labels * 2, C=_URGENT_C, class_weight=_URGENT_COSTS)
    sign = 1.0 if fitted.classes_[1] == "urgent" else -1.0
    return Columns(sign * fitted.coef_.T, sign * fitted.intercept_)


def _svm(matrix: csr_matrix, labels: Sequence[str], **options: Any) -> Any:
    from sklearn.svm import LinearSVC

    return LinearSVC(random_state=0, **options).fit(matrix, labels)


def urgent_held_out(material: Material) -> NDArray[np.float64]:
    """The urgency score of each text by a model that has not seen it."""
    from sklearn.model_selection import StratifiedKFold

    scores = np.zeros(len(material.urgent.rows))
    split = StratifiedKFold(_FOLDS, shuffle=True, random_state=0).split(material.urgent.rows, material.urgent.labels)
    for seen, unseen in split:
        column = _urgent(material, material.urgent.rows[seen])
        scores[unseen] = (material.typed[unseen] @ column.weights)[:, 0] + column.bias[0]
    return scores


def _packed(
    material: Material,
    columns: Sequence[Columns],
    category_order: tuple[str, ...],
    kind_order: tuple[str, ...],
    trained: dict[str, Any],
) -> Model:
    weights = np.concatenate([one.weights for one in columns], axis=1)
    scale = np.abs(weights).max(axis=0) / 127
    return Model(
        terms=tuple(material.vocabulary.row),
        idf=material.vocabulary.idf,
        weights=np.rint(weights / scale).astype(np.int8),
        scale=scale.astype(np.float32),
        bias=np.concatenate([one.bias for one in columns]).astype(np.float32),
        categories=category_order,
        kinds=kind_order,
        calibration=UNCALIBRATED,
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
