"""A site: the settings that its roles would have, and so where its brokers, its database, its stores and its files are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from deploy.errors import Failed
from deploy.one_machine.runner.directory import Directory
from schemas.platform.kafka import given
from schemas.platform.settings import DatabaseSettings, ProcessSettings

S = TypeVar("S", bound=BaseSettings)


class Site:
    """`environment`: as a role would have it; `directory`: that of an instance of one machine, whether it is there or not."""

    def __init__(self, environment: Mapping[str, str], directory: Directory) -> None:
        self.environment, self.directory = environment, directory

    def read(self, settings: type[S]) -> S:
        """Some role's settings. Raises Failed, naming the variables, when they cannot be read; never their values."""
        try:
            return settings(**given(settings, self.environment))
        except ValidationError as error:
            names = ", ".join(sorted({str(one["loc"][0]).upper() for one in error.errors() if one["loc"]}))
            raise Failed(f"settings cannot be read: {names}") from None

    @cached_property
    def settings(self) -> ProcessSettings:
        """Those that every role has."""
        return self.read(ProcessSettings)

    @property
    def database_url(self) -> str:
        """Raises Failed when it is not known."""
        return self.read(DatabaseSettings).database_url.get_secret_value()

    @property
    def stores(self) -> Path:
        """Where the stages of this machine keep their stores."""
        return Path(self.environment.get("STATE_DIR") or self.directory.stores).resolve()
