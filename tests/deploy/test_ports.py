"""Ports for servers that are about to start."""

from __future__ import annotations

import subprocess
import sys

import pytest

from deploy.one_machine.embedded import ports


def test_no_port_is_given_twice_before_it_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither by this process nor by another, which starts servers of its own at the same time."""
    few = [ports.free_port() for _ in range(4)]
    monkeypatch.setattr(ports, "_RANGE", few)
    elsewhere = f"from deploy.one_machine.embedded import ports; ports._RANGE = {few}; ports.free_port()"
    found = subprocess.run([sys.executable, "-c", elsewhere], capture_output=True, text=True, check=False)

    with pytest.raises(OSError, match="no free TCP port"):
        ports.free_port()
    assert "no free TCP port" in found.stderr
