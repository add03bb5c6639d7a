"""Events on `petitions.models`: which text model the classify stage uses, and why."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.events.base import Model
from schemas.events.strings import Clean

ModelVersion = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[0-9a-f]{12}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Difference = Annotated[float, Field(ge=-1, le=1)]


class Gate(Model):
    """One question, asked of two models about the same `n` texts: the share each has right, and the interval in which the difference
    (new − old) lies. `passed`: the new model is not shown to be worse."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100), Clean]
    n: Annotated[int, Field(ge=0)]
    old: Share
    new: Share
    low: Difference
    high: Difference
    passed: bool


class ModelPromoted(Model):
    """`new` takes the place of `old`; `by` let it (an operator's login, never a citizen). `learnt`: corrections that the new model has
    learnt from, where that is known."""

    what: Literal["model-promoted"] = "model-promoted"
    at: AwareDatetime
    by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), Clean]
    old: ModelVersion
    new: ModelVersion
    learnt: Annotated[int, Field(ge=0)] | None = None
    gates: tuple[Gate, ...]
