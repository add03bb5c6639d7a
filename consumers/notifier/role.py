"""Role `notifier`: petitions.events → deliveries, with the offsets; and beside that the senders, which take what is due."""

from __future__ import annotations

import threading
from functools import partial

from kafka import KafkaConsumer

from consumers.loop import runner
from consumers.loop.postgres_sink import PostgresSink
from consumers.notifier import book, sending
from consumers.notifier.changes import Changes, changes_of
from consumers.notifier.digest.morning import Worked
from consumers.notifier.outbox import Deliveries
from consumers.notifier.policy import policy
from consumers.settings import NotifierSettings
from schemas.events import tracking
from schemas.events.sealing import Sealing
from schemas.events.topics import EVENTS
from schemas.platform.keyring import KeyringFile

NAME = "notifier"


def run(worked: Worked) -> None:
    """Tell until told to stop. `worked`: on which days there is a morning digest."""
    settings = NotifierSettings()
    keys, stopping = KeyringFile(settings.keyring_file), threading.Event()
    make = partial(changes_of, policy=policy(), open_value=Sealing(keys).open_value)
    url = settings.database_url.get_secret_value()
    codes = tracking.Keys(settings.tracking_secrets())
    subscribe = partial(book.subscribe, keys, settings.tracking_secrets())

    def opened(consumer: KafkaConsumer) -> PostgresSink[Changes]:
        tables = Deliveries(url, (NAME, EVENTS.name), policy(), settings.clock(), subscribe, codes=codes)
        return PostgresSink(consumer, tables, settings, make, NAME)

    senders = sending.begin(stopping, settings, keys, policy(), worked)
    runner.run(runner.Consumer(NAME, settings, opened, settings.notifier_batch))
    stopping.set()
    senders.join(3)
