"""Why: the classifier's reasons in sentences that a dispatcher can check against the text."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import categories
from schemas.reference.texts import Language
from streams.classify import kinds
from streams.classify.found import OTHER, Seen
from streams.classify.reasons.sentences import SENTENCES

_SHOWN_PHRASES = 6


class Explainer:
    """Reasons in one language."""

    def __init__(self, spoken: Language) -> None:
        self._spoken = spoken
        self._say = SENTENCES[spoken]

    def urgency(self, seen: Seen) -> tuple[str, ...]:
        """The words that make it urgent; the sender's mark is one. Empty for what is not urgent."""
        if seen.level is not Level.URGENT:
            return ()
        return (*seen.danger_words, self._say["sender-urgent"]) if seen.asked.urgent else seen.danger_words

    def doubts(self, seen: Seen, below: float) -> tuple[str, ...]:
        """Why a person must look although the routing table has an office. Only for petitions: other kinds have fixed ways."""
        if seen.kind is not PetitionKind.PETITION:
            return ()
        if seen.language != "vi":
            return (self._say["language-en" if seen.language == "en" else "language-other"],)
        if seen.guesses[0].confidence >= below and seen.guesses[0].category != OTHER:
            return ()
        first, second = [guess for guess in seen.guesses if guess.category != OTHER][:2]
        values = {
            "first": self._name(first.category),
            "sure": f"{first.confidence:.0%}",
            "second": self._name(second.category),
            "less": f"{second.confidence:.0%}",
        }
        return (self._say["unsure"].format_map(values),)

    def reasons(self, seen: Seen, urgent: tuple[str, ...]) -> list[str]:
        """Kind, category, level: everything but place and office, which give their own."""
        best = seen.guesses[0].category
        found = []
        if seen.kind is not PetitionKind.PETITION:
            found.append(self._say["kind"].format(kind=kinds.name_of(seen.kind, self._spoken)))
        if seen.words:
            found.append(self._say["words"].format(category=self._name(best), words=_quoted(seen.words)))
        if seen.asked.category:
            found.append(self._say["sender-category"].format(category=self._name(seen.asked.category)))
        if urgent:
            found.append(self._say["urgent"].format(words=_quoted(urgent)))
        elif seen.level is Level.COMPLEX and seen.hits.complex_:
            found.append(self._say["complex"].format(words=_quoted(seen.hits.complex_[:_SHOWN_PHRASES])))
        elif seen.level is Level.COMPLEX:
            found.append(self._say["two-topics"].format(second=self._name(seen.guesses[1].category)))
        return found

    def _name(self, code: str) -> str:
        category = categories()[code]
        return category.name_vi if self._spoken == "vi" else category.name_en


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
