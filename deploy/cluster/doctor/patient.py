"""The site that is examined, with connections to what it needs, opened once when first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from deploy.cluster.site import Site
from deploy.errors import Unreachable
from deploy.one_machine.runner.directory import Directory

if TYPE_CHECKING:
    import psycopg
    from kafka.admin import KafkaAdminClient


class Patient(Site):
    """Close it, or use it as a context."""

    def __init__(self, environment: Mapping[str, str], directory: Directory) -> None:
        super().__init__(environment, directory)
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

        try:
            return self._open.enter_context(psycopg.connect(self.database_url, autocommit=True, connect_timeout=5))
        except psycopg.OperationalError as error:
            raise Unreachable(f"PostgreSQL does not answer: {str(error).strip().splitlines()[-1]}") from None
