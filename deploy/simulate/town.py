"""The town at work: petitions are sent when they arrive, people see what happens and act on it, until the last day is over."""

from __future__ import annotations

import queue
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any

from deploy.simulate import citizens, superiors
from deploy.simulate.agenda import Agenda, Plan
from deploy.simulate.feed import Feed, Told
from deploy.simulate.offices import Desk
from deploy.simulate.petitions import Petition, petition
from deploy.simulate.tempers import Crowd, Temper, temper_of
from producers.client import ActionProducer, IntakeProducer, Receipt
from producers.intake.requests import identify
from producers.kafka.publisher import Unavailable
from schemas.events.base import Actor
from schemas.events.tracking import Keys
from schemas.events.wire import CaseView, WholeEvent
from schemas.platform.clock import Clock
from schemas.reference import TRIAGE_OFFICE, offices

_AT_ONCE = 500
_POLL_MS = 50

Watch = Callable[[int, Counter[str]], None]
"""Is told the time (ms UTC) and the counts, a few times a second."""


@dataclass(frozen=True, slots=True)
class Channels:
    """How the town reaches the pipeline."""

    intake: IntakeProducer
    actions: ActionProducer
    feed: Feed
    tracking_secret: bytes


@dataclass(slots=True)
class Town:
    """One run. `counts`: petitions sent, events seen, actions asked for."""

    crowd: Crowd
    seed: int
    clock: Clock
    channels: Channels
    counts: Counter[str] = field(default_factory=Counter)
    _agenda: Agenda = field(default_factory=Agenda)
    _petitions: dict[str, Petition] = field(default_factory=dict)
    _cases: dict[str, tuple[int, CaseView]] = field(default_factory=dict)
    _asked: dict[tuple[str, Actor, str], int] = field(default_factory=dict)
    """(petition, actor, action) → how far the case was, as far as the actor knew."""
    _tempers: dict[str, Temper] = field(default_factory=dict)
    _again: queue.SimpleQueue[Callable[[], None]] = field(default_factory=queue.SimpleQueue)
    """What Kafka did not acknowledge: to be sent again, under the same key."""

    def __post_init__(self) -> None:
        self._tempers = {code: temper_of(code, self.crowd, self.seed) for code in offices()}

    def live(self, arrivals: Sequence[int], until: int, watch: Watch) -> None:
        """Send what arrives and act on what is seen until `until` (ms UTC)."""
        sent = 0
        while (now := self.clock.now_ms()) < until:
            while sent < len(arrivals) and arrivals[sent] <= now:
                self._submit(sent)
                sent += 1
            for plan in self._agenda.due(now, _AT_ONCE):
                self._carry_out(plan)
            self._send_again()
            for told in self.channels.feed.poll(_POLL_MS):
                self._hear(told)
            watch(now, self.counts)

    def settle(self, seconds: float) -> None:
        """The days are over: only listen, until every petition that was sent has been heard of, at most `seconds` of real time."""
        end = time.monotonic() + seconds
        while len(self._cases) < len(self._petitions) and time.monotonic() < end:
            self._send_again()
            for told in self.channels.feed.poll(_POLL_MS):
                self._hear(told)

    def _submit(self, number: int) -> None:
        made = petition(number, self.seed)
        secret = Keys((self.channels.tracking_secret,)).of_channel(made.fields["channel"])
        who = identify(secret, made.fields["channel"], made.fields["external_id"], None)
        self._petitions[who.petition_id] = made
        self.counts["petitions"] += 1
        self._send(partial(self._publish, made))

    def _publish(self, made: Petition) -> Future[Receipt]:
        return self.channels.intake.submit_soon(**made.fields)

    def _carry_out(self, plan: Plan) -> None:
        """What no longer fits the case is dropped, as a person would."""
        known = self._cases.get(plan.petition_id)
        if known is None or not plan.fits(known[1]):
            return
        seq, asked = known[0], (plan.petition_id, plan.actor, plan.fields["action"])
        if self._asked.get(asked) == seq:  # the reply to the same request is still under way
            return
        self._asked[asked] = seq
        self.counts["actions"] += 1
        key = f"{plan.petition_id}/{seq}/{plan.at}"
        fields = {name: value for name, value in plan.fields.items() if value is not None}
        act = self.channels.actions.submit_soon
        self._send(lambda: act(plan.petition_id, plan.actor, fields, idempotency_key=key))

    def _send(self, publish: Callable[[], Future[Any]]) -> None:
        again = partial(self._send, publish)
        try:
            future = publish()
        except Unavailable:
            self._again.put(again)
            return
        future.add_done_callback(lambda done: self._again.put(again) if done.exception() else None)

    def _send_again(self) -> None:
        for _ in range(self._again.qsize()):
            self._again.get()()

    def _hear(self, told: Told) -> None:
        event = told.event
        made = self._petitions.get(event.petition_id)
        if made is None:
            return
        known = self._cases.get(event.petition_id)
        if known is None or known[0] < event.seq:
            self._cases[event.petition_id] = (event.seq, event.case)
        self._agenda.add(self._plans(told.office, event, made))

    def _plans(self, office: str | None, event: WholeEvent, made: Petition) -> list[Plan]:
        rng = Random(f"{self.seed}/{made.number}/{event.seq}/{office}")
        if office is None:
            self.counts["events"] += 1
            return citizens.react(event, self._tempers.get(event.case.office or ""), rng)
        temper = self._tempers[office]
        if office == event.case.decider:
            return superiors.settle_dispute(event, made, temper, rng)
        if event.case.office is None and office == TRIAGE_OFFICE:
            return superiors.sort_received(event, made, temper, rng)
        return Desk(office, temper, event, made, rng).plans()
