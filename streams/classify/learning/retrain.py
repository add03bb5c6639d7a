"""Learns from corrections, and says whether the new model is better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.events.models import Gate
from streams.classify.classifier import Classifier
from streams.classify.learning import gates
from streams.classify.learning.corpus import Corpus, Labelled
from streams.classify.learning.corrections import split, without
from streams.classify.learning.evaluate import answers
from streams.classify.learning.train import train
from streams.classify.model.file import Model


@dataclass(frozen=True, slots=True)
class Corrections:
    """What people corrected, without what measures: two thirds to learn from, one third held back."""

    learnt: list[Labelled]
    held_back: list[Labelled]

    @classmethod
    def of(cls, labels: Sequence[Labelled], measuring: Sequence[Labelled]) -> Corrections:
        return cls(*split(without(labels, [one.text for one in measuring])))


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new model against the one in use."""

    old: str
    new: Model
    gates: tuple[Gate, ...]

    @property
    def better(self) -> bool:
        return gates.better(self.gates)

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.old} → {self.new.version}"
        yield from gates.lines(self.gates)


def retrained(corpus: Corpus, corrections: Corrections) -> Model:
    """The project's own texts and the corrections to learn from. Raises `TrainingUnavailableError`."""
    return train(replace(corpus, petitions=(*corpus.petitions, *corrections.learnt)))


def compare(old: Classifier, new: Classifier, texts: Sequence[Labelled], held_back: Sequence[Labelled]) -> Comparison:
    """On measuring texts, and on corrections that neither has learnt."""
    found = gates.gates(texts, answers(old, texts), answers(new, texts))
    corrected = gates.corrected(held_back, answers(old, held_back), answers(new, held_back))
    return Comparison(old.version, new.model, (corrected, *found))
