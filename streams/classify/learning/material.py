"""A corpus as matrices: which rows teach the category, the kind, the urgency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from schemas.events.intake import PetitionKind
from streams.classify.learning.corpus import Corpus, Labelled, OfKind
from streams.classify.learning.vocabulary import Vocabulary
from streams.classify.model.terms import terms
from streams.classify.text.english import glossed, in_english
from streams.classify.text.typed import Typed, typed_all

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class Task:
    """Rows of the matrix (of the texts as typed) and their labels."""

    rows: NDArray[np.intp]
    labels: list[str]


@dataclass(frozen=True, slots=True)
class Material:
    """`typed` has each text's terms as written, `stripped` as if written without diacritics; same rows, same labels. `english`: whether the
    text was."""

    vocabulary: Vocabulary
    typed: csr_matrix
    stripped: csr_matrix
    category: Task
    kind: Task
    urgent: Task
    read: list[Typed]
    english: NDArray[np.bool_]

    def both(self, rows: NDArray[np.intp]) -> csr_matrix:
        """The rows as typed, then the same rows stripped."""
        from scipy.sparse import vstack

        return vstack([self.typed[rows], self.stripped[rows]]).tocsr()


def prepared(corpus: Corpus) -> Material:
    """Needs SciPy."""
    texts = (
        *(one.text for one in corpus.petitions),
        *(text for text, _ in corpus.urgency),
        *(one.text for one in corpus.kinds),
    )
    written_as = typed_all(texts)
    english = np.array([in_english(text) for text in written_as])
    read = [glossed(text) if one else text for text, one in zip(written_as, english, strict=True)]
    written = [terms(text) for text in read]
    vocabulary = Vocabulary.of(written)
    first_kind = len(corpus.petitions) + len(corpus.urgency)
    kinds = [_kind_of(one) for one in corpus.petitions] + [None] * len(corpus.urgency) + [one.kind.value for one in corpus.kinds]
    of_kind = np.array([row for row, kind in enumerate(kinds) if kind is not None])
    urgent = [one.urgent for one in corpus.petitions] + [mark for _, mark in corpus.urgency] + _urgent_kinds(corpus.kinds)
    return Material(
        vocabulary,
        vocabulary.matrix(written),
        vocabulary.matrix([terms(stripped(text)) for text in read]),
        Task(np.arange(len(corpus.petitions)), [one.category for one in corpus.petitions]),
        Task(of_kind, [kind for kind in kinds if kind is not None]),
        Task(np.arange(first_kind + len(corpus.kinds)), ["urgent" if mark else "not" for mark in urgent]),
        read,
        english,
    )


def stripped(text: Typed) -> Typed:
    """As if it had been typed without diacritics."""
    return Typed(text.folded, text.folded, text.flat, text.plain, text.plain)


def _kind_of(one: Labelled) -> str | None:
    """An urgent text may be an emergency or not, and `other` has thanks and tests: they say nothing sure about the kind."""
    return None if one.urgent or one.category == "other" else PetitionKind.PETITION.value


def _urgent_kinds(kinds: Sequence[OfKind]) -> list[bool]:
    return [one.kind is PetitionKind.EMERGENCY for one in kinds]
