"""What the case stage would say of an answer's substance, for whoever writes one: the same rule, on a view of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.events.actions import Answer
from schemas.events.base import Level
from streams.case.decide.handlers.substance import Basis, weakness
from streams.case.decide.rules import Substance
from streams.case.policy.book import Book


def weakness_of(answer: Answer, view: Mapping[str, Any], book: Book, now: int) -> Substance | None:
    """The first rule that it breaks, or None. `now` in ms UTC. How many others got the same words only the case stage knows."""
    return weakness(Basis(book.get(view["policy_version"]), view["category"], Level(view["level"]), now), answer)
