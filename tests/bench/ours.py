"""The comparison job on the project's own engine, with default settings. INPUT names the topic that all contestants read, WORKERS
says how many processes share its partitions, as `petitions up --workers` does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from schemas.events.topics import Topic
from schemas.platform import logs
from streams.settings import StreamSettings
from streams.worker import run_stage
from tests.engine.job import JobStage


class BenchStage(JobStage):
    inputs: tuple[Topic, ...] = (Topic(os.environ.get("INPUT", "bench.in"), "input"),)


def work() -> None:
    settings = StreamSettings()
    logs.configure("bench", settings.log_level)
    run_stage(BenchStage(), settings)


def share(workers: int) -> None:
    """As many processes, until TERM."""
    state = Path(os.environ["STATE_DIR"])
    environments = ({"WORKERS": "1", "WORKER_ID": f"bench-{n}", "STATE_DIR": str(state / str(n))} for n in range(workers))
    children = [subprocess.Popen((sys.executable, "-m", "tests.bench.ours"), env={**os.environ, **own}) for own in environments]
    signal.signal(signal.SIGTERM, lambda *_: [child.terminate() for child in children])
    sys.exit(max(child.wait() for child in children))


if __name__ == "__main__":
    workers = int(os.environ.get("WORKERS", "1"))
    if workers == 1:
        work()
    else:
        share(workers)
