"""A job of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from tests.engine.harness import Job


@pytest.fixture
def job(kafka: EmbeddedKafka, tmp_path: Path) -> Iterator[Job]:
    made = Job(kafka.bootstrap, tmp_path / "state")
    yield made
    made.stop()
