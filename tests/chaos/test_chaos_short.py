"""The short form of `make chaos`: every kind of process is killed once while petitions come in."""

from __future__ import annotations

from pathlib import Path

from tests.chaos.__main__ import run_chaos


def test_kill_9_of_every_process_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Worker, consumers, web, broker and database are killed under load; the verifier finds nothing lost, doubled or out of order."""
    victims = ["case-1", "incidents", "projector", "dispatcher", "web", "kafka", "postgres"]
    report = run_chaos(tmp_path, petitions=3000, rate=200, victims=victims)

    assert report["right"], report
    assert report["petitions"] >= 3000
