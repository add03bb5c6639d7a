"""`petitions run ROLE`: one role in the foreground, set up by the environment alone. What a cluster does."""

from __future__ import annotations

import gc
import importlib
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a role's entry function is; it runs until TERM and is called with `arguments`. `more`: modules that it will load."""

    module: str
    function: str = "run"
    arguments: tuple[str, ...] = ()
    more: tuple[str, ...] = ()

    def load(self) -> Callable[[], object]:
        gc.disable()  # importing makes many objects and hardly any garbage: a tenth of a start would go into looking for it
        function = getattr(importlib.import_module(self.module), self.function)
        for module in self.more:
            importlib.import_module(module)
        gc.enable()
        return lambda: function(*self.arguments)


ENTRIES = {
    "classify": Entry("streams.worker", arguments=("classify",), more=("streams.classify.build",)),
    "case": Entry("streams.worker", arguments=("case",), more=("streams.case.build",)),
    "projector": Entry("consumers.read_model.projector"),
    "dispatcher": Entry("consumers.queues.dispatcher"),
    "incidents": Entry("consumers.incidents.role"),
    "web": Entry("deploy.web.server"),
    "migrate": Entry("deploy.cluster.migrate"),
}
