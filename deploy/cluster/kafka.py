"""A short connection to the brokers for those who administer them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from deploy.errors import Unreachable
from schemas.platform.settings import ProcessSettings

if TYPE_CHECKING:
    from kafka.admin import KafkaAdminClient

CONNECT_MS, TIMEOUT_MS = 5_000, 30_000
Kind = Literal["topic", "broker"]


class KafkaUnreachable(Unreachable):
    """No broker answered, or it refused what was asked of it."""


@contextmanager
def administering(settings: ProcessSettings) -> Iterator[KafkaAdminClient]:
    """An admin client; every KafkaError within becomes KafkaUnreachable."""
    from kafka.admin import KafkaAdminClient
    from kafka.errors import KafkaError

    try:
        admin = KafkaAdminClient(
            **settings.client(),
            client_id="petitions-admin",
            request_timeout_ms=TIMEOUT_MS,
            bootstrap_timeout_ms=CONNECT_MS,
        )
        try:
            yield admin
        finally:
            admin.close()
    except KafkaError as error:
        raise KafkaUnreachable(f"Kafka at {settings.kafka_bootstrap_servers} does not answer as it should: {error}") from error


def configs(admin: KafkaAdminClient, kind: Kind, wanted: Mapping[str, Iterable[str]]) -> dict[str, dict[str, str]]:
    """The values in force of the `wanted` settings of topics, or of brokers (by id). One that Kafka does not know is left out."""
    from kafka.admin import ConfigResource, ConfigResourceType

    resources = [ConfigResource(ConfigResourceType[kind.upper()], name, list(settings)) for name, settings in wanted.items()]
    found = admin.describe_configs(resources, config_filter="all").get(kind, {}) if resources else {}
    return {name: {key: one["value"] for key, one in settings.items()} for name, settings in found.items()}


def alter(admin: KafkaAdminClient, topics: Mapping[str, Mapping[str, str]]) -> None:
    """Set these settings of these topics, leaving their others as they are; returns when brokers tell the new ones.

    Raises KafkaUnreachable when Kafka refuses.
    """
    from kafka.admin import ConfigResource, ConfigResourceType

    resources = [ConfigResource(ConfigResourceType.TOPIC, name, dict(settings)) for name, settings in topics.items()]
    answers = admin.alter_configs(resources, raise_on_unknown=False)["topic"] if resources else {}
    refused = [f"{name}: {answer}" for name, answer in answers.items() if answer != "OK"]
    if refused:
        raise KafkaUnreachable(f"Kafka refused to change {'; '.join(refused)}")
    until = time.monotonic() + TIMEOUT_MS / 1000
    while configs(admin, "topic", topics) != topics:
        if time.monotonic() > until:
            raise KafkaUnreachable(f"Kafka took the change of {', '.join(topics)}, but does not show it")
        time.sleep(0.05)
