"""What each action of the table of authority does here: its handler, and the moves that the diagram of states is drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from schemas.authority import REOPENABLE, TALKING, refusal
from schemas.events.standing import WORK_STATES, State
from streams.case.decide.handlers import answering, casework, citizen, correcting, desk, information, merging, ownership, splitting, upkeep
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.turn import Turn

Handler = Callable[[Turn, Any], None]
S = State


@dataclass(frozen=True, slots=True)
class Permit:
    """`handler` runs when `schemas.authority.AUTHORITY` allows the action.

    `moves`: from which state it leads to which other; a test compares this with what happens.
    """

    handler: Handler
    moves: tuple[tuple[State, State], ...] = ()


def _to(end: State, *starts: State) -> tuple[tuple[State, State], ...]:
    return tuple((start, end) for start in starts if start is not end)


BACK_FROM_MERGED = tuple((S.MERGED, end) for end in (S.RECEIVED, S.ASSIGNED, S.ACCEPTED, S.PROMISED))
WORK_GOES_ON = _to(S.ACCEPTED, S.INFORMATION_REQUESTED) + _to(S.RECEIVED, S.INFORMATION_REQUESTED)

PERMITS: dict[str, Permit] = {
    "accept": Permit(ownership.accept, _to(S.ACCEPTED, S.ASSIGNED)),
    "answer": Permit(answering.answer, _to(S.ANSWERED, *TALKING) + _to(S.PROMISED, *TALKING) + _to(S.DECISION_REQUIRED, *TALKING)),
    "request-information": Permit(information.request_information, _to(S.INFORMATION_REQUESTED, S.RECEIVED, S.ACCEPTED)),
    "add-information": Permit(information.add_information, WORK_GOES_ON),
    "contribute": Permit(information.contribute),
    "transfer": Permit(ownership.transfer, _to(S.ASSIGNED, S.ACCEPTED) + _to(S.DECISION_REQUIRED, S.ASSIGNED, S.ACCEPTED)),
    "extend": Permit(information.extend),
    "assign": Permit(ownership.assign, _to(S.ASSIGNED, *WORK_STATES, S.REFUSED)),
    "reject": Permit(ownership.reject, _to(S.REFUSED, *WORK_STATES)),
    "merge": Permit(merging.merge, _to(S.MERGED, *WORK_STATES)),
    "propose-merge": Permit(merging.propose_merge),
    "split": Permit(splitting.split),
    "unmerge": Permit(merging.unmerge, BACK_FROM_MERGED),
    "decline-merge": Permit(casework.decline_merge),
    "note": Permit(casework.note),
    "urge": Permit(casework.urge),
    "rate": Permit(citizen.rate, _to(S.CLOSED, S.ANSWERED)),
    "reopen": Permit(
        lambda turn, action: (merging.reopen_merged if turn.case.state is S.MERGED else citizen.reopen)(turn, action),
        _to(S.ASSIGNED, *REOPENABLE - {S.REFUSED})
        + _to(S.RECEIVED, S.REFUSED, S.MERGED)
        + _to(S.ACCEPTED, S.MERGED)
        + _to(S.PROMISED, S.MERGED),
    ),
    "withdraw": Permit(citizen.withdraw, _to(S.WITHDRAWN, *WORK_STATES, S.MERGED)),
    "correct": Permit(correcting.correct, _to(S.RECEIVED, S.ASSIGNED)),
    "forget": Permit(citizen.forget),
    "reveal-contact": Permit(information.reveal_contact),
    "look-up": Permit(information.look_up),
    "take": Permit(desk.take),
    "hand-over": Permit(desk.hand_over),
    "recompute": Permit(upkeep.recompute),
    "record-outage": Permit(upkeep.record_outage),
    "follower-joined": Permit(merging.follower_joined, WORK_GOES_ON),
    "follower-left": Permit(merging.follower_left),
    "follower-informed": Permit(merging.follower_informed, WORK_GOES_ON),
    "leader-news": Permit(merging.leader_news, BACK_FROM_MERGED),
}


def check(turn: Turn, action: str) -> None:
    """Raise NotAllowed unless this actor may do this now."""
    if turn.case.sandbox:
        raise NotAllowed(Rule.SANDBOX)
    denial = refusal(turn.who.role, turn.who.office, turn.case, action)
    if denial is not None:
        raise NotAllowed(Rule(denial.value))
