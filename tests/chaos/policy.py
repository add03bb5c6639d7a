"""The shipped policy with limits that fit into a fault test."""

from __future__ import annotations

import shutil
from pathlib import Path

from streams.case.policy.load import DEFAULT_FILE

CHANGES = (
    ('version = "2026.1"', 'version = "chaos.1"'),
    ('calendar = "working"', 'calendar = "always"'),  # tests run at night, too
    ('accept = "2h"', 'accept = "1m"'),  # an urgent petition that nobody accepts is overdue after a minute
)


def write_policy(folder: Path) -> None:
    """Make `folder` a policy directory. Raises ValueError when the shipped policy has nothing to change any more."""
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    for old, new in CHANGES:
        if old not in text:
            raise ValueError(f"{DEFAULT_FILE.name} has no {old!r}")
        text = text.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "current.toml").write_text(text, encoding="utf-8")
    shutil.copy(DEFAULT_FILE.with_name("calendar-overrides.toml"), folder)
