"""The archive for fast starts: made once, and never needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.one_machine.embedded import jvm


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(jvm, "kafka_classpath", lambda: "")


def test_the_archive_is_made_once() -> None:
    """The broker that makes the archive runs the first time only; then the option names what it wrote."""
    asked: list[str] = []

    def train(option: str) -> None:
        asked.append(option)
        Path(option.partition("=")[2]).write_bytes(b"classes")

    first, second = jvm.fast_start(train), jvm.fast_start(train)

    assert len(asked) == 1
    assert first == second
    assert Path(first[0].partition("=")[2]).read_bytes() == b"classes"


def test_a_jvm_that_cannot_make_it_is_not_asked_again() -> None:
    """Where no archive comes out, brokers start without, and nobody tries at each start."""
    asked: list[str] = []

    assert jvm.fast_start(asked.append) == ()
    assert jvm.fast_start(asked.append) == ()
    assert len(asked) == 1
