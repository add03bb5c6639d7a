"""Petitions in, classifications out: the one code path of the stream stage and of `petitions classify`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import TRIAGE_OFFICE
from schemas.reference.texts import Language
from streams.classify import kinds
from streams.classify.danger.lexicon import Hits, Lexicon
from streams.classify.danger.urgency import log_odds
from streams.classify.found import OTHER, Asked, Classification, Guess, Seen
from streams.classify.model.file import Floats, Model
from streams.classify.model.frequency import Frequency
from streams.classify.model.score import Scorer, Scores
from streams.classify.place import Located, Locator
from streams.classify.reading import Reader
from streams.classify.reasons.explain import Explainer
from streams.classify.routing.routes import Route, RoutingTable
from streams.classify.text.typed import Typed

_GUESSES = 3
_BATCH = 128
_SHOWN_PHRASES = 6
_SENDERS_SHARE = 0.4
"""Weight of a category chosen by the sender against that of the text: it decides a vague text, not a clear one."""


class _Told(NamedTuple):
    """What was read of one text, before it is put together."""

    asked: Asked
    text: Typed
    language: str
    guesses: tuple[Guess, ...]
    words: tuple[str, ...]
    hits: Hits


class Classifier:
    """Construct once a process; takes batches, because scoring many texts together is much cheaper."""

    def __init__(
        self,
        model: Model,
        lexicon: Lexicon,
        locator: Locator,
        table: RoutingTable,
        *,
        triage_below: float | None = None,
        language: Language = "vi",
    ) -> None:
        self.version = model.version
        self.triage_below = model.calibration.triage_below if triage_below is None else triage_below
        self.model = model
        self._kinds = tuple(map(PetitionKind, model.kinds))
        self._scorer = Scorer(model)
        self._reader = Reader(self._scorer.lookup, Frequency(model.terms, model.idf))
        self._explain = Explainer(language)
        self._columns = {code: number for number, code in enumerate(model.categories)}
        self._lexicon = lexicon
        self._locator = locator
        self._table = table

    def classify_texts(self, asked: Sequence[Asked]) -> list[Classification]:
        """One classification a petition, in order. Never raises because of a text."""
        return [one for start in range(0, len(asked), _BATCH) for one in self._batch(asked[start : start + _BATCH])]

    def _batch(self, asked: Sequence[Asked]) -> list[Classification]:
        """Each part goes over the whole batch before the next begins: so its code and data stay in the processor's cache."""
        read = self._reader.read(asked)
        texts = read.texts
        scores = self._scorer.score(read.words)
        guesses = self._guesses(scores.categories, asked)
        columns = np.array([self._columns[best.category] for best, *_ in guesses])
        words = self._scorer.reasons(texts, scores.known, columns)
        hits = [self._lexicon.search(text, accented=accented) for text, accented in zip(texts, read.glance.accented, strict=True)]
        told = map(_Told, asked, texts, read.languages, guesses, words, hits)
        seen = [self._seen(one, scores, at) for at, one in enumerate(told)]
        located = [self._locator.locate_typed(one.text, one.asked.location) for one in seen]
        routes = [
            self._table.route(one.kind, one.guesses[0].category, where.place, one.level) for one, where in zip(seen, located, strict=True)
        ]
        return [self._finished(*parts) for parts in zip(seen, located, routes, strict=True)]

    def _guesses(self, chances: Floats, asked: Sequence[Asked]) -> list[tuple[Guess, ...]]:
        for at, one in enumerate(asked):
            if one.category in self.model.categories:
                self._weigh_choice(chances[at], one.category)
        order = np.argsort(-chances, axis=1, kind="stable")[:, :_GUESSES]
        ranked = np.round(np.minimum(np.take_along_axis(chances, order, axis=1).astype(np.float64), 1.0), 4)
        names = self.model.categories
        return [
            tuple([Guess(names[code], chance) for code, chance in zip(codes, row, strict=True)])
            for codes, row in zip(order.tolist(), ranked.tolist(), strict=True)
        ]

    def _weigh_choice(self, chances: Floats, chosen: str) -> None:
        """The sender counts as a second opinion beside the text's; and who found a name for the matter did not mean `other`."""
        names = self.model.categories
        chances *= 1 - _SENDERS_SHARE
        chances[names.index(chosen)] += _SENDERS_SHARE
        if chosen != OTHER:
            chances[names.index(chosen)] += chances[names.index(OTHER)]
            chances[names.index(OTHER)] = 0

    def _seen(self, told: _Told, scores: Scores, at: int) -> Seen:
        asked, text, language, guesses, words, hits = told
        danger = log_odds(float(scores.urgent[at]), hits, self.model.calibration) > 0
        danger_words = hits.raising[:_SHOWN_PHRASES] if danger else ()
        if danger and not danger_words:
            column = np.array([self._scorer.urgent_column])
            danger_words = self._scorer.reasons([text], scores.known.of(at), column)[0]
        kind = self._kind(text, scores.kinds[at], danger=danger)
        level = _level(asked, kind, hits, guesses, danger=danger)
        return Seen(asked, text, language, words, hits, guesses, kind, level, danger, danger_words)

    def _kind(self, text: Typed, chances: Floats, *, danger: bool) -> PetitionKind:
        best = int(chances.argmax())
        sure_from = self.model.calibration.kind_from
        return kinds.kind_of(text, self._kinds[best], float(chances[best]), sure_from=sure_from, urgent=danger)

    def _finished(self, seen: Seen, located: Located, route: Route) -> Classification:
        best, *others = seen.guesses
        doubts = self._explain.doubts(seen, self.triage_below)
        triage = route.triage or bool(doubts)
        urgent = self._explain.urgency(seen)
        about_place = (located.reason,) if located.reason else ()
        return Classification(
            kind=seen.kind,
            category=best.category,
            confidence=best.confidence,
            alternatives=tuple(others),
            level=seen.level,
            urgent_reasons=urgent,
            place=located.place,
            office=TRIAGE_OFFICE if triage else route.office,
            co_offices=() if triage else route.co_offices,
            triage=triage,
            reasons=(*doubts, *self._explain.reasons(seen, urgent), *about_place, *route.reasons),
            model_version=self.version,
        )


def _level(asked: Asked, kind: PetitionKind, hits: Hits, guesses: Sequence[Guess], *, danger: bool) -> Level:
    if danger or asked.urgent or kind is PetitionKind.EMERGENCY:
        return Level.URGENT
    return Level.COMPLEX if kinds.is_complex(hits, guesses[1].confidence) else Level.ORDINARY
