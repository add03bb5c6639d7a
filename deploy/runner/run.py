"""`petitions run ROLE`: one role in the foreground, set up by the environment alone. What a cluster does."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a role's entry function is; it runs until TERM and is called with `arguments`."""

    module: str
    function: str = "run"
    arguments: tuple[str, ...] = ()

    def load(self) -> Callable[[], object]:
        function = getattr(importlib.import_module(self.module), self.function)
        return lambda: function(*self.arguments)


ENTRIES = {
    "classify": Entry("streams.worker", arguments=("classify",)),
    "case": Entry("streams.worker", arguments=("case",)),
    "projector": Entry("consumers.projector"),
    "dispatcher": Entry("consumers.dispatcher"),
    "incidents": Entry("consumers.incidents.role"),
    "web": Entry("deploy.web"),
    "migrate": Entry("deploy.migrate"),
}
