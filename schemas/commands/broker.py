"""Which broker a command means, and how it reads what is sealed there."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.events.sealing import OpenValue
    from schemas.platform.settings import ProcessSettings


def open_value(data: Path) -> OpenValue:
    """With the keyring of KEYRING_FILE, else of the instance in the directory; without one, what is sealed stays so."""
    from schemas.events.sealing import Sealing, as_it_is
    from schemas.platform.keyring import KeyringFile

    file = Path(os.environ.get("KEYRING_FILE") or data / "keyring.json")
    return Sealing(KeyringFile(file)).open_value if file.exists() else as_it_is


def broker_settings(data: Path) -> ProcessSettings:
    """That of KAFKA_BOOTSTRAP_SERVERS, else of the instance in the directory, else the default one."""
    from schemas.platform.settings import ProcessSettings

    state = data / "state.json"
    if "KAFKA_BOOTSTRAP_SERVERS" not in os.environ and state.exists():
        return ProcessSettings(kafka_bootstrap_servers=json.loads(state.read_text(encoding="utf-8"))["kafka"])
    return ProcessSettings()
