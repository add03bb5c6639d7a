"""Role `notifier` with the case stage's calendar: by it there is a morning digest, or none."""

from __future__ import annotations

from datetime import date

from consumers.notifier import role
from consumers.notifier.digest.morning import Worked
from schemas.events.base import Level
from schemas.platform.instants import start_of, to_ms
from streams.case.policy.directory import PolicyDirectory
from streams.settings import PolicySettings

_LOOK_EVERY_SECONDS = 60
_DAY_MS = 24 * 3600 * 1000


def working_days() -> Worked:
    """Whether ordinary cases' working time has an hour on a day, by the policy in force."""
    policies = PolicyDirectory(PolicySettings().policy_dir, every_s=_LOOK_EVERY_SECONDS)

    def worked(day: date) -> bool:
        calendar = policies.book().current.levels[Level.ORDINARY].calendar
        midnight = to_ms(start_of(day))
        return calendar.next_start(midnight) < midnight + _DAY_MS

    return worked


def run() -> None:
    """Tell until told to stop."""
    role.run(working_days())
