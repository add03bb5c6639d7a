"""Room to work in: free disk and free file handles."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage

from deploy.cluster.doctor.finding import Finding, fine, mind, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from schemas.events.brokers import OFFSETS_TOPIC

_GIBIBYTE = 1024**3
_LEAST, _LEAST_SHARE, _LITTLE_SHARE = _GIBIBYTE, 0.05, 0.15
_FILES_A_PARTITION, _OTHER_FILES = 256, 300
_FULL = 0.8


def disks(site: Patient) -> Iterator[Finding]:
    """Where the data, the stores and the brokers' logs are."""
    for path in {site.directory.path, site.stores}:
        if path.exists():
            usage = disk_usage(path)
            yield judged(str(path), usage.free, usage.total)
    for broker in site.admin.describe_log_dirs([OFFSETS_TOPIC]):
        for folder in broker["log_dirs"]:
            if folder["total_bytes"] > 0:
                yield judged(f"broker {broker['broker']}, {folder['log_dir']}", folder["usable_bytes"], folder["total_bytes"])


def judged(where: str, free: int, total: int) -> Finding:
    """Bytes. A broker or a database that fills its disk stops, and may need a person to come up again."""
    told = f"{where}: {free / _GIBIBYTE:.1f} GiB free of {total / _GIBIBYTE:.0f}"
    if free < max(_LEAST, _LEAST_SHARE * total):
        return wrong(told, "make room now: it stops when the disk is full")
    return mind(told, "make room soon, or give it a larger disk") if free < _LITTLE_SHARE * total else fine(told)


def handles(site: Patient) -> list[Finding]:
    """What a worker may need against what it may have; and for the processes that run here, what they have open."""
    need = _FILES_A_PARTITION * site.settings.partitions + _OTHER_FILES
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    findings = [] if soft >= need else [mind(f"{soft} a process here; a worker of all partitions may need {need}", f"ulimit -n {need}")]
    findings += [finding for name, pid in _processes(site) if (finding := _open_files(name, pid)) is not None]
    return or_fine(findings, f"{soft} a process here")


def _processes(site: Patient) -> list[tuple[str, int]]:
    from deploy.one_machine.runner.state import rows

    if not site.directory.state.exists():
        return []
    return [(row.role, row.pid) for row in rows(site.directory.state) if row.pid]


def _open_files(name: str, pid: int) -> Finding | None:
    """None when that is far from its limit, or not ours to see."""
    try:
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        used = sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return None
    limit = next(line.split()[3] for line in limits.splitlines() if line.startswith("Max open files"))
    return crowded(name, used, int(limit)) if limit.isdigit() else None


def crowded(name: str, used: int, limit: int) -> Finding | None:
    """A finding when a process has most of its file handles in use."""
    if used <= _FULL * limit:
        return None
    return wrong(f"{name} has {used} of {limit} file handles open", "raise its limit (ulimit -n, LimitNOFILE=) and restart it")
