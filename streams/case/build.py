"""The one place where the case stage's real objects are put together."""

from __future__ import annotations

from pathlib import Path

from streams.case.io.stage import CaseStage
from streams.case.policy.book import PolicyDirectory

_LATE_WALL_S = 30.0


def case_stage(policy_directory: Path | None = None, clock_scale: float = 1.0) -> CaseStage:
    """The stage with policies from a directory (None: the shipped default).

    With a scaled clock a short real delay looks long: below half a minute of real time no outage is recorded.
    """
    tolerance_ms = int(_LATE_WALL_S * clock_scale * 1000) if clock_scale > 1 else 0
    policies = PolicyDirectory(policy_directory)
    policies.book()  # a broken policy stops the process at its start, not at its first record
    return CaseStage(policies.book, tolerance_ms)
