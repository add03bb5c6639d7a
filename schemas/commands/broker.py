"""Which broker a command means, and how it reads what is sealed there."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.events.sealing import OpenValue
    from schemas.platform.settings import ProcessSettings


def open_value(data: Path) -> OpenValue:
    """With the keyring of KEYRING_FILE, else of the instance in the directory. The first sealed value that it is given ends the command
    where there is none: without the words it would go on with something else than what happened."""
    from schemas.commands.failing import FAILED, fail
    from schemas.events.sealing import SEALED, Sealing
    from schemas.platform.keyring import KeyringFile, NoKeyring

    @cache
    def opener() -> OpenValue:
        try:
            return Sealing(KeyringFile(Path(os.environ.get("KEYRING_FILE") or data / "keyring.json"))).open_value
        except NoKeyring as error:
            fail(FAILED, str(error))

    return lambda value: opener()(value) if f'"{SEALED}":"'.encode() in value else value


def broker_settings(data: Path) -> ProcessSettings:
    """That of KAFKA_BOOTSTRAP_SERVERS, else of the instance in the directory (as its operator), else the default one."""
    from schemas.platform.kafka import given
    from schemas.platform.settings import ProcessSettings

    state = data / "state.json"
    if "KAFKA_BOOTSTRAP_SERVERS" not in os.environ and state.exists():
        return ProcessSettings(**given(ProcessSettings, json.loads(state.read_text(encoding="utf-8"))["kafka_access"]))
    return ProcessSettings()
