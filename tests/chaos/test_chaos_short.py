"""The short form of `make chaos`."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.story import Story, run_story

KINDS = ("kill", "freeze", "cut", "delay", "open-transaction")
SEED = 1642  # strikes worker, broker and an input topic, each for some seconds only


def test_faults_of_five_kinds_lose_double_and_delay_nothing(tmp_path: Path) -> None:
    """While petitions come in; the verifier finds nothing lost, twice, out of order, early or late. Another SEED, other faults."""
    report = run_story(Story(SEED, petitions=800, rate=40, faults=5, kinds=KINDS), tmp_path)

    assert report["right"], report
    assert report["petitions"] >= 800
    assert {fault["fault"] for fault in report["faults"]} == set(KINDS)
