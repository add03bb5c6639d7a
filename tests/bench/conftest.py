"""A broker of its own: the benchmarks lay out the real topics in their own way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.one_machine.embedded import EmbeddedKafka
from tests.broker import kafka_in


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    with kafka_in(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture(autouse=True)
def sealing(monkeypatch: pytest.MonkeyPatch, keyring_file: Path) -> None:
    """Stages and consumers of a benchmark seal and open with the tests' keyring."""
    monkeypatch.setenv("KEYRING_FILE", str(keyring_file))
