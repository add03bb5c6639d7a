"""A role's life: signals, status endpoints, liveness, and the pause between two tries."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator

from schemas.platform import metrics
from schemas.platform.logs import configure, log
from schemas.platform.settings import ProcessSettings
from schemas.platform.status import StatusServer

ALIVE_WITHIN_SECONDS = 60.0
UNREADY_SECONDS = 60.0
WENT_WELL_SECONDS = 30.0
WATCH_SECONDS = 5.0


class Service:
    """Stops on TERM or Ctrl-C. `beat` is called once a round; without a beat for a minute /healthz says so and the process ends.

    So it does when it is not ready for a minute without trying anew: a client of Kafka that got stuck while it joined its group
    goes on with its rounds for ever, and is nobody's member.
    """

    def __init__(self, role: str, settings: ProcessSettings) -> None:
        self.role, self._settings = role, settings
        self.stopping = threading.Event()
        self._ready = False
        self._beat_at = self._well_at = time.monotonic()

    @property
    def ready(self) -> bool:
        return self._ready

    @ready.setter
    def ready(self, ready: bool) -> None:
        if ready and not self._ready:
            metrics.UP_SINCE().labels(self.role).set_to_current_time()
        if ready:
            self._well_at = time.monotonic()
        self._ready = ready

    def beat(self) -> None:
        self._beat_at = time.monotonic()

    def _alive(self) -> bool:
        now = time.monotonic()
        return now - self._beat_at < ALIVE_WITHIN_SECONDS and (self._ready or now - self._well_at < UNREADY_SECONDS)

    def _watch(self) -> None:
        """A call into a client that never returns holds up everything behind it: end, and let the supervisor start a new process."""
        self.beat()
        self._well_at = time.monotonic()
        while not self.stopping.wait(WATCH_SECONDS):
            if not self._alive():
                log.error("stalled", seconds=ALIVE_WITHIN_SECONDS, ready=self._ready)
                sys.stderr.flush()
                os._exit(1)

    def tries(self) -> Iterator[None]:
        """Endless tries with a pause between them that grows from 0.1 to 5 s; ends when the process is to stop.

        A try that went well for a while starts the pauses from anew.
        """
        pause = 0.1
        while not self.stopping.is_set():
            self.beat()
            began = self._well_at = time.monotonic()
            yield
            self.ready = False
            pause = 0.1 if time.monotonic() - began > WENT_WELL_SECONDS else pause
            self.stopping.wait(pause)
            pause = min(pause * 2, 5.0)

    def run(self, work: Callable[[], None]) -> None:
        """Serve status and do the work until told to stop; exit with 1 when the work raises."""
        configure(self.role, self._settings.log_level)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        status = StatusServer(self._settings.listen_host, self._settings.metrics_port, alive=self._alive, ready=lambda: self._ready)
        status.start()
        # A batch is tens of thousands of small objects that die together: do not look for cycles among them all the time.
        gc.set_threshold(50_000, 20, 50)
        log.info("process-started", port=status.port)
        threading.Thread(target=self._watch, name="watch", daemon=True).start()
        try:
            work()
        except Exception as error:  # noqa: BLE001 — whatever it is, the process must not go on
            log.error("fatal", error=f"{type(error).__name__}: {error}", exc_info=True)
            sys.stderr.flush()
            # No clean-up that could wait for a broker or commit anything: the supervisor starts a new process.
            os._exit(1)
        log.info("process-stopping")
        status.stop()
