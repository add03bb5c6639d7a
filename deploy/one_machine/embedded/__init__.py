"""A real Kafka broker and a real PostgreSQL server as child processes, installed by name, without root or Docker. The two classes may be
imported from here; who talks to them, and about what, they do not know.
"""

from deploy.one_machine.embedded.kafka import EmbeddedKafka
from deploy.one_machine.embedded.postgres import EmbeddedPostgres

__all__ = ["EmbeddedKafka", "EmbeddedPostgres"]
