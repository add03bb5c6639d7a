"""The catalogue of metrics: every metric's name, labels and when it changes. Labels never hold personal data.

A metric is made on first use in a process, so that each process shows only its own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Generic, TypeVar

from prometheus_client import Counter, Gauge, Histogram

M = TypeVar("M", Counter, Gauge, Histogram)
LATENCY = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
BATCH = (1, 3, 10, 30, 100, 300, 1000, 3000, 10000)


class Spec(Generic[M]):
    """One metric of the catalogue; call it to get the prometheus-client object."""

    def __init__(self, make: Callable[[], M], name: str, what: str, labels: tuple[str, ...]) -> None:
        self._make: Callable[[], M] = make
        self.name, self.what, self.labels = name, what, labels
        CATALOGUE.append(self)

    @cached_property
    def _metric(self) -> M:
        return self._make()

    def __call__(self) -> M:
        return self._metric


CounterSpec = Spec[Counter]

CATALOGUE: list[Spec[Counter] | Spec[Gauge] | Spec[Histogram]] = []


def _counter(name: str, what: str, *labels: str) -> Spec[Counter]:
    return Spec(lambda: Counter(name, what, labels), name, what, labels)


def _gauge(name: str, what: str, *labels: str) -> Spec[Gauge]:
    return Spec(lambda: Gauge(name, what, labels), name, what, labels)


def _histogram(name: str, what: str, *labels: str, buckets: tuple[float, ...] = LATENCY) -> Spec[Histogram]:
    return Spec(lambda: Histogram(name, what, labels, buckets=buckets), name, what, labels)


# Stream stages (roles classify and case)
RECORDS = _counter("petitions_stage_records_total", "Input records whose transaction has committed.", "stage", "topic")
TRANSACTIONS = _counter("petitions_stage_transactions_total", "Kafka transactions committed.", "stage")
STEP_SECONDS = _histogram("petitions_stage_step_seconds", "One step, from decision to committed and stored.", "stage")
STEP_RECORDS = _histogram("petitions_stage_step_records", "Records in one step.", "stage", buckets=BATCH)
STAGE_LAG = _gauge(
    "petitions_stage_lag_records",
    "Records in the input's log, open transactions included, that are not handled yet.",
    "stage",
    "partition",
)
STAGE_LAG_SECONDS = _gauge(
    "petitions_stage_lag_seconds", "Age of the oldest record waiting to be handled, 0 when none waits.", "stage", "partition"
)
STAGE_BLOCKED_SECONDS = _gauge(
    "petitions_stage_blocked_seconds",
    "How long an open transaction on an input has held back what stands behind it, 0 when none does.",
    "stage",
    "partition",
)
STAGE_READY = _gauge("petitions_stage_ready", "1 while the partition's processor runs, 0 while it restores.", "stage", "partition")
STAGE_READS = _gauge("petitions_stage_reads", "1 for each topic that the worker reads, once it has read any.", "stage", "topic")
RECORDS_SKIPPED = _counter(
    "petitions_records_skipped_total",
    "Input records that retention deleted before a stage or a consumer had handled them; each one is a loss.",
    "stage",
    "topic",
)
RETENTION_USED = _gauge(
    "petitions_retention_used_ratio",
    "How much of the time for which a topic is kept its oldest record not handled has waited; at 1 records are lost. Told by web.",
    "group",
    "topic",
)
CLOCK_OFF_SECONDS = _gauge(
    "petitions_clock_off_seconds",
    "By how much the machine's clock is wrong, against itself or the brokers', while no timer fires because of it; 0 while it is right.",
    "stage",
)
RESTORED = _counter("petitions_stage_restored_records_total", "Changelog records read while restoring a store.", "stage")
DEAD_LETTERS = _counter("petitions_dead_letters_total", "Records sent to petitions.dlq, when their transaction commits.", "stage", "error")
OPEN_CASES = _gauge("petitions_open_entries", "Entries with a pending timer in the partition's store.", "stage", "partition")

MODEL_IN_USE = _gauge("petitions_model_in_use", "1 for the version of the text model that the process classifies with.", "version")

# The SLA clock
TIMERS_FIRED = _counter("petitions_timers_fired_total", "Due cases handled by the timer, when committed.", "stage")
TIMERS_LATE_SECONDS = _histogram("petitions_timers_late_seconds", "How long after its due instant a timer fired.", "stage")
TIMERS_OVERDUE_SECONDS = _gauge(
    "petitions_timers_overdue_seconds", "Lateness of the oldest due timer not yet fired, 0 when none.", "stage", "partition"
)
CASES_OPEN = _gauge("petitions_cases_open", "Cases that an office, or triage, still has to work on, by the read model. Told by web.")
CASES_LATE = _gauge("petitions_cases_late", "Of these, late now (a clock to answer or to keep a promise ran out). Told by web.")
CASE_EVENTS_TOTAL = _counter("petitions_case_events_total", "Events written to the record, by what happened.", "what")

# Intake and actions (role web)
HTTP_REQUESTS = _counter(
    "petitions_http_requests_total", "HTTP requests by route template, method and status.", "route", "method", "status"
)
HTTP_SECONDS = _histogram("petitions_http_request_seconds", "Time to the response's start.", "route", "method")
INTAKE_WAIT = _gauge(
    "petitions_intake_wait_seconds", "How long a petition taken in now would wait to be handled, at the present pace; 0 when none waits."
)
PUBLISHED = _counter("petitions_published_total", "Events acknowledged by Kafka, by type.", "type")
PUBLISH_FAILED = _counter("petitions_publish_failed_total", "Events that Kafka did not acknowledge; the caller got an error.", "type")

# Consumers
CONSUMED = _counter("petitions_consumed_total", "Events whose effect is committed.", "consumer")
CONSUMER_LAG = _gauge(
    "petitions_consumer_lag_records", "Committed records of the topic that the consumer has not handled.", "consumer", "partition"
)
CONSUMER_LAG_SECONDS = _gauge(
    "petitions_consumer_lag_seconds",
    "Age of the partition's newest handled event behind its end, 0 at the end.",
    "consumer",
    "partition",
)
DELIVERED = _counter("petitions_delivered_total", "Petition events delivered to an office's queue topic.", "office")
PARKED = _counter("petitions_parked_total", "Deliveries to an office that were put aside after failing.", "office")
REPLY_SECONDS = _histogram("petitions_reply_seconds", "From the petition's reception to the event at the citizen's view.", "what")
STREAMS_OPEN = _gauge("petitions_sse_open", "Open Server-Sent-Events streams.", "kind")

# The notifier; `medium`: webhook, email, sms, zalo or webpush
NOTICES = _counter(
    "petitions_notices_total", "Tries to tell somebody, by what came of it: sent, failed, parked, silent, ended.", "medium", "outcome"
)
NOTICES_DUE = _gauge("petitions_notices_due", "Deliveries that are due and not sent.", "medium")
NOTICES_PARKED = _gauge("petitions_notices_parked", "Deliveries put aside after too many tries, until somebody resumes them.", "medium")
NOTICES_OLDEST = _gauge("petitions_notices_oldest_seconds", "How long the oldest due delivery has been due; 0 when none is.", "medium")

# The mailroom
MAILS = _counter(
    "petitions_mails_total", "Mails, by what came of them: petition, addition, refused, ignored, failed (tried again), parked.", "outcome"
)
MAILS_WAITING = _gauge("petitions_mails_waiting", "Mails in the mailbox that are not done with.")
MAILS_LOOKED = _gauge("petitions_mails_looked_seconds", "When the mailbox was last gone through to its end (Unix time).")

# Every process and the runner
UP_SINCE = _gauge("petitions_up_since_seconds", "When the process became ready (Unix time).", "role")
RESTARTS = _counter("petitions_restarts_total", "Processes that the runner started again after they died.", "role")
