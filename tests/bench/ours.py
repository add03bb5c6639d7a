"""The comparison job on the project's own engine, with default settings. INPUT names the topic that all contestants read."""

from __future__ import annotations

import os

from schemas import logs
from schemas.topics import Topic
from streams.settings import StreamSettings
from streams.worker import run_stage
from tests.engine.job import JobStage


class BenchStage(JobStage):
    inputs: tuple[Topic, ...] = (Topic(os.environ.get("INPUT", "bench.in"), "input"),)


if __name__ == "__main__":
    settings = StreamSettings()
    logs.configure("bench", settings.log_level)
    run_stage(BenchStage(), settings)
