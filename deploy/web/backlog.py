"""How many petitions wait to be handled, as the broker tells it, for the door that must not take in more than can be answered in time."""

from __future__ import annotations

import threading

from kafka.errors import KafkaError

from deploy.cluster.groups import readers, waiting
from deploy.cluster.kafka import KafkaUnreachable, administering
from producers.http.overload import Overload
from schemas.events.topics import INTAKE
from schemas.platform.logs import log
from schemas.platform.settings import ProcessSettings

EVERY_SECONDS = 2.0


class BacklogWatch:
    """Looks every two seconds while petitions come, from a thread of its own, until told to stop."""

    def __init__(self, settings: ProcessSettings, overload: Overload) -> None:
        self._settings, self._overload = settings, overload
        self._stopping = threading.Event()
        self._seen = 0

    def start(self) -> None:
        threading.Thread(target=self._run, name="backlog", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self._follow()
            except (KafkaUnreachable, KafkaError) as error:
                log.warning("kafka-unavailable", error=f"{type(error).__name__}: {error}")

    def _follow(self) -> None:
        """With one client for as long as petitions come, and until what came is handled."""
        if self._overload.asked == self._seen:
            return
        of = {INTAKE: readers()[INTAKE]}
        with administering(self._settings) as admin:
            behind = 1
            while (behind or self._overload.asked != self._seen) and not self._stopping.is_set():
                self._seen = self._overload.asked
                rows = waiting(admin, self._settings, of)
                behind = sum(row.records for row in rows)
                self._overload.note(sum(row.position or row.begin for row in rows), behind)
                self._stopping.wait(EVERY_SECONDS)
