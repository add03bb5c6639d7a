"""Learns from corrections, and says whether the new model is better. Only a better one is promoted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from streams.classify.classifier import Classifier
from streams.classify.learning.corpus import Corpus, Labelled
from streams.classify.learning.corrections import split, without
from streams.classify.learning.evaluate import evaluate
from streams.classify.learning.measures import Report, Share
from streams.classify.learning.train import train
from streams.classify.model.file import Model

_MAY_LOSE = 0.005
"""What the new model may lose on the measuring file (half a percentage point) if it gains on corrections."""
_LEAST_GAIN = 2
"""So many more held-back corrections must be right: one text alone tips nothing."""
Build = Callable[[Model], Classifier]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Old against new, on the measuring file and on held-back corrections."""

    model: Model
    learnt: int
    held_back: int
    old_file: Report
    new_file: Report
    old_corrections: Report
    new_corrections: Report

    @property
    def better(self) -> bool:
        """Right on more corrections it has not seen, by more than one; hardly less on the measuring file, nor blinder to danger."""
        gained = self.new_corrections.category.right >= self.old_corrections.category.right + _LEAST_GAIN
        kept = _right(self.new_file.category) >= _right(self.old_file.category) - _MAY_LOSE
        sees_danger = _right(self.new_file.urgent_recall) >= _right(self.old_file.urgent_recall)
        return gained and kept and sees_danger

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"corrections: {self.learnt} learnt, {self.held_back} held back"
        yield f"{'':<28}{'old':>8}{'new':>8}"
        for name, old, new in (
            ("category, measuring file", self.old_file.category, self.new_file.category),
            ("urgent recall, same", self.old_file.urgent_recall, self.new_file.urgent_recall),
            ("category, held-back", self.old_corrections.category, self.new_corrections.category),
        ):
            yield f"{name:<28}{_right(old):>8.3f}{_right(new):>8.3f}"


def _right(share: Share) -> float:
    return share.share or 0.0


def retrain(old: Classifier, build: Build, corpus: Corpus, corrections: Sequence[Labelled], file: Sequence[Labelled]) -> Comparison:
    """`corpus` and two thirds of the corrections make the new model; `file` and the other third measure it.

    Raises `TrainingUnavailableError`.
    """
    measuring = [one.text for one in (*file, *corpus.calibration)]
    learnt, held_back = split(without(corrections, measuring))
    model = train(replace(corpus, petitions=(*corpus.petitions, *learnt)))
    new = build(model)
    return Comparison(
        model,
        len(learnt),
        len(held_back),
        evaluate(old, file),
        evaluate(new, file),
        evaluate(old, held_back),
        evaluate(new, held_back),
    )


def promote(model: Model, directory: Path) -> Path:
    """Put the model where the stage takes up the newest at its next start."""
    path = directory / f"{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{model.version}.npz"
    model.save(path)
    return path
