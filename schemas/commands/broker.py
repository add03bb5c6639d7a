"""Which broker a command means."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.platform.settings import ProcessSettings


def broker_settings(data: Path) -> ProcessSettings:
    """That of KAFKA_BOOTSTRAP_SERVERS, else of the instance in the directory (as its operator), else the default one."""
    from schemas.platform.kafka import given
    from schemas.platform.settings import ProcessSettings

    state = data / "state.json"
    if "KAFKA_BOOTSTRAP_SERVERS" not in os.environ and state.exists():
        return ProcessSettings(**given(ProcessSettings, json.loads(state.read_text(encoding="utf-8"))["kafka_access"]))
    return ProcessSettings()
