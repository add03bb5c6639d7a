"""The classifier of the newest promoted model, exchanged between two batches: nothing waits for it and nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from schemas.platform import metrics
from schemas.platform.logs import log
from streams.classify.classifier import Classifier
from streams.classify.found import Asked, Classification
from streams.classify.model import file
from streams.classify.model.file import BadModelError, Model

LOOK_EVERY_S = 10.0


class Current:
    """Looks into `directory` at most every ten seconds, when a batch comes. A model that cannot be read is told in the log, once, and the
    present one stays. Raises what `file.newest` raises if there is none to begin with."""

    def __init__(self, build: Callable[[Model], Classifier], directory: Path | None, now: Callable[[], float] = time.monotonic) -> None:
        self._build, self._directory, self._now = build, directory, now
        self._looked, self._path = now(), file.newest_path(directory)
        self._use(build(file.read(self._path)))

    def classify_texts(self, asked: Sequence[Asked]) -> list[Classification]:
        """A batch is of one model throughout."""
        if self._directory and self._now() - self._looked >= LOOK_EVERY_S:
            self._look()
        return self._classifier.classify_texts(asked)

    def _look(self) -> None:
        self._looked = self._now()
        path = file.newest_path(self._directory)
        if path == self._path:
            return
        self._path = path
        try:
            made = self._build(file.read(path))
        except (BadModelError, OSError) as error:
            log.error("model-rejected", file=path.name if path else "", error=str(error))
            return
        metrics.MODEL_IN_USE().remove(self._classifier.version)
        self._use(made)

    def _use(self, made: Classifier) -> None:
        self._classifier = made
        metrics.MODEL_IN_USE().labels(made.version).set(1)
        log.info("model-taken-up", version=made.version)
