"""A worker that stands by: what it can do before it is needed, and what it must not have missed meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.platform.keyring import NoKeyring, ensure
from streams import worker


@pytest.mark.parametrize(("changed", "times"), [(False, 1), (True, 2)])
def test_a_stage_is_built_before_it_is_needed_and_of_the_files_as_they_are_then(
    *, changed: bool, times: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody waits for it when the worker before has died; a routing table that was changed since is in force."""
    table = tmp_path / "routing.csv"
    table.write_text("before")
    built: list[object] = []
    run: list[Any] = []
    monkeypatch.setenv("ROUTING_TABLE", str(table))
    monkeypatch.setattr(worker, "build", lambda *_: built.append(object()) or built[-1])
    monkeypatch.setattr(worker, "run_stage", lambda stage, *_, **__: run.append(stage))
    begin = worker.prepare("case")
    assert (len(built), run) == (1, [])

    if changed:
        table.write_text("after that")
    begin()

    assert len(built) == times
    assert run == [built[-1]]


def test_a_stage_may_load_before_there_is_a_keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`migrate` makes it at the first start, while the stage is loading; the one that begins has it."""
    keyring = tmp_path / "keyring.json"
    run: list[Any] = []
    monkeypatch.setenv("KEYRING_FILE", str(keyring))
    monkeypatch.setattr(worker, "run_stage", lambda stage, *_, **__: run.append(stage.name))
    begin = worker.prepare("case")
    with pytest.raises(NoKeyring, match="KEYRING_FILE"):
        begin()

    ensure(keyring)
    begin()

    assert run == ["case"]
