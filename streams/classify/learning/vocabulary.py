"""Terms → columns of a sparse matrix, at training; the run time does the same arithmetic in `score.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from streams.classify.model.file import Floats

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

_RARE = 2


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
        """Texts × terms: (1 + log count) · idf, each row of length 1."""
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
