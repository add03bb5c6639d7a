"""The one place where the case stage's real objects are put together."""

from __future__ import annotations

from pathlib import Path

from schemas.events.sealing import Sealing
from schemas.platform.clock import Clock, WallClock
from streams.case.io.stage import CaseStage
from streams.case.policy.directory import PolicyDirectory
from streams.classify.danger import lexicon
from streams.classify.danger.alarm import alarm
from streams.classify.settings import classify_settings

_SILENT_WALL_S = 30.0


def case_stage(policy_directory: Path | None = None, clock: Clock | None = None, *, sealing: Sealing) -> CaseStage:
    """The stage with policies from a directory (None: the shipped default), on the deployment's clock (None: the wall clock).

    With a scaled clock a short real delay looks long: below half a minute of real time no outage is recorded. Raise BadPolicy, or
    what `streams.classify.danger.lexicon.load` raises.
    """
    clock = clock or WallClock()
    policies = PolicyDirectory(policy_directory)
    policies.book()  # a broken policy stops the process at its start, not at its first record
    return CaseStage(
        policies.book,
        round(_SILENT_WALL_S / clock.wall_seconds(1)),
        clock.shown_at,
        alarm(lexicon.load(classify_settings().lexicon)),
        sealing.seal,
    )
