"""What the guards cost is measured against a stack without them: a broker that asks nobody who he is, and processes that seal no words.

`python -m tests.bench.unguarded …` is the command `petitions` whose processes leave all words in the clear. Nothing of the product can
be told to do either.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from deploy import cli
from deploy.one_machine.embedded import EmbeddedKafka
from deploy.one_machine.embedded.accounts import PROTOCOL
from deploy.one_machine.embedded.kafka_security import CLIENTS, CONTROLLERS
from schemas.events.sealing import Sealing

_ACCOUNT = ("KAFKA_SECURITY_PROTOCOL", "KAFKA_SASL_MECHANISM", "KAFKA_USERNAME", "KAFKA_PASSWORD")
_OF_CLIENTS = (f"listener.name.{CLIENTS.lower()}.", "sasl.mechanism.inter.broker", "authorizer.", "super.users")


class OpenKafka(EmbeddedKafka):
    """A broker that lets in and do everybody; its quorum alone keeps its password."""

    def _configure(self, settings: Mapping[str, str]) -> Path:
        others = {name: value for name, value in settings.items() if not name.startswith(_OF_CLIENTS)}
        return super()._configure(others | {"listener.security.protocol.map": f"{CLIENTS}:PLAINTEXT,{CONTROLLERS}:{PROTOCOL}"})

    @property
    def ready(self) -> bool:
        try:
            KafkaAdminClient(bootstrap_servers=self.bootstrap, request_timeout_ms=2000).close()
        except KafkaError:
            return False
        return True


@contextmanager
def no_account() -> Iterator[None]:
    """Clients of this process, and of those that it starts, come to the broker as nobody."""
    before = {name: os.environ.pop(name) for name in _ACCOUNT if name in os.environ}
    try:
        yield
    finally:
        os.environ |= before


def leave_words_open() -> None:
    """Nothing is sealed in this process any more."""

    def as_it_is(_: Sealing, *given: Any) -> Any:
        return given[-1]

    Sealing.seal = Sealing.open = Sealing.open_value = as_it_is  # type: ignore[method-assign]


if __name__ == "__main__":
    leave_words_open()
    cli.main()
