"""A real Kafka broker and a real PostgreSQL server as child processes, installed by name, without root or Docker."""

from deploy.embedded.kafka import EmbeddedKafka
from deploy.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedKafka", "EmbeddedPostgres"]
