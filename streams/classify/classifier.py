"""Petitions in, classifications out: the one code path of the stream stage and of `petitions classify`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from schemas.events.base import Level
from schemas.events.intake import PetitionKind
from schemas.reference import TRIAGE_OFFICE
from schemas.reference.texts import Language
from streams.classify import kinds
from streams.classify.closer import CloserLook, Sentence, matters
from streams.classify.danger import calls
from streams.classify.danger.lexicon import Hits, Lexicon
from streams.classify.danger.verdict import Danger, log_odds, verdict
from streams.classify.found import OTHER, Asked, Classification, Guess, Matter, Seen
from streams.classify.model.file import Floats, Model
from streams.classify.model.frequency import Frequency
from streams.classify.model.score import Scorer, Scores
from streams.classify.place import Located, Locator
from streams.classify.reading import Read, Reader
from streams.classify.reasons.explain import READ, Explainer
from streams.classify.routing.routes import Route, RoutingTable
from streams.classify.text.typed import Typed

_GUESSES = 3
_BATCH = 256
_SENDERS_SHARE = 0.4
"""Weight of a category chosen by the sender against that of the text: it decides a vague text, not a clear one."""

_SURE_SENTENCE = 1.5
"""Log odds. Above those of a whole text: of many sentences one looks urgent by chance (in 61 of 658 long, harmless training texts from 0
on, in 21 from here on)."""


class _Told(NamedTuple):
    """What was read of one text, before it is put together."""

    asked: Asked
    text: Typed
    language: str
    understood: float
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
        self._closer = CloserLook(self._reader, self._scorer, lexicon)
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
        scores = self._scorer.score(read.words, read.glance.understood, [language == "en" for language in read.languages])
        guesses = self._guesses(scores.categories, asked, read)
        closer = self._closer.look(asked, read, [others[0].confidence for _, *others in guesses])
        columns = np.array([self._columns[best.category] for best, *_ in guesses])
        words = self._scorer.reasons(read.texts, scores.known, columns)
        hits = [self._lexicon.search(text, accented=accented) for text, accented in zip(read.texts, read.glance.accented, strict=True)]
        told = map(_Told, asked, read.texts, read.languages, read.glance.understood, guesses, words, hits)
        urgent = scores.urgent.tolist()
        dangers = [self._danger(scores, urgent[at], at, read, hits[at], closer.get(at, ())) for at in range(len(asked))]
        kind_of = zip(scores.kinds.argmax(axis=1).tolist(), scores.kinds.max(axis=1).tolist(), strict=True)
        seen = [self._seen(*parts) for parts in zip(told, dangers, kind_of, strict=True)]
        located = self._locator.locate_all([(one.text, one.asked.location) for one in seen])
        routes = [
            self._table.route(one.kind, one.guesses[0].category, where.place, one.level, one.text, one.asked.location)
            for one, where in zip(seen, located, strict=True)
        ]
        found = map(self._finished, seen, located, routes)
        return [self._with_matters(one, closer[at], seen[at]) if at in closer else one for at, one in enumerate(found)]

    def _guesses(self, chances: Floats, asked: Sequence[Asked], read: Read) -> list[tuple[Guess, ...]]:
        for at, one in enumerate(asked):
            if read.languages[at] not in READ or not read.glance.understood[at]:
                chances[at, self._columns[OTHER]] += 1 - chances[at].max()  # nothing was read: no guess is better than another
            if one.category in self._columns:
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
        chances *= 1 - _SENDERS_SHARE
        chances[self._columns[chosen]] += _SENDERS_SHARE
        if chosen != OTHER:
            chances[self._columns[chosen]] += chances[self._columns[OTHER]]
            chances[self._columns[OTHER]] = 0

    def _danger(  # noqa: PLR0917 -- what danger follows from
        self, scores: Scores, urgent: float, at: int, read: Read, hits: Hits, sentences: Sequence[Sentence]
    ) -> Danger:
        """By the whole text; a sentence of it that is surely urgent makes the text maybe urgent."""
        odds = log_odds(urgent, hits, self.model.calibration)
        if any(one.odds > _SURE_SENTENCE for one in sentences):
            odds = max(odds, 0.0)
        found = verdict(odds, hits, self.model.calibration.margin(english=read.languages[at] == "en"))
        if not found.any or found.words:
            return found
        words = self._scorer.reasons([read.texts[at]], scores.known.of(at), np.array([self._scorer.urgent_column]), pairs_only=True)[0]
        return msgspec.structs.replace(found, words=words or (self._explain.situation,))

    def _seen(self, told: _Told, danger: Danger, likeliest: tuple[int, float]) -> Seen:
        """`likeliest`: the number of the likeliest kind and its chance."""
        asked, text, language, understood, guesses, words, hits = told
        best, chance = likeliest
        kind = kinds.kind_of(asked, text, danger, self._kinds[best], chance, sure_from=self.model.calibration.kind_from)
        level = _level(asked, kind, hits, guesses, danger)
        return Seen(asked, text, language, understood, words, hits.complex_, guesses, kind, level, danger)

    def _finished(self, seen: Seen, located: Located, route: Route) -> Classification:
        best, *others = seen.guesses
        doubts = self._explain.doubts(seen, self.triage_below)
        triage = route.triage or bool(doubts)
        urgent = self._explain.urgency(seen)
        about_place = (located.reason,) if located.reason else ()
        danger = seen.danger
        return Classification(
            kind=seen.kind,
            category=best.category,
            confidence=best.confidence,
            alternatives=tuple(others),
            level=seen.level,
            urgent_reasons=urgent,
            maybe_urgent=danger.maybe and not seen.asked.urgent,
            discreet=danger.discreet,
            call=calls.lines(danger.kinds) if seen.kind is PetitionKind.EMERGENCY or danger.any else (),
            place=located.place,
            office=TRIAGE_OFFICE if triage else route.office,
            co_offices=() if triage else route.co_offices,
            triage=triage,
            reasons=(*doubts, *self._explain.reasons(seen, urgent), *about_place, *route.reasons),
            language=seen.language,
            understood=round(seen.understood, 3),
            owner_rule=route.rule,
            model_version=self.version,
        )

    def _with_matters(self, found: Classification, sentences: Sequence[Sentence], seen: Seen) -> Classification:
        others = tuple([self._owned(one, found, seen) for one in matters(sentences, found.category)])
        return msgspec.structs.replace(found, matters=others, reasons=(*found.reasons, self._explain.matters(others))) if others else found

    def _owned(self, matter: Matter, found: Classification, seen: Seen) -> Matter:
        """Whose the matter would be as a petition of its own, at the same place."""
        route = self._table.route(PetitionKind.PETITION, matter.category, found.place, Level.ORDINARY, seen.text, seen.asked.location)
        return msgspec.structs.replace(matter, office=None if route.triage else route.office)


def _level(asked: Asked, kind: PetitionKind, hits: Hits, guesses: Sequence[Guess], danger: Danger) -> Level:
    if danger.any or asked.urgent or kind is PetitionKind.EMERGENCY:
        return Level.URGENT
    return Level.COMPLEX if kinds.is_complex(len(hits.complex_), guesses[1].confidence) else Level.ORDINARY
