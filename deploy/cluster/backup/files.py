"""Files in a backup: the secrets, without which the rest cannot be used, the rules that open cases began under, the models that were
promoted, and a scaled clock."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from deploy.errors import Failed
from deploy.one_machine.runner.directory import Directory

PREFIX = "files/"
_CREDENTIALS, _TRACKING, _CLOCK, _KEYRING = "credentials.json", "tracking-secret", "clock.json", "keyring.json"


class Differs(Failed):
    """There is another file in the place of one that is to be brought back."""


def find(environment: Mapping[str, str], directory: Directory) -> dict[str, bytes]:
    """Content by name: what the environment names, else what the instance has."""
    paths = {_CREDENTIALS: Path(environment["CREDENTIALS_FILE"]), _CLOCK: directory.clock, _KEYRING: Path(environment["KEYRING_FILE"])}
    if tracking := environment.get("TRACKING_SECRET_FILE"):
        paths[_TRACKING] = Path(tracking)
    if policy := environment.get("POLICY_DIR"):
        paths |= {f"policy/{path.name}": path for path in sorted(Path(policy).glob("*.toml"))}
    if models := environment.get("MODEL_DIR"):
        paths |= {f"models/{path.name}": path for path in sorted(Path(models).glob("*.npz"))}
    found = {name: path.read_bytes() for name, path in paths.items() if path.is_file()}
    given = environment.get("TRACKING_SECRET")
    return found | ({_TRACKING: given.encode()} if given else {})


def missing(names: Iterable[str]) -> list[str]:
    """What a backup with these files lacks, without which the rest of it is of little use."""
    return sorted({_CREDENTIALS, _TRACKING, _KEYRING} - set(names))


def bring(folder: Path, name: str, content: bytes) -> bool:
    """Write one for its owner alone; False when the same is there already. Raises Differs."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise Differs(f"{name} would lie outside of {folder}")
    if path.exists():
        if path.read_bytes().strip() == content.strip():
            return False
        raise Differs(f"{path} exists and has another content: move it away, or restore into an empty directory")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    return True
