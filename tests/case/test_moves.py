"""The diagram of states says exactly what happens: every move is explored from every situation that can be reached."""

from collections.abc import Iterator
from copy import copy
from typing import Any

from schemas.events import actions as do
from schemas.events.standing import State
from schemas.reference import above
from streams.case.decide.ladder import TIMED_MOVES
from streams.case.decide.permits import PERMITS
from streams.case.decide.state import Case
from tests.case.histories import sound_answers
from tests.case.world import Store, World, pid

CASE, LEADER = pid(1), pid(2)
Move = tuple[str, State, State]
REASON = "vì lý do này"


def requests(case: Case, now: int) -> Iterator[tuple[type[Any], str, str, dict[str, Any]]]:
    """Everything that may be asked for by whoever is entitled to it: action, petition, actor, fields."""
    owner = case.office or "triage"
    directing = f"superior:{case.decider or above(case.office)[0]}" if case.office else "triage"
    yield do.Accept, CASE, owner, {}
    yield do.RequestInformation, CASE, owner, {"question": "Ở đâu?"}
    yield do.AddInformation, CASE, "citizen", {"text": "Ở đây"}
    yield do.Extend, CASE, owner, {"working_hours": 1, "reason": REASON}
    yield do.Reject, CASE, directing, {"kind": "spam", "reason": REASON}
    yield do.Rate, CASE, "citizen", {"stars": 3}
    yield do.Reopen, CASE, "citizen", {"reason": REASON}
    yield do.Withdraw, CASE, "citizen", {}
    yield do.Correct, CASE, "citizen", {"category": "trees"}
    yield do.Merge, CASE, directing, {"into": LEADER, "reason": REASON}
    yield do.Unmerge, CASE, directing, {"reason": REASON}
    for office in ("so-xd", "ca-tp"):
        yield do.Transfer, CASE, owner, {"to_office": office, "reason": REASON}
    yield do.Assign, CASE, "triage" if case.state is State.REFUSED else directing, {"to_office": "so-xd", "reason": REASON}
    for fields in sound_answers(now):
        yield do.Answer, CASE, owner, fields
    yield do.Withdraw, LEADER, "citizen", {}
    yield do.Merge, LEADER, "operator", {"into": CASE, "reason": REASON}
    yield do.AddInformation, LEADER, "citizen", {"text": "Ở đây", "urgent": True}


BY_THE_OTHER = {do.Withdraw: "leader-news", do.Merge: "follower-joined", do.AddInformation: "follower-informed"}
"""What of the other petition's requests reaches the case."""


def situation(world: World) -> tuple[Any, ...]:
    """What decides which moves are possible; worlds that agree in it need not be explored twice."""
    case, leader = world.case(CASE), world.case(LEADER)
    apart = case.office is None, case.binding, len(case.had) > 1, case.settled is None, case.level, case.corrected
    return case.state, *apart, case.resume_state, leader.state, leader.leader


def explore() -> set[Move]:
    """All moves of the case, by breadth-first search; time passes only where nothing but time helps."""
    found: set[Move] = set()
    frontier = [start(triage=False), start(triage=True), start(kind="spam")]
    seen = {situation(world) for world in frontier}
    while frontier:
        world = frontier.pop()
        for after, name, state in successors(world):
            if state is not world.case(CASE).state:
                found.add((name, world.case(CASE).state, state))
            if situation(after) not in seen:
                seen.add(situation(after))
                frontier.append(after)
    return found


def start(**changes: Any) -> World:
    world = World()
    world.submit(2)
    world.submit(1, **changes)
    return world


def successors(world: World) -> Iterator[tuple[World, str, State]]:
    """Worlds after one request or after time, with the state to which that alone led (a leader may send a follower back)."""
    for kind, petition, who, fields in requests(world.case(CASE), world.now):
        after = branch(world)
        own = [event for event in after.act(petition, kind, who, event_id=f"event-{after.now}", **fields) if event.petition_id == CASE]
        if petition == LEADER:
            yield after, BY_THE_OTHER[kind], after.case(CASE).state
        elif own and own[0].what != "action-refused":
            state = [event for event in own if event.cause == own[0].cause][-1].case.state
            yield after, kind.model_fields["action"].default, state
    for name, before, _ in TIMED_MOVES:
        if world.case(CASE).state is before:
            after = branch(world)
            after.pass_until(world.now + 14 * 86_400_000)
            yield after, name, after.case(CASE).state


def branch(world: World) -> World:
    """A copy without the past, a millisecond later."""
    return World(now=world.now + 1, store=Store(world.store), ids=copy(world.ids))


def test_the_table_of_moves_is_what_happens() -> None:
    """No move of the table is impossible, and none happens that the table (and so the diagram) lacks."""
    told = {(name, *move) for name, permit in PERMITS.items() for move in permit.moves} | set(TIMED_MOVES)
    happened = explore()

    assert happened - told == set()
    assert told - happened == set()
