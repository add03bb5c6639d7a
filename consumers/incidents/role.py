"""Role `incidents`: petitions.events → which petitions are about one matter → `merge` and `propose-merge` on petitions.actions.

The case stage decides: a merge that cannot be is refused there, and the refusal is remembered here.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from functools import partial

import psycopg
from kafka import KafkaConsumer

from consumers.incidents.changes import changes_of
from consumers.incidents.compare import Rules
from consumers.incidents.memory import Memory
from consumers.incidents.outbox import Outbox, connect
from consumers.incidents.sink import IncidentSink
from consumers.loop import runner
from consumers.loop.postgres_sink import PostgresSink
from consumers.settings import IncidentSettings
from schemas.events.sealing import sealing
from schemas.events.topics import EVENTS

NAME = "incidents"
_GATHER_MS = 400
"""Nobody waits for a merge: larger batches leave the cores to what people wait for."""


def run() -> None:
    """Look for incidents until told to stop."""
    settings = IncidentSettings()
    url = settings.database_url.get_secret_value()
    make = partial(changes_of, open_value=sealing(settings).open_value)

    def opened(consumer: KafkaConsumer) -> IncidentSink:
        with ExitStack() as undo:  # when one cannot be opened, those before it are closed
            memory = undo.enter_context(closing(Memory(url, (NAME, EVENTS.name), rules(settings), settings.clock())))
            connection = undo.enter_context(closing(psycopg.connect(url, autocommit=True, connect_timeout=5)))
            outbox = Outbox(connection, connect(settings))
            undo.pop_all()
        return IncidentSink(PostgresSink(consumer, memory, settings, make, NAME), memory, outbox)

    runner.run(runner.Consumer(NAME, settings, opened, settings.incident_batch, _GATHER_MS))


def rules(settings: IncidentSettings) -> Rules:
    """The rules of comparison, as the operator has set them."""
    return Rules(
        days=settings.incident_days,
        metres=settings.incident_metres,
        near_metres=settings.incident_near_metres,
        merge=settings.incident_merge,
        merge_near=settings.incident_merge_near,
        propose=settings.incident_propose,
        propose_by_text=settings.incident_propose_by_text,
        followers_at_most=settings.incident_followers,
        may_merge=settings.incident_auto,
    )
