"""Random histories of actions, waiting, outages and repeats, and what must hold after each of them."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from schemas.events import actions as do
from schemas.events.base import Level, Role
from schemas.events.case import ActionRefused, Answered, Assigned, Closed, Reopened
from schemas.events.intake import PetitionKind
from schemas.events.standing import OPEN_STATES, CaseEvent, ClockName, State
from streams.case.decide.state import is_case, next_due
from streams.case.io.render import view
from tests.case.checker import problems
from tests.case.histories import ACTIONS, OFFICES, sensible
from tests.case.world import World, pid

ACTORS = st.sampled_from([*OFFICES, *(f"superior:{code}" for code in ("vp-ubnd", "ubnd-tp", "so-ct")), "citizen", "triage", "operator"])
MAY_MOVE_ANSWER = {
    "assigned",
    "resumed",
    "extended",
    "reopened",
    "unmerged",
    "deadline-recomputed",
    "received",
    "answered",
    "limit-tightened",
}
MAY_MOVE_DEADLINE = MAY_MOVE_ANSWER | {"promised", "leader-reported"}


class CaseLife(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.checked = 0
        self.number = 0
        self.appended = 0

    @initialize(level=st.sampled_from(list(Level)), triage=st.booleans())
    def first(self, level: Level, *, triage: bool) -> None:
        self.submit(level, triage=triage, kind=PetitionKind.PETITION)

    @precondition(lambda self: self.number < 3)
    @rule(level=st.sampled_from(list(Level)), triage=st.booleans(), kind=st.sampled_from(list(PetitionKind)))
    def submit(self, level: Level, *, triage: bool, kind: PetitionKind) -> None:
        self.number += 1
        office = "tt-pvhcc" if triage else "so-xd"
        self.world.submit(self.number, level=level, triage=triage, kind=kind, office=office)

    @rule(number=st.integers(1, 4), who=ACTORS, what=st.sampled_from(ACTIONS), data=st.data())
    def act(self, number: int, who: str, what: Any, data: st.DataObject) -> None:
        kind, fields = what
        self.world.act(pid(number), kind, who, **data.draw(fields))

    def _ask(self, number: int, data: st.DataObject, waited_ms: int = 0) -> None:
        """`waited_ms`: how long the request has lain in its topic, which keeps the order in which requests came."""
        if number <= self.number:
            case = self.world.case(pid(number))
            kind, who, fields = data.draw(st.sampled_from(sensible(case, self.world.now)))
            self.appended = max(self.appended, self.world.now - waited_ms)
            self.world.act(case.id, kind, who, appended=self.appended, **data.draw(fields))

    @rule(number=st.integers(1, 3), data=st.data())
    def ask(self, number: int, data: st.DataObject) -> None:
        """What a reasonable person would ask for; three such rules, since random actors rarely get anywhere."""
        self._ask(number, data)

    @rule(number=st.integers(1, 3), data=st.data())
    def ask_too(self, number: int, data: st.DataObject) -> None:
        self._ask(number, data)

    @rule(number=st.integers(1, 3), data=st.data())
    def ask_again(self, number: int, data: st.DataObject) -> None:
        self._ask(number, data)

    @rule(hours=st.sampled_from([1, 3, 8, 24, 72, 200]))
    def wait(self, hours: int) -> None:
        self.world.pass_until(self.world.now + hours * 3_600_000)

    @rule(hours=st.sampled_from([1, 24, 300]))
    def outage(self, hours: int) -> None:
        self.world.now += hours * 3_600_000
        self.world.pass_until(self.world.now)

    @rule(hours=st.sampled_from([1, 24, 300]), numbers=st.lists(st.integers(1, 3), max_size=3), data=st.data())
    def outage_with_backlog(self, hours: int, numbers: list[int], data: st.DataObject) -> None:
        """What was handed in while the pipeline was away is read before any timer fires."""
        self.world.now += hours * 3_600_000
        for number in numbers:
            self._ask(number, data, data.draw(st.integers(0, hours * 3_600_000)))
        self.world.pass_until(self.world.now)

    @rule(number=st.integers(1, 3), data=st.data(), minutes=st.integers(1, 300))
    def be_overtaken(self, number: int, data: st.DataObject, minutes: int) -> None:
        """A request that lay in its topic, held back by a foreign transaction, while timers fired."""
        self._ask(number, data, minutes * 60_000)

    @precondition(lambda self: self.number > 0)
    @rule(number=st.integers(1, 3))
    def repeat(self, number: int) -> None:
        """The same event delivered twice has one effect."""
        id_ = pid(min(number, self.number))
        self.world.act(id_, do.AddInformation, text="hai lần", event_id=f"twice-{id_}")
        before = len(self.world.record)
        self.world.act(id_, do.AddInformation, text="hai lần", event_id=f"twice-{id_}")
        assert before == len(self.world.record)

    @invariant()
    def every_open_case_has_exactly_one_next_timer(self) -> None:
        for key, entry in self.world.store.items():
            if is_case(key):
                case = self.world.case(key.decode())
                assert (case.state in OPEN_STATES) == (entry.due_ms is not None), case.state
                assert entry.due_ms == next_due(case)

    @invariant()
    def the_state_is_what_the_last_event_says(self) -> None:
        for number in range(1, self.number + 1):
            last = self.world.events(pid(number))[-1]
            assert last.case == type(last.case).model_validate(view(self.world.case(pid(number))))
            assert last.seq == self.world.case(pid(number)).seq

    @invariant()
    def what_happened_was_allowed(self) -> None:
        fresh, self.checked = self.world.record[self.checked :], len(self.world.record)
        for event in fresh:
            before = self._before(event)
            if before is not None:
                check_change(before, event)

    def _before(self, event: CaseEvent) -> CaseEvent | None:
        return next((other for other in self.world.events(event.petition_id) if other.seq == event.seq - 1), None)

    def teardown(self) -> None:
        for number in range(1, self.number + 1):
            events = self.world.events(pid(number))
            assert problems(events) == []
            assert_each_step_once(events)
            assert_closed_only_after_an_answer(events)
        assert_same_inputs_give_the_same_bytes(self.world)


def check_change(before: CaseEvent, after: CaseEvent) -> None:
    """What one event may change."""
    if before.case.deadline != after.case.deadline:
        assert after.what in MAY_MOVE_DEADLINE, after.what
    if answer_due(before) and answer_due(after) and answer_due(before) != answer_due(after):
        assert after.what in MAY_MOVE_ANSWER
    if isinstance(after, Assigned) and after.actor.role is Role.OFFICE:  # the end of a transfer
        assert before.what == "transferred"
        assert answer_due(before) == answer_due(after)
    if isinstance(after, ActionRefused):
        assert before.case == after.case
    if after.what != "reopened":
        assert before.case.escalation <= after.case.escalation
    if isinstance(after, Answered):
        due = next(clock.due_at for clock in after.clocks_before if clock.name is ClockName.ANSWER)
        assert after.asked_at is not None
        assert after.in_time == (after.asked_at <= due)
    assert before.at <= after.at


def answer_due(event: CaseEvent) -> Any:
    return next((clock.due_at for clock in event.case.clocks if clock.name is ClockName.ANSWER), None)


def assert_each_step_once(events: list[CaseEvent]) -> None:
    """A step of a clock's ladder fires once for each deadline that the clock has had; one that comes back is another one."""
    fired: Counter[tuple[Any, ...]] = Counter()
    deadlines = 0
    for event, before in zip(events, [None, *events], strict=False):
        moved = before is not None and (before.case.category, before.case.level) != (event.case.category, event.case.level)
        deadlines += moved or event.what in ("promised", "limit-tightened")
        if event.cause.startswith("timer:") and event.what in ("warned", "breached", "escalated"):
            name = event.cause.split(":")[1]
            clock = next(clock for clock in event.clocks_before if clock.name == name)
            fired[event.cause, event.what, clock.started_at, clock.due_at, deadlines] += 1
    assert not [step for step, times in fired.items() if times > 1]


def assert_closed_only_after_an_answer(events: list[CaseEvent]) -> None:
    answered: Answered | None = None
    for event, previous in zip(events, [None, *events], strict=False):
        if isinstance(event, Answered):
            answered = event
        elif isinstance(event, Reopened):
            answered = None
        elif isinstance(event, Closed):
            assert answered is not None
            window = next(clock.due_at for clock in answered.case.clocks if clock.name is ClockName.RATING)
            rated = previous is not None and previous.what == "rated" and event.because == "rated"
            assert rated or (event.because == "rating-window-passed" and event.at >= window)
            assert event.case.state is State.CLOSED


def assert_same_inputs_give_the_same_bytes(world: World) -> None:
    again = World()
    for now, kind, payload in world.journal:
        again.now = now
        again.replay(kind, payload)
    assert world.raw == again.raw
    assert dict(world.store) == dict(again.store)


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
