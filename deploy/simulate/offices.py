"""What an office does about a case of its own: accept, ask, answer, promise, pass on, or nothing. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from random import Random
from typing import Any

from deploy.simulate import wording, worktime
from deploy.simulate.agenda import Plan
from deploy.simulate.petitions import Petition
from deploy.simulate.tempers import Temper
from schemas.events.base import Actor, Role
from schemas.events.standing import State
from schemas.events.wire import ClockView, WholeEvent, instant, ms
from schemas.platform.instants import to_datetime
from schemas.reference import offices

_WORKED = frozenset({State.ASSIGNED.value, State.ACCEPTED.value, State.PROMISED.value})
_SOONEST_HOURS = 0.2
_NOTICES_WRONG = 0.85
"""Share of cases that have come to the wrong office of which it says so."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An office with one event of its own case before it, the petition's truth, and a dice that is the same in every run."""

    office: str
    temper: Temper
    event: WholeEvent
    petition: Petition
    rng: Random

    def plans(self) -> list[Plan]:
        """What the office will do because of this event."""
        if self.event.case.office != self.office:
            return []
        react = _REACTIONS.get((self.event.what, self.event.case.state))
        return react(self) if react else []

    def given(self) -> list[Plan]:
        """A case has come (again)."""
        temper, rng, event = self.temper, self.rng, self.event
        foreign = self.petition.category != event.case.category and self.petition.office != self.office
        at = self._after("accept", temper.accept)
        if not event.binding and event.what == "assigned":
            if foreign and rng.random() < _NOTICES_WRONG:
                return [self._transfer(at, self.petition.office)]
            if rng.random() < temper.passes_on:
                return [self._pass_on(at)]
        return [self._plan(at, {"action": "accept"})] if rng.random() < temper.takes_up else []

    def _pass_on(self, at: int) -> Plan:
        """To get rid of it: to some other office, or by saying that it is not ours."""
        if self.rng.random() < 0.25:
            text = "Nội dung này không do đơn vị chúng tôi quản lý, đề nghị xem xét lại."
            return self._plan(at, {"action": "answer", "result": "not-ours", "text": text, "cause": wording.passing(self.rng)})
        others = [code for code in offices() if code.startswith(("so-", "ca-")) and code != self.office]
        return self._transfer(at, self.rng.choice([*others, self.petition.ward.office]))

    def _transfer(self, at: int, to: str) -> Plan:
        return self._plan(at, {"action": "transfer", "to_office": to, "reason": wording.passing(self.rng)})

    def work(self) -> list[Plan]:
        """Accepted: ask, extend, promise or answer."""
        temper, rng, event = self.temper, self.rng, self.event
        done = self._after("answer", temper.answer)
        if event.what == "accepted" and rng.random() < temper.asks:
            return [self._plan(self._later(0.1), {"action": "request-information", "question": wording.question(rng)})]
        if event.what == "accepted" and rng.random() < temper.extends:
            hours = round(0.4 * self._limit("answer"), 2)
            extend = {"action": "extend", "working_hours": hours, "reason": "Cần phối hợp với đơn vị khác để kiểm tra"}
            return [self._plan(self._later(0.5), extend)]
        if rng.random() < temper.promises:
            return [self._promise(done)]
        return [self._answer(done, hollow=temper.hollow)]

    def returned(self) -> list[Plan]:
        """The answer came back: a better one, perhaps."""
        return [self._answer(self._later(0.15), hollow=self.temper.hollow / 2)]

    def promised(self) -> list[Plan]:
        """A promise is kept, renewed or forgotten."""
        event, rng = self.event, self.rng
        assert event.promise_date is not None
        due = ms(event.promise_date)
        if rng.random() < self.temper.keeps:
            hours = max(worktime.between(event.at_ms, due), 0.0)
            return [self._answer(worktime.after(event.at_ms, 0.8 * hours), hollow=0.0)]
        late = worktime.after(due, worktime.DAY_HOURS * rng.uniform(0.5, 6))
        draw = rng.random()
        if draw < 0.4:
            return [self._promise(late)]
        return [self._answer(late, hollow=self.temper.hollow)] if draw < 0.7 else []

    def pressed(self) -> list[Plan]:
        """A superior looks on, or the case is called to mind: what was neglected may be taken up after all."""
        event, rng = self.event, self.rng
        pressing = event.what == "escalated" or (event.what == "breached" and rng.random() < 0.5)
        if not pressing and rng.random() < 0.8:
            return []
        if rng.random() >= self.temper.stirred:
            return []
        at = worktime.after(event.at_ms, worktime.DAY_HOURS * rng.uniform(0.1, 0.9))
        if event.case.state == State.ASSIGNED:
            return [self._plan(at, {"action": "accept"})]
        return [self._answer(at, hollow=self.temper.hollow / 2)]

    def _promise(self, at: int) -> Plan:
        date = to_datetime(worktime.after(at, worktime.DAY_HOURS * self.rng.uniform(2, 8))).astimezone(UTC).isoformat()
        return self._plan(at, wording.promised(self.petition.category, date, self.rng))

    def _answer(self, at: int, *, hollow: float) -> Plan:
        category, rng = self.petition.category, self.rng
        if rng.random() < hollow:
            return self._plan(at, wording.hollow(category, rng))
        write = wording.not_done if rng.random() < self.temper.not_done else wording.done
        return self._plan(at, write(category, rng))

    def _plan(self, at: int, fields: dict[str, Any]) -> Plan:
        actor = Actor(role=Role.OFFICE, office=self.office)
        case = self.event.case
        return Plan(at, self.event.petition_id, actor, fields, _WORKED, case.reopened, self.office)

    def _after(self, clock: str, drawn: tuple[float, float]) -> int:
        """An instant, by the temper's share of that clock's limit from the clock's start, never before now."""
        median, sigma = drawn
        running = self.event.case.clock(clock)
        share = median * self.rng.lognormvariate(0, sigma)
        start = ms(running.started_at) if running else self.event.at_ms
        return max(worktime.after(start, share * self._limit(clock)), self._soon())

    def _later(self, share: float) -> int:
        """After about this share of the answer's limit."""
        hours = share * self._limit("answer") * self.rng.uniform(0.5, 1.5)
        return max(worktime.after(self.event.at_ms, hours), self._soon())

    def _soon(self) -> int:
        return worktime.after(self.event.at_ms, _SOONEST_HOURS * self.rng.uniform(0.5, 2))

    def _limit(self, clock: str) -> float:
        """Working hours that the clock gives; a day when it does not run."""
        running: ClockView | None = self.event.case.clock(clock)
        if running is None:
            return worktime.DAY_HOURS
        return max(worktime.hours_between(instant(running.started_at), instant(running.due_at)), 0.5)


_REACTIONS: Mapping[tuple[str, str], Callable[[Desk], list[Plan]]] = {
    **dict.fromkeys([(what, State.ASSIGNED) for what in ("assigned", "reopened")], Desk.given),
    **dict.fromkeys([(what, State.ACCEPTED) for what in ("accepted", "resumed", "extended")], Desk.work),
    **dict.fromkeys([("answer-returned", state) for state in _WORKED], Desk.returned),
    ("promised", State.PROMISED): Desk.promised,
    **dict.fromkeys([(what, state) for what in ("escalated", "warned", "breached") for state in _WORKED], Desk.pressed),
}
"""(event type, state after it) → what the office does."""
