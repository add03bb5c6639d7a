"""Role `projector`: petitions.events → the read model in PostgreSQL, each event once."""

from __future__ import annotations

from functools import partial

from kafka import KafkaConsumer

from consumers.loop import runner
from consumers.loop.postgres_sink import PostgresSink
from consumers.read_model import forgetting
from consumers.read_model.projection import Rows, project
from consumers.read_model.tables import ReadModel
from consumers.read_model.words import Index
from consumers.settings import ProjectorSettings
from schemas.events.sealing import sealing
from schemas.events.topics import EVENTS

NAME = "projector"


def run() -> None:
    """Project until told to stop."""
    settings = ProjectorSettings()
    make = partial(project, index=Index.of(settings.tracking_secrets(), sealing(settings)))
    forget = partial(forgetting.forget, settings)
    url = settings.database_url.get_secret_value()

    def opened(consumer: KafkaConsumer) -> PostgresSink[Rows]:
        return PostgresSink(consumer, ReadModel(url, NAME, EVENTS.name, forget), settings, make, NAME)

    runner.run(runner.Consumer(NAME, settings, opened, settings.projector_batch))
