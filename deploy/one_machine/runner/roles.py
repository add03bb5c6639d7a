"""A role: one process that the runner keeps running."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from deploy.one_machine.embedded.child import Command

_PROBE_SECONDS = 0.5


def at_once() -> bool:
    """For a process that serves as soon as it runs."""
    return True


@dataclass(frozen=True, slots=True)
class Role:
    """`command` gives what to run, anew at each start. `needs` names roles that must be ready (of those that run `once`: done)
    before each start. `stop_limit`: seconds from the request to stop to the kill. `ahead`: it can load, held (child.py), while what it
    needs is not ready yet. `reserve`: a second process stands by so, and takes the place of one that dies.
    """

    name: str
    command: Callable[[], Command]
    needs: tuple[str, ...] = ()
    ready: Callable[[], bool] = at_once
    metrics_url: str | None = None
    once: bool = False
    stop_limit: float = 15.0
    ahead: bool = False
    reserve: bool = False


def answers_ready(base_url: str) -> Callable[[], bool]:
    """A check that asks `base_url`/readyz."""

    def check() -> bool:
        try:
            with urllib.request.urlopen(f"{base_url}/readyz", timeout=_PROBE_SECONDS) as response:  # noqa: S310 -- our own http URL
                return bool(response.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    return check


def waves(roles: Iterable[Role]) -> list[list[Role]]:
    """Roles grouped by depth of need: each wave needs only earlier ones. Raises ValueError for a circle or an unknown name."""
    left, known, found = list(roles), set[str](), list[list[Role]]()
    while left:
        wave = [role for role in left if known.issuperset(role.needs)]
        if not wave:
            raise ValueError(f"roles that can never start: {', '.join(role.name for role in left)}")
        found.append(wave)
        known.update(role.name for role in wave)
        left = [role for role in left if role.name not in known]
    return found
