"""The data directory of one instance: its lock, secrets, ports and logs. Nobody but its owner gets in (0700).

credentials.json  intake key, office tokens, admin token (0600)
accounts.json     persons for a demonstration, with their passwords (0600); made known when there are no persons yet
tracking-secret   makes tracking codes (0600); lost, all codes are void
keyring.json      opens what people wrote (0600, made by `migrate`); lost, nobody reads it again
kafka/accounts/   the passwords of Kafka's principals, a file each (0600)
clock.json        the scaled clock, if there is one
ports.json        the ports of this instance, used again when free
state.json        what runs now (`petitions ps`)
models/           promoted text models; the newest is in use
kafka/ postgres/ state/ logs/
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from deploy.errors import Failed
from deploy.identity import enrolment
from deploy.one_machine.embedded.ports import free_port, is_free
from deploy.one_machine.embedded.private import private_folder, write_private
from schemas.platform import credentials


class InUse(Failed):
    """Another runner works with this directory."""


def write_json(path: Path, content: Any, mode: int = 0o644) -> None:
    """Replace the file at once, so that a reader never sees half of it."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.write("\n")
    part.replace(path)


class Directory:
    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.kafka = self.path / "kafka"
        self.postgres = self.path / "postgres"
        self.stores = self.path / "state"
        self.models = self.path / "models"
        self.logs = self.path / "logs"
        self.state = self.path / "state.json"
        self.credentials = self.path / "credentials.json"
        self.accounts = self.path / "accounts.json"
        self.tracking_secret = self.path / "tracking-secret"
        self.keyring = self.path / "keyring.json"
        self.clock = self.path / "clock.json"
        self._ports = self.path / "ports.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Held while a runner works here; the kernel lets go when it dies. Raises InUse."""
        private_folder(self.path)
        with (self.path / "lock").open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise InUse(f"{self.path} is in use by another runner (process {lock.read().strip() or '?'})") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def ensure_secrets(self) -> None:
        """Make the credentials, the accounts and the tracking secret if there are none."""
        if not self.credentials.exists():
            write_json(self.credentials, credentials.generate(), 0o600)
        elif (found := json.loads(self.credentials.read_text(encoding="utf-8"))) != (whole := credentials.completed(found)):
            write_json(self.credentials, whole, 0o600)  # an instance from before there was this channel or office
        if not self.accounts.exists():
            write_json(self.accounts, enrolment.demonstration(), 0o600)
        if not self.tracking_secret.exists():
            write_private(self.tracking_secret, secrets.token_urlsafe(48))

    def ports(self, names: list[str]) -> dict[str, int]:
        """A port for each name: the one it had before if that is free now, else a new one."""
        known = self.known_ports()
        ports: dict[str, int] = {}
        for name in names:
            port = known.get(name)
            while port is None or port in ports.values() or not is_free(port):
                port = free_port()
            ports[name] = port
        write_json(self._ports, {**known, **ports})
        return ports

    def known_ports(self) -> dict[str, int]:
        """The ports of the run before, or of the one that is under way."""
        return dict(json.loads(self._ports.read_text(encoding="utf-8"))) if self._ports.exists() else {}

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def turn_logs(self) -> None:
        """Keep the logs of the run before as NAME.log.1."""
        for log in self.logs.glob("*.log"):
            log.replace(log.with_name(f"{log.name}.1"))
