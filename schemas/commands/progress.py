"""A bar that shows how far a long command has come; on standard error, and only for a person who looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[int], None]
"""Called with how much more is done."""
Progress = Callable[[str, int], AbstractContextManager[Advance]]
"""`progress(what, total)`: while the context lasts, a bar with that title."""


@contextmanager
def bar(what: str, total: int) -> Iterator[Advance]:
    """A bar with what is left, by rich; nothing is drawn where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    with Bars(console=Console(stderr=True), disable=not sys.stderr.isatty()) as bars:
        task = bars.add_task(what, total=total)
        yield lambda more: bars.update(task, advance=more)


@contextmanager
def silent(_what: str, _total: int) -> Iterator[Advance]:
    """For those who need no bar."""
    yield lambda _more: None
