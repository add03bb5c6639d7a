"""Quix Streams lives in an environment of its own, so that its pins never meet the project's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.bench.results import say

ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = ROOT / ".venv-bench"
_LOCK = Path(__file__).with_name("requirements.lock")


def is_there() -> bool:
    return _stamp().exists() and _stamp().read_text(encoding="utf-8") == _LOCK.read_text(encoding="utf-8")


def python() -> Path:
    """The interpreter; makes the environment the first time. Raises subprocess.CalledProcessError."""
    program = _ENVIRONMENT / "bin" / "python"
    if not is_there():
        say(f"making {_ENVIRONMENT.name} for Quix Streams (once, about a minute)")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(_ENVIRONMENT)], check=True)
        pip = [
            str(program),
            "-m",
            "pip",
            "--disable-pip-version-check",
            "install",
            "--quiet",
            "--require-hashes",
            "-r",
            str(_LOCK),
        ]
        subprocess.run(pip, check=True)
        _stamp().write_text(_LOCK.read_text(encoding="utf-8"), encoding="utf-8")
    return program


def _stamp() -> Path:
    return _ENVIRONMENT / ".installed"
