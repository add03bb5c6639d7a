"""Is a new model better, and nowhere worse? Asked of both models about the same texts, with intervals that no single text can tip.

The interval is that of the difference between two paired shares, by McNemar: (gained − lost ± z · √(gained + lost)) / n. From nothing
gained and nothing lost it takes four texts, all one way, until a difference counts as shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from schemas.events.models import Gate
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.measures import Answer

USUAL = 1.96
"""95 % of what chance does lies within so many standard errors."""
DANGER = 1.0
"""For dangers seen: stricter, two missed anew are enough; a missed danger costs a life."""
CORRECTIONS, CATEGORY = "corrections", "category"


@dataclass(frozen=True, slots=True)
class Paired:
    """Of `n` texts, how many both models have right, only the new one, only the old one."""

    n: int
    both: int
    gained: int
    lost: int

    @classmethod
    def of(cls, old: Sequence[bool], new: Sequence[bool]) -> Paired:
        pairs = list(zip(old, new, strict=True))
        return cls(len(pairs), pairs.count((True, True)), pairs.count((False, True)), pairs.count((True, False)))

    def interval(self, z: float) -> tuple[float, float]:
        """Of the difference new − old; (0, 0) when there is nothing to compare."""
        if not self.n:
            return 0.0, 0.0
        net, wide = self.gained - self.lost, z * (self.gained + self.lost) ** 0.5
        return max(-1.0, (net - wide) / self.n), min(1.0, (net + wide) / self.n)

    def gate(self, name: str, z: float = USUAL) -> Gate:
        """Passed unless the new model is shown to be worse."""
        low, high = (round(bound, 4) for bound in self.interval(z))
        old, new = ((self.both + more) / self.n if self.n else 0.0 for more in (self.lost, self.gained))
        return Gate(name=name, n=self.n, old=round(old, 4), new=round(new, 4), low=low, high=high, passed=high >= 0)


@dataclass(frozen=True, slots=True)
class Question:
    """`about`: which texts; `good`: whether an answer is as one wishes it."""

    name: str
    good: Callable[[Labelled, Answer], bool]
    about: Callable[[Labelled], bool] = lambda _: True
    z: float = USUAL


def right(row: Labelled, answer: Answer) -> bool:
    return answer.category in (row.category, *row.also)


QUESTIONS = (
    Question(CATEGORY, right),
    Question("not wrong where no person looks", lambda row, answer: answer.triage or right(row, answer)),
    Question("not sent to triage", lambda _, answer: not answer.triage),
    Question("danger seen", lambda _, answer: answer.urgent, lambda row: row.urgent, DANGER),
    Question("no false alarm", lambda _, answer: not answer.urgent, lambda row: not row.urgent),
)


def gates(rows: Sequence[Labelled], old: Sequence[Answer], new: Sequence[Answer]) -> Iterator[Gate]:
    """All questions about all texts, then the category for each voice."""
    for question in QUESTIONS:
        yield _asked(question, rows, old, new)
    for voice in sorted({voice_of(row) for row in rows}):
        yield _asked(_of_voice(voice), rows, old, new)


def _of_voice(voice: str) -> Question:
    return Question(f"voice {voice}", right, lambda row: voice_of(row) == voice)


def corrected(rows: Sequence[Labelled], old: Sequence[Answer], new: Sequence[Answer]) -> Gate:
    """The category of held-back corrections."""
    return _asked(Question(CORRECTIONS, right), rows, old, new)


def voice_of(row: Labelled) -> str:
    """Whose manner of writing, else its style; texts about danger are a voice of their own."""
    return row.voice or ("danger" if row.danger else row.style)


def _asked(question: Question, rows: Sequence[Labelled], old: Sequence[Answer], new: Sequence[Answer]) -> Gate:
    about = [(row, *both) for row, both in zip(rows, zip(old, new, strict=True), strict=True) if question.about(row)]
    before = [question.good(row, answer) for row, answer, _ in about]
    after = [question.good(row, answer) for row, _, answer in about]
    return Paired.of(before, after).gate(question.name, question.z)


def better(found: Sequence[Gate]) -> bool:
    """Shown to be better by category, on corrections or on the measuring texts, and nowhere shown to be worse."""
    gained = any(gate.low > 0 for gate in found if gate.name in (CORRECTIONS, CATEGORY))
    return gained and all(gate.passed for gate in found)


def lines(found: Sequence[Gate]) -> Iterator[str]:
    """For people."""
    yield f"{'gate':<36}{'texts':>6}{'old':>8}{'new':>8}  difference"
    for gate in found:
        said = "worse" if not gate.passed else "better" if gate.low > 0 else ""
        yield f"{gate.name:<36}{gate.n:>6}{gate.old:>8.3f}{gate.new:>8.3f}  {gate.low:+.3f} … {gate.high:+.3f}  {said}".rstrip()
