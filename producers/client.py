"""Producers as a library: an intake app publishes petitions, an office's own system publishes actions.

    producer = IntakeProducer(KafkaSettings(), own_channel="ihanoi", tracking_secret=SECRET, vault=PostgresVault(DATABASE_URL))
    receipt = producer.submit(channel="ihanoi", external_id="PA-1024", text="Hố ga mất nắp trước số 12 phố Hàng Bè")
    print(receipt.tracking_code)

`KafkaSettings()` reads the environment: KAFKA_BOOTSTRAP_SERVERS, KAFKA_USERNAME, KAFKA_PASSWORD_FILE, …
A receipt means that Kafka has acknowledged the event. After `Unavailable` repeat the call with the same `external_id` or
`idempotency_key`: it is the same petition again, never a second one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from producers.intake.acting import action_event
from producers.intake.making import Made, Maker
from producers.intake.requests import event_of
from producers.intake.vault import NoVault, Vault, seal
from producers.kafka.publisher import Limits, Outgoing, Publisher
from schemas.events.actions import ACTION, Action
from schemas.events.base import Actor
from schemas.events.topics import ACTIONS, INTAKE, Topic, channel_topic, office_topic
from schemas.platform.clock import Clock, WallClock, to_datetime
from schemas.platform.kafka import KafkaSettings

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Receipt:
    """Kafka has the petition. The tracking code is the citizen's secret: hand it over, do not keep it."""

    petition_id: str
    tracking_code: str
    ce_id: str


class _Producer(Generic[R]):
    def __init__(self, kafka: KafkaSettings, topic: Topic, *, clock: Clock | None = None, limits: Limits | None = None) -> None:
        self._clock, self._topic = clock or WallClock(), topic
        self._publisher = Publisher(kafka, limits, [topic])
        self._publisher.connect()

    def close(self, timeout: float = 3.0) -> None:
        """Wait up to `timeout` seconds for what is under way, then stop."""
        self._publisher.close(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _publish(self, event: Outgoing, result: R) -> Future[R]:
        future: Future[R] = Future()
        future.set_running_or_notify_cancel()
        self._publisher.publish(replace(event, topic=self._topic.name), _settle(future, result))
        return future


def _settle(future: Future[R], result: R) -> Callable[[Exception | None], None]:
    def done(error: Exception | None) -> None:
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    return done


class IntakeProducer(_Producer[Receipt]):
    """Publishes petitions. `own_channel`: the one channel for which this account may speak, on whose topic it may write; without it
    `petitions.intake` itself is written, which only the pipeline's own roles and its operator may. `vault` is only needed for petitions
    with a contact.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        *,
        tracking_secret: bytes,
        own_channel: str | None = None,
        vault: Vault | None = None,
        clock: Clock | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(kafka, channel_topic(own_channel) if own_channel else INTAKE, clock=clock, limits=limits)
        self._maker, self._vault = Maker(tracking_secret, own_channel), vault

    def submit(self, *, idempotency_key: str | None = None, **fields: Any) -> Receipt:
        """Publish a petition and wait for Kafka's acknowledgement. `fields` are those of PetitionRequest.

        Raises pydantic.ValidationError (nothing was published), NoVault, VaultUnavailable, or Unavailable.
        """
        return self.submit_soon(idempotency_key=idempotency_key, **fields).result()

    def submit_soon(self, *, idempotency_key: str | None = None, **fields: Any) -> Future[Receipt]:
        """The same without waiting; errors of the input are raised at once, Kafka's come through the future."""
        made = self._maker.made(fields, idempotency_key)
        event = event_of(*made, self._sealed(made), self._clock.now_ms())
        return self._publish(event, Receipt(made.who.petition_id, made.who.tracking_code, made.who.ce_id))

    def _sealed(self, made: Made) -> str | None:
        request, who, _ = made
        if request.contact is None:
            return None
        if self._vault is None:
            raise NoVault
        key = self._vault.key_for(who.petition_id)
        return None if key is None else seal(key, who.petition_id, request.contact)


class ActionProducer(_Producer[str]):
    """Publishes actions; whether one happens is decided by the case stage. `own_office`: the one office for which this account may
    speak, on whose topic it may write; without it `petitions.actions` itself is written, as `IntakeProducer` says.
    """

    def __init__(
        self, kafka: KafkaSettings, *, own_office: str | None = None, clock: Clock | None = None, limits: Limits | None = None
    ) -> None:
        super().__init__(kafka, office_topic(own_office) if own_office else ACTIONS, clock=clock, limits=limits)

    def submit(self, petition_id: str, actor: Actor, fields: dict[str, Any], *, idempotency_key: str | None = None) -> str:
        """Publish an action (`fields`: `action` and what belongs to it), wait for Kafka, return its event id."""
        return self.submit_soon(petition_id, actor, fields, idempotency_key=idempotency_key).result()

    def submit_soon(self, petition_id: str, actor: Actor, fields: dict[str, Any], *, idempotency_key: str | None = None) -> Future[str]:
        now = to_datetime(self._clock.now_ms())
        action: Action = ACTION.validate_python({**fields, "petition_id": petition_id, "actor": actor, "requested_at": now}, extra="forbid")
        event, ce_id = action_event(action, idempotency_key or secrets.token_urlsafe(16))
        return self._publish(event, ce_id)
