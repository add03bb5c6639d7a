"""Options as a body's fields."""

from __future__ import annotations

from typing import Any


def given(**values: Any) -> dict[str, Any]:
    """Without what was not given."""
    return {name: value for name, value in values.items() if value not in (None, (), {})}
