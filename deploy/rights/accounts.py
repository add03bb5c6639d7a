"""Tells the brokers the accounts of a folder: a file a principal, named like it, whose content is its password."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from deploy.cluster.kafka import administering
from deploy.one_machine.embedded.accounts import SUPER_USERS
from deploy.one_machine.embedded.kafka_adopt import tell
from schemas.platform.settings import ProcessSettings

_TOLD = ".told"


def ensure_accounts(settings: ProcessSettings, folder: Path) -> int:
    """Tell those that the brokers do not know, and those whose file is newer than the last telling: a password is changed by writing
    another one there. Where nothing can be noted in the folder all are told each time. How many were told. Raises KafkaUnreachable,
    AccountsRefused.
    """
    mark = folder / _TOLD
    told_at = mark.stat().st_mtime if mark.exists() else 0.0
    files = [path for path in folder.iterdir() if path.name != _TOLD and path.name not in SUPER_USERS]
    with administering(settings) as admin:
        known = admin.describe_user_scram_credentials()
        fresh = {path.name: path.read_text(encoding="utf-8").strip() for path in files if _is_news(path, known, told_at)}
        with suppress(OSError):  # secrets that are mounted
            mark.touch(0o600)  # before: what is written while they are told is told the next time
        if fresh:
            tell(admin, fresh)
    return len(fresh)


def _is_news(path: Path, known: object, told_at: float) -> bool:
    assert isinstance(known, dict)
    return path.name not in known or path.stat().st_mtime > told_at
