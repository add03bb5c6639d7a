"""Files that nobody else may read: secrets, and the data with the citizens' words in it."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from deploy.cluster.doctor.finding import Finding, not_here, or_fine, wrong
from deploy.cluster.doctor.patient import Patient
from deploy.one_machine.runner.directory import Directory

_MOUNTED = Path("/run/secrets")
"""Docker mounts a secret with the mode of its file, which others on the host cannot reach."""
_OTHERS_READ_OR_WRITE = 0o066
_SECRET_FILES = ("CREDENTIALS_FILE", "ACCOUNTS_FILE", "TRACKING_SECRET_FILE", "DATABASE_URL_FILE", "KAFKA_PASSWORD_FILE")


def secrets(site: Patient) -> list[Finding]:
    """Credentials, the tracking secret, passwords: for their owner alone."""
    found = sorted({path for path in (*_of_instance(site), *_named(site)) if path.is_file()})
    if not found:
        return [not_here("no file with a secret is named here")]
    findings = [wrong(f"{path} has mode {_mode(path):04o}", f"chmod 600 {path}") for path in found if _is_open(path)]
    return or_fine(findings, f"{len(found)} files, each for its owner alone")


def data(site: Patient) -> list[Finding]:
    """The instance's directory."""
    path = site.directory.path
    if not site.is_instance:
        return [not_here("no instance of one machine has its data here")]
    # Others may pass through (a database that runs as another account must), not list and not read.
    findings = [wrong(f"{path} has mode {_mode(path):04o}", f"chmod 700 {path}")] if _mode(path) & _OTHERS_READ_OR_WRITE else []
    return or_fine(findings, f"{path}, closed")


def _of_instance(site: Patient) -> tuple[Path, ...]:
    directory = site.directory
    broker = directory.kafka / "server.properties"  # the brokers' own passwords stand in it
    own = directory.credentials, directory.accounts, directory.tracking_secret, directory.postgres.with_suffix(".password")
    return *own, broker, *_accounts(directory)


def _accounts(directory: Directory) -> tuple[Path, ...]:
    folder = directory.kafka / "accounts"
    return tuple(path for path in folder.iterdir() if not path.name.startswith(".")) if folder.is_dir() else ()


def _named(site: Patient) -> Iterator[Path]:
    """Files that the environment names, but for those that are mounted for a container."""
    for name, value in site.environment.items():
        if name in _SECRET_FILES and _MOUNTED not in Path(value).parents:
            yield Path(value)


def _is_open(path: Path) -> bool:
    return bool(_mode(path) & _OTHERS_READ_OR_WRITE)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
