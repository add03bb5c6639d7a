"""A real Kafka broker and a real PostgreSQL server as child processes, installed by name, without root or Docker."""

from deploy.one_machine.embedded.kafka import EmbeddedKafka
from deploy.one_machine.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedKafka", "EmbeddedPostgres"]
