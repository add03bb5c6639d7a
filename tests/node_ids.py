"""Tests by the names that tables give them: `folder/test_module.py::test_function`, below this folder."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


def missing(named: Iterable[str]) -> list[str]:
    """Those that do not exist. Read, not run: a test that is left out on this machine exists as well."""
    return [name for name in sorted(set(named)) if name.partition("::")[2] not in _functions(name.partition("::")[0])]


@cache
def _functions(module: str) -> frozenset[str]:
    path = _HERE / module
    tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
