"""Why: the classifier's reasons in sentences that a dispatcher can check against the text."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import categories
from schemas.reference.texts import Language
from streams.classify import kinds
from streams.classify.found import OTHER, Matter, Seen
from streams.classify.reasons.sentences import LANGUAGES, SENTENCES

READ = ("vi", "en")
"""Languages that the model reads."""
_UNDERSTOOD = 0.5
"""Of less than this share a person reads, whatever the confidence."""
_HARDLY_A_WORD = 2
_SHOWN_PHRASES = 6


class Explainer:
    """Reasons in one language."""

    def __init__(self, spoken: Language) -> None:
        self._spoken = spoken
        self._say = SENTENCES[spoken]
        self.situation = self._say["situation"]
        """Stands for words where none alone says it."""

    def urgency(self, seen: Seen) -> tuple[str, ...]:
        """The words that make it urgent; the sender's mark is one. Empty for what is not urgent."""
        if seen.level is not Level.URGENT:
            return ()
        words = (self._say["discreet"],) if seen.danger.discreet else seen.danger.words
        return (*words, self._say["sender-urgent"]) if seen.asked.urgent else words

    def doubts(self, seen: Seen, below: float) -> tuple[str, ...]:
        """Why a person must look although the routing table has an office. Only for petitions: other kinds have fixed ways."""
        if seen.kind is not PetitionKind.PETITION:
            return ()
        maybe = (self._say["maybe-urgent"],) if seen.danger.maybe else ()
        return (*maybe, *self._unread(seen, below))

    def _unread(self, seen: Seen, below: float) -> tuple[str, ...]:
        if seen.language not in READ:
            return (self._say["language"].format(language=LANGUAGES[self._spoken][seen.language]),)
        best = seen.guesses[0]
        if seen.understood >= _UNDERSTOOD and best.confidence >= below and best.category != OTHER:
            return ()
        if seen.asked.media and len(seen.text.plain) <= _HARDLY_A_WORD:
            return (self._say["media-only"],)
        first, second = [guess for guess in seen.guesses if guess.category != OTHER][:2]
        values = {
            "first": self._name(first.category),
            "sure": f"{first.confidence:.0%}",
            "second": self._name(second.category),
            "less": f"{second.confidence:.0%}",
            "share": f"{seen.understood:.0%}",
        }
        return (self._say["unsure" if seen.understood >= _UNDERSTOOD else "hard-to-read"].format_map(values),)

    def matters(self, others: Iterable[Matter]) -> str:
        return self._say["matters"].format(others=", ".join(self._name(one.category) for one in others))

    def reasons(self, seen: Seen, urgent: tuple[str, ...]) -> list[str]:
        """Kind, category, level: everything but place and office, which give their own."""
        best = seen.guesses[0].category
        found = []
        if seen.kind is not PetitionKind.PETITION:
            found.append(self._say["kind"].format(kind=kinds.name_of(seen.kind, self._spoken)))
        if seen.words and not seen.danger.discreet:
            found.append(self._say["words"].format(category=self._name(best), words=_quoted(seen.words)))
        if seen.asked.category:
            found.append(self._say["sender-category"].format(category=self._name(seen.asked.category)))
        if urgent and seen.danger.discreet:
            found.append(self._say["discreet"])
        elif urgent:
            found.append(self._say["urgent"].format(words=_quoted(urgent)))
        elif seen.level is Level.COMPLEX and seen.complex_:
            found.append(self._say["complex"].format(words=_quoted(seen.complex_[:_SHOWN_PHRASES])))
        elif seen.level is Level.COMPLEX:
            found.append(self._say["two-topics"].format(second=self._name(seen.guesses[1].category)))
        return found

    def _name(self, code: str) -> str:
        category = categories()[code]
        return category.name_vi if self._spoken == "vi" else category.name_en


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in words)
