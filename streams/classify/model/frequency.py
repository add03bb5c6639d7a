"""How common a word, or a pair of words, is in petitions: read off the model's own vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from streams.classify.model.file import Floats
from streams.classify.model.terms import ACCENTED
from streams.classify.text.folding import fold


class Frequency:
    """Calls answer: in how many texts of a thousand it stands, 0 for what the model does not know. In lower case; accents count."""

    def __init__(self, vocabulary: Sequence[str], idf: Floats) -> None:
        # idf = ln((1 + texts) / (1 + frequency)) + 1, so that the share of texts follows without knowing how many there were
        shares = np.exp(1 - idf.astype(np.float64)) * 1000
        self._share = dict(zip(vocabulary, shares.tolist(), strict=True))

    def words(self) -> Iterable[str]:
        """All words without accents."""
        return (term for term in self._share if " " not in term and not term.startswith(ACCENTED))

    def __call__(self, words: str) -> float:
        plain = fold(words)
        return float(self._share.get(plain if plain == words else ACCENTED + words, 0.0))
