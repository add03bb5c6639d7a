"""Each fault that was shown has the test that holds it down, by number, in `faults.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.node_ids import missing

TABLE: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))
NUMBERS = {
    "engine": [str(number) for number in range(1, 16)],
    "security": [str(number) for number in range(1, 16)],
    "reports": [*(f"W{number}" for number in range(1, 15)), "U1", "U2", "U3"],
}


def test_every_number_is_there() -> None:
    """In order, in each of the three lists."""
    assert {name: list(faults) for name, faults in TABLE.items()} == NUMBERS


@pytest.mark.parametrize(("name", "number"), [(name, number) for name, faults in TABLE.items() for number in faults])
def test_each_fault_has_its_test(name: str, number: str) -> None:
    """One at least, and each of them exists."""
    found = TABLE[name][number]

    assert found["fault"]
    assert found["tests"]
    assert missing(found["tests"]) == []
