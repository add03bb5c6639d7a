"""Settings of the stream roles (classify and case)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from schemas.platform.settings import KeyringSettings, ProcessSettings


class PolicySettings(ProcessSettings):
    """Whoever counts working time."""

    policy_dir: Path | None = Field(None, description="Policy files (case stage); without it the shipped default is in force.")


class StreamSettings(KeyringSettings, PolicySettings):
    """One worker process of one stage."""

    state_dir: Path = Field(Path(".data/state"), description="Where RocksDB keeps the stores; local to the machine.")
    worker_id: str = Field("", description="A name that stays the same over restarts: the group then need not rebalance.")
    max_step_records: int = Field(4000, ge=1, description="Most records of one partition in one transaction.")
    inbox_records: int = Field(20_000, ge=1, description="Records waiting for a partition before its fetching pauses.")
    inbox_bytes: int = Field(96_000_000, ge=1_000_000, description="Bytes waiting in a worker before its fetching pauses.")
    session_timeout_ms: int = Field(6000, ge=1000, description="A worker silent for so long loses its partitions.")
    stall_seconds: float = Field(30.0, gt=0, description="No progress for so long in spite of work ends the process.")
    chained: bool = Field(
        False, description="Stage case: classify in the same step, too; then no role classify may run, and none needs to."
    )
    crash_at: str = Field("", description="Fault injection: `point` or `point:count`; the process kills itself there.")
