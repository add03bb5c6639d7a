"""Makes real case events for tests: a petition's life, event by event, as records for Kafka."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import KafkaProducer

from schemas.events import case as events
from schemas.events.base import SYSTEM, Actor, Level, Role
from schemas.events.catalogue import type_name
from schemas.events.envelope import Envelope, derived_id, headers
from schemas.events.intake import Classification, Location, PetitionSubmitted
from schemas.events.standing import CaseEvent, CaseView, ClockName, ClockView, State

START = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
POLICY = "2025-12"


@dataclass(frozen=True, slots=True)
class Sent:
    """An event as it goes on a topic."""

    event: CaseEvent
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass
class Life:
    """One petition; each call of `happens` appends an event and moves the case on."""

    petition_id: str = field(default_factory=lambda: secrets.token_hex(13))
    office: str | None = "so-xd"
    level: Level = Level.ORDINARY
    text: str = "Nắp cống trước số 12 bị vỡ, rất nguy hiểm"
    address: str = "12 Hàng Bài"
    start: datetime = START
    sent: list[Sent] = field(default_factory=list)
    case: CaseView = field(init=False)

    def __post_init__(self) -> None:
        deadline = self.start + timedelta(days=7)
        self.case = CaseView(
            state=State.ASSIGNED if self.office else State.RECEIVED,
            category="drainage",
            level=self.level,
            office=self.office,
            ward_code="00070",
            received_at=self.start,
            deadline=deadline if self.office else None,
            clocks=(
                ClockView(name=ClockName.ACCEPT, started_at=self.start, due_at=self.start + timedelta(days=1)),
                ClockView(name=ClockName.ANSWER, started_at=self.start, due_at=deadline),
            ),
            policy_version=POLICY,
        )

    def happens(self, kind: type[CaseEvent], /, *, actor: Actor = SYSTEM, reason: str | None = None, view: Any = None, **own: Any) -> Sent:
        """Append an event; `view`: what changes in the case."""
        self.case = self.case.model_copy(update=view or {})
        seq = len(self.sent) + 1
        at = self.start + timedelta(minutes=seq)
        event = kind(petition_id=self.petition_id, seq=seq, at=at, actor=actor, cause=f"cause-{seq}", reason=reason, case=self.case, **own)
        envelope = Envelope(derived_id(self.petition_id, f"{kind.what}:{seq}"), "streams/case", type_name(kind.what), self.petition_id, at)
        made = Sent(event, self.petition_id.encode(), event.model_dump_json().encode(), headers(envelope))
        self.sent.append(made)
        return made

    def begins(self) -> Sent:
        """The first event: assigned to the office, or received in triage."""
        first: dict[str, Any] = {"petition": self.submitted(), "classification": self.classification()}
        if self.office is None:
            return self.happens(events.Received, **first)
        return self.happens(events.Assigned, to_office=self.office, **first)

    def submitted(self) -> PetitionSubmitted:
        return PetitionSubmitted(
            petition_id=self.petition_id,
            channel="ihanoi",
            external_id="outside-1",
            text=self.text,
            location=Location(lat=21.03, long=105.85, address=self.address),
            contact_sealed="c2VhbGVk",
            submitted_at=self.start,
        )

    def classification(self) -> Classification:
        return Classification(
            category="drainage",
            confidence=0.93,
            level=self.level,
            office=self.office or "tt-pvhcc",
            triage=self.office is None,
            reasons=("nắp cống → drainage",),
            model_version="test",
        )


def office(code: str) -> Actor:
    return Actor(role=Role.OFFICE, office=code)


CITIZEN = Actor(role=Role.CITIZEN)


def answered(life: Life) -> Sent:
    """The office's answer."""
    return life.happens(
        events.Answered,
        actor=office(life.office or "so-xd"),
        view={"state": State.ANSWERED},
        result="done",
        text="Đã thay nắp cống mới ngày 02/12.",
        evidence_urls=("https://example.org/1.jpg",),
        in_time=True,
    )


def transferred(life: Life, to: str, reason: str = "thuộc thẩm quyền của phường") -> Sent:
    made = life.happens(
        events.Transferred,
        actor=office(life.office or "so-xd"),
        reason=reason,
        view={"office": to, "transfers": life.case.transfers + 1},
        from_office=life.office,
        to_office=to,
    )
    life.office = to
    return made


def write(producer: KafkaProducer, topic: str, sent: Iterable[Sent]) -> None:
    """Write events in one go and wait for the acknowledgements."""
    futures = [producer.send(topic, key=one.key, value=one.value, headers=one.headers) for one in sent]
    producer.flush(timeout=30)
    for future in futures:
        future.get(timeout=0)
