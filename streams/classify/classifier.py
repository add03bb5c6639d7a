"""Petitions in, classifications out: the one code path of the stream stage and of `petitions classify`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from schemas.base import Level
from schemas.intake import Classification, Guess, Location, PetitionKind, PetitionSubmitted, Place
from schemas.reference import TRIAGE_OFFICE, categories
from streams.classify import kinds, urgency
from streams.classify.lexicon import Hits, Lexicon
from streams.classify.model.file import Floats, Model
from streams.classify.model.score import Known, Scorer
from streams.classify.model.terms import Typed, typed
from streams.classify.phrases import SENTENCES
from streams.classify.place import Locator
from streams.classify.routing import Route, RoutingTable
from streams.classify.text import language

OTHER = "other"
_ALTERNATIVES = 2
_SENDERS_CHOICE = 3.0
"""Log odds that a category chosen by the sender adds to that category: evidence, not proof."""
_SHOWN_PHRASES = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of one petition before it is classified."""

    text: str
    location: Location | None = None
    category: str | None = None
    urgent: bool | None = None

    @classmethod
    def of(cls, petition: PetitionSubmitted) -> Asked:
        return cls(petition.text, petition.location, petition.category, petition.urgent)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One text's results so far: chances a category, best first; whether it is urgent; its kind and place."""

    text: Typed
    known: Known
    best: Guess
    others: tuple[Guess, ...]
    kind: PetitionKind
    level: Level
    urgent_reasons: tuple[str, ...]
    complex_reasons: tuple[str, ...]


class Classifier:
    """Construct once a process; `classify` takes batches, because scoring many texts together is much cheaper."""

    def __init__(
        self,
        model: Model,
        lexicon: Lexicon,
        locator: Locator,
        table: RoutingTable,
        *,
        triage_below: float | None = None,
        reasons_language: str = "vi",
    ) -> None:
        self._scorer = Scorer(model)
        self._lexicon = lexicon
        self._locator = locator
        self._table = table
        self._model = model
        self.triage_below = model.calibration.triage_below if triage_below is None else triage_below
        self._language = reasons_language
        self._say = SENTENCES[reasons_language]
        self.version = model.version
        self._urgent_column = len(model.categories) + len(model.kinds)

    def classify(self, petitions: Sequence[PetitionSubmitted]) -> list[Classification]:
        """One classification a petition, in order. Never raises because of a text."""
        return self.classify_texts([Asked.of(petition) for petition in petitions])

    def classify_texts(self, asked: Sequence[Asked]) -> list[Classification]:
        """The same for bare texts."""
        if not asked:
            return []
        texts = [typed(one.text) for one in asked]
        scores = self._scorer.score(texts)
        hits = [self._hits(text) for text in texts]
        urgent = self._urgent(texts, hits, scores.urgent)
        kind_at = scores.kinds.argmax(axis=1)
        found = []
        for number, (one, text) in enumerate(zip(asked, texts, strict=True)):
            best, others = self._guesses(scores.categories[number], one.category)
            says_urgent = urgent[number] > 0
            kind = kinds.kind_of(
                text,
                PetitionKind(self._model.kinds[kind_at[number]]),
                float(scores.kinds[number, kind_at[number]]),
                sure_from=self._model.calibration.kind_from,
                urgent=says_urgent,
            )
            seen = self._seen(one, text, scores.known[number], best, others, kind, hits[number], says_urgent=says_urgent)
            found.append(self._finished(one, seen))
        return found

    def _hits(self, text: Typed) -> Hits:
        return self._lexicon.search(text.accented, text.plain, has_accents=text.has_accents)

    def _urgent(self, texts: Sequence[Typed], hits: Sequence[Hits], linear: Floats) -> list[float]:
        """Log odds of urgent, a text; for a long text those of its most urgent passage if they are higher."""
        calibration = self._model.calibration
        odds = [urgency.log_odds(float(score), hit, calibration) for score, hit in zip(linear, hits, strict=True)]
        cut = [[typed(passage) for passage in urgency.passages(text)] for text in texts]
        flat = [passage for passages in cut for passage in passages]
        if flat:
            scores = self._scorer.linear(flat)[:, self._urgent_column]
            each = [
                urgency.log_odds(float(score), self._hits(passage), calibration) - urgency.PASSAGE_DISCOUNT
                for score, passage in zip(scores, flat, strict=True)
            ]
            bounds = np.cumsum([0, *map(len, cut)])
            odds = [max(whole, *each[a:b]) if a < b else whole for whole, (a, b) in zip(odds, pairwise(bounds), strict=True)]
        return odds

    def _guesses(self, chances: Floats, chosen: str | None) -> tuple[Guess, tuple[Guess, ...]]:
        if chosen in self._model.categories:
            raised = chances.copy()
            raised[self._model.categories.index(chosen)] *= np.exp(_SENDERS_CHOICE)
            chances = raised / raised.sum()
        order = np.argsort(-chances, kind="stable")[: _ALTERNATIVES + 1]
        guesses = [
            Guess.model_construct(category=self._model.categories[at], confidence=round(min(1.0, float(chances[at])), 4)) for at in order
        ]
        return guesses[0], tuple(guesses[1:])

    def _seen(
        self,
        asked: Asked,
        text: Typed,
        known: Known,
        best: Guess,
        others: tuple[Guess, ...],
        kind: PetitionKind,
        hits: Hits,
        *,
        says_urgent: bool,
    ) -> _Seen:
        level, complex_reasons = Level.ORDINARY, ()
        reasons: tuple[str, ...] = ()
        if says_urgent or asked.urgent or kind is PetitionKind.EMERGENCY:
            level = Level.URGENT
            words = hits.raising[:_SHOWN_PHRASES] if says_urgent else ()
            if says_urgent and not words:
                words = self._scorer.reasons(text, known, self._urgent_column)
            reasons = (*words, *((self._say["sender-urgent"],) if asked.urgent else ()))
        elif kinds.is_complex(hits, others[0].confidence):
            level, complex_reasons = Level.COMPLEX, hits.complex_[:_SHOWN_PHRASES]
        return _Seen(text, known, best, others, kind, level, reasons, complex_reasons)

    def _finished(self, asked: Asked, seen: _Seen) -> Classification:
        located = self._locator.locate_folded(seen.text.written, seen.text.folded, asked.location)
        route = self._table.route(seen.kind, seen.best.category, located.place, seen.level)
        doubts = self._doubts(seen)
        triage = route.triage or bool(doubts)
        return Classification.model_construct(
            kind=seen.kind,
            category=seen.best.category,
            confidence=seen.best.confidence,
            alternatives=seen.others,
            level=seen.level,
            urgent_reasons=seen.urgent_reasons,
            place=located.place,
            office=TRIAGE_OFFICE if triage else route.office,
            co_offices=() if triage else route.co_offices,
            triage=triage,
            reasons=self._reasons(asked, seen, located.place, located.reason, route, doubts),
            model_version=self.version,
        )

    def _doubts(self, seen: _Seen) -> tuple[str, ...]:
        """Why a person must look although the routing table has an office: only for petitions, other kinds have fixed ways."""
        if seen.kind is not PetitionKind.PETITION:
            return ()
        written_in = language(seen.text.written)
        if written_in != "vi":
            return (self._say[f"language-{written_in}"],)
        if seen.best.confidence >= self.triage_below:
            return ()
        first, second = seen.best, seen.others[0]
        return (
            self._say["unsure"].format(
                first=self._name(first.category),
                sure=f"{first.confidence:.0%}",
                second=self._name(second.category),
                less=f"{second.confidence:.0%}",
            ),
        )

    def _name(self, code: str) -> str:
        category = categories()[code]
        return category.name_vi if self._language == "vi" else category.name_en

    def _reasons(
        self, asked: Asked, seen: _Seen, place: Place, place_reason: str, route: Route, doubts: tuple[str, ...]
    ) -> tuple[str, ...]:
        words = self._scorer.reasons(seen.text, seen.known, self._model.categories.index(seen.best.category))
        found = [*doubts]
        if seen.kind is not PetitionKind.PETITION:
            found.append(self._say["kind"].format(kind=kinds.name_of(seen.kind, self._language)))
        if words:
            found.append(self._say["words"].format(category=self._name(seen.best.category), words=", ".join(f"“{word}”" for word in words)))
        if asked.category:
            found.append(self._say["sender-category"].format(category=self._name(asked.category)))
        if seen.level is Level.URGENT:
            found.append(self._say["urgent"].format(words=", ".join(f"“{word}”" for word in seen.urgent_reasons)))
        elif seen.complex_reasons:
            found.append(self._say["complex"].format(words=", ".join(f"“{word}”" for word in seen.complex_reasons)))
        if place_reason:
            found.append(place_reason)
        found += [reason for reason in route.reasons if reason not in found]
        return tuple(found)
