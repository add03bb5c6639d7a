"""That nobody works: what is written anew must not be written by others at the same time."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from deploy.errors import Failed

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

_SESSION_SECONDS, _PAUSE_SECONDS = 15.0, 0.5


class AtWork(Failed):
    """Roles run that would work on what is half there."""


def check_idle(admin: KafkaAdminClient, groups: Iterable[str]) -> None:
    """Raises AtWork when groups have members for longer than a session lasts: until then one that was stopped still counts."""
    until = time.monotonic() + _SESSION_SECONDS
    while busy := _busy(admin, list(groups)):
        if time.monotonic() > until:
            raise AtWork(f"stop the roles first; these groups have members: {', '.join(busy)}")
        time.sleep(_PAUSE_SECONDS)


def _busy(admin: KafkaAdminClient, groups: list[str]) -> list[str]:
    found = admin.describe_groups(groups)
    return [name for name in groups if found[name]["members"]]
