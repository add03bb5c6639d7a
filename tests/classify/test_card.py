"""The model card: what is not reached follows from the figures, and from nothing else."""

from __future__ import annotations

from dataclasses import replace

from streams.classify.learning import corpus, goals
from streams.classify.learning.card import Measured, card, measured
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.measures import Answer, Report, report
from streams.classify.model import file

ROW = Labelled("Rác chất đống", "waste", "full", urgent=False)
MODEL, TEXTS = file.own(), corpus.own()


def of(right: int, *, style: str = "full", confidence: float = 1.0) -> Report:
    """Ten texts of which so many are right, all kept."""
    rows = [replace(ROW, style=style)] * 10
    answers = [Answer("waste" if at < right else "noise", confidence, urgent=False, triage=False, unsure=False) for at in range(10)]
    return report("v", rows, answers)


def not_reached(*parts: Measured) -> list[str]:
    page = card(MODEL, TEXTS, parts)
    return page.split("## Not reached\n\n")[1].split("\n\n")[0].split("\n")


def test_what_is_missed_is_told_with_its_goal() -> None:
    """Only the goals that are missed, each with figure and bound; what cannot be judged is not missed."""
    assert not_reached(measured("`a.jsonl`", of(9)), measured("`b.jsonl`", of(10))) == [
        "- `a.jsonl`: right 0.900 (goal 0.93), right of what is kept 0.900 (goal 0.97), calibration error 0.100 (goal at most 0.05)"
    ]


def test_nothing_is_missed() -> None:
    """Then the card says so."""
    assert not_reached(measured("`b.jsonl`", of(10))) == ["Every goal is reached."]


def test_other_voices_have_goals_of_their_own() -> None:
    """A file with a style that is not a citizen's to an office is judged as the voices are."""
    assert goals.of(of(9)) == goals.PROSE
    assert goals.of(of(9, style="ocr")) == goals.VOICES
    assert not_reached(measured("`v.jsonl`", of(9, style="ocr"))) == [
        "- `v.jsonl`: right of what is kept 0.900 (goal 0.95), calibration error 0.100 (goal at most 0.05)"
    ]
