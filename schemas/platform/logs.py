"""Structured JSON logs on standard error, with every event name in one registry. No personal data in any field."""

from __future__ import annotations

import logging
import sys
from typing import Any, Literal, TextIO

import structlog

LogEvent = Literal[
    "process-started",  # a role is up; with its ports
    "process-stopping",  # TERM or Ctrl-C came
    "fatal",  # the process ends itself; with the error
    "partition-opened",  # a stage's processor runs; with restored records
    "store-locked",  # a hanging predecessor keeps its store open; another one is built
    "owner-fenced",  # a worker that is gone had left a transaction open; it is aborted
    "others-awaited",  # an open transaction, or workers that should not run any more, hold up a partition; with how long
    "records-skipped",  # retention deleted records that were not handled yet: they are lost to this stage or consumer
    "kafka-retried",  # a request has been tried again for some seconds; with the request and why, every few seconds
    "timers-held",  # due timers wait for input that was acknowledged before and is not read yet, every few seconds
    "timers-released",  # what they waited for stands behind an open transaction for too long; they fire
    "clock-off",  # the machine's clock jumped, or is not the brokers': timers do not fire; with how far it is ahead
    "clock-sound",  # it is right again, and timers fire
    "store-set-aside",  # a local store that does not fit its changelog was moved away, and another one is built
    "partition-closed",  # a stage's processor was revoked or stopped
    "fetch-lost",  # records that were fetched did not reach a stage's processor, and are fetched again; with offset
    "restoring",  # progress while a store catches up
    "step-split",  # a batch raised and was halved until the culprit was alone; with how often
    "dead-letter",  # a record went to petitions.dlq; with topic, partition, offset, error
    "partitions-differ",  # a topic has another number of partitions than the setting says; the process ends
    "workers-differ",  # others do this stage's work, chained or apart; the process waits for the end of their sessions, then ends
    "stalled",  # the watchdog saw no progress in spite of lag
    "kafka-unavailable",  # a publish was not acknowledged
    "database-unavailable",  # PostgreSQL does not answer; the process waits and tries again
    "consumer-positioned",  # a consumer took up its partitions; with offsets
    "delivery-parked",  # a delivery to one office failed and was put aside
    "notice-not-taken",  # somebody could not be told this time; with the medium, no address
    "mail-unavailable",  # the mailbox, or the service that takes petitions in, does not answer the mailroom
    "mail-not-taken",  # a mail could not be handled; with how often, nothing of what it says
    "policy-loaded",  # a policy version was taken up
    "policy-rejected",  # a changed policy file has mistakes; the old one stays in force
    "policy-missing",  # open cases began under a version whose file is gone; the current one holds for them
    "model-taken-up",  # the classify stage classifies with this model from now on; with its version
    "model-rejected",  # a promoted model cannot be read; the present one stays in use
    "child-started",  # the runner started a process
    "child-died",  # a process ended unexpectedly; it is started again
    "proxy-unknown",  # X-Forwarded-For comes though FORWARDED_HOPS is 0: all callers count as one
    "forgotten",  # petitions' keys were destroyed; with how many
    "request-failed",  # an HTTP handler raised
    "files-unavailable",  # the store of uploaded files, or the scanner, does not answer
    "passing-not-swept",  # rows whose time is over (sessions, presences) could not be deleted now; tried again in a minute
    "files-not-swept",  # uploads that nobody named could not be erased now; tried again in a minute
    "file-infected",  # malware in an upload that was held until somebody had looked; it is erased; with its petition
]

_PROCESSORS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    structlog.processors.JSONRenderer(),
]
"""One list, however often a process configures its logs: loggers that were used before keep it, and tests look into it."""


def configure(role: str, level: str = "warning", stream: TextIO | None = None) -> None:
    """Set up JSON logs for this process, libraries' logs included (theirs at warning or above); on standard error unless told."""
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    log.anew()
    structlog.contextvars.bind_contextvars(role=role)
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(number, logging.WARNING))


class Log:
    """A logger that only takes event names of the registry."""

    def __init__(self) -> None:
        self.anew()

    def anew(self) -> None:
        """As structlog is configured now: a logger that was used keeps the way in which it was."""
        self._logger = structlog.get_logger()

    def debug(self, event: LogEvent, **fields: Any) -> None:
        self._logger.debug(event, **fields)

    def info(self, event: LogEvent, **fields: Any) -> None:
        self._logger.info(event, **fields)

    def warning(self, event: LogEvent, **fields: Any) -> None:
        self._logger.warning(event, **fields)

    def error(self, event: LogEvent, **fields: Any) -> None:
        self._logger.error(event, **fields)


log = Log()
