"""What is examined: the settings that the roles here would have, and connections to what they need, opened once when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings

from deploy.errors import Failed, Unreachable
from deploy.one_machine.runner.directory import Directory
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    import psycopg
    from kafka.admin import KafkaAdminClient

S = TypeVar("S", bound=BaseSettings)


class Site:
    """`environment`: as a role would have it; `directory`: the instance's own, where there is one. Close it, or use it as a context."""

    def __init__(self, environment: Mapping[str, str], directory: Directory) -> None:
        self.environment, self.directory = environment, directory
        self._open = ExitStack()
        self._made: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._open.close()

    @property
    def is_instance(self) -> bool:
        """Whether an instance of one machine has its data here."""
        return self.directory.credentials.exists()

    def read(self, settings: type[S]) -> S:
        """Some role's settings. Raises Failed, naming the variables, when they cannot be read; never their values."""
        try:
            return settings(**self._values(settings))
        except ValidationError as error:
            names = ", ".join(sorted({str(one["loc"][0]).upper() for one in error.errors() if one["loc"]}))
            raise Failed(f"settings cannot be read: {names}") from None

    def _values(self, settings: type[S]) -> dict[str, Any]:
        """Also of secrets whose file is named (as `ProcessSettings` does for the process's own environment)."""
        named = {name: self.environment.get(name.upper()) for name in settings.model_fields}
        files = {name: self.environment.get(f"{name.upper()}_FILE") for name, value in named.items() if not value}
        secret = {
            name: Path(path).read_text(encoding="utf-8").strip() for name, path in files.items() if path and _is_secret(settings, name)
        }
        return {name: value for name, value in named.items() if value} | secret

    @cached_property
    def settings(self) -> ProcessSettings:
        return self.read(ProcessSettings)

    @property
    def admin(self) -> KafkaAdminClient:
        """Raises Unreachable."""
        return self._connected("kafka", self._connect_kafka)

    @property
    def database(self) -> psycopg.Connection[Any]:
        """Raises Unreachable, and Failed when its address is not known."""
        found: psycopg.Connection[Any] = self._connected("database", self._connect_database)
        return found

    @cached_property
    def topics(self) -> dict[str, dict[str, Any]]:
        """The brokers' description of each topic, by name."""
        return {topic["name"]: topic for topic in self.admin.describe_topics()}

    def _connected(self, name: str, connect: Callable[[], Any]) -> Any:
        """Who did not answer the first time is not asked again: each question would wait as long."""
        if name not in self._made:
            try:
                self._made[name] = connect()
            except Unreachable as error:
                self._made[name] = error
        if isinstance(self._made[name], Unreachable):
            raise self._made[name]
        return self._made[name]

    def _connect_kafka(self) -> KafkaAdminClient:
        from deploy.cluster.kafka import administering

        return self._open.enter_context(administering(self.settings))

    def _connect_database(self) -> psycopg.Connection[Any]:
        import psycopg

        from schemas.platform.settings import DatabaseSettings

        url = self.read(DatabaseSettings).database_url.get_secret_value()
        try:
            return self._open.enter_context(psycopg.connect(url, autocommit=True, connect_timeout=5))
        except psycopg.OperationalError as error:
            raise Unreachable(f"PostgreSQL does not answer: {str(error).strip().splitlines()[-1]}") from None


def _is_secret(settings: type[BaseSettings], name: str) -> bool:
    return settings.model_fields[name].annotation in (SecretStr, SecretStr | None)
