"""Several petitions on one matter: followers wait under a leader and hear what happens to it; each can go its own way again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.events.actions import FollowerJoined, FollowerLeft, LeaderNews, Merge, ProposeMerge, Reopen, Unmerge
from schemas.events.case import WORK_STATES, ClockName, State
from streams.case.decide import clocks
from streams.case.decide.handlers.citizen import reopen
from streams.case.decide.handlers.common import resumed
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.state import Case
from streams.case.decide.turn import CaseChange, Turn

NEWS = frozenset({"assigned", "accepted", "transferred", "extended", "promised", "answered", "closed", "reopened", "refused", "withdrawn"})
"""What followers' petitioners are told about their leader."""
_RELEASING = frozenset({"withdrawn", "refused"})
"""A leader's end that was not an answer: its followers must still get one."""


def merge(turn: Turn, action: Merge) -> None:
    """Under the leader this case's clocks stand; the leader's run. It is told, and may decline."""
    case = turn.case
    if action.into == case.id:
        raise NotAllowed(Rule.MERGE_WITH_ITSELF)
    if case.followers:
        raise NotAllowed(Rule.HAS_FOLLOWERS)
    standing = tuple(clock if clock.paused_at is not None else clocks.pause(clock, turn.asked) for clock in case.clocks)
    turn.tell(
        "merged",
        {"into": action.into},
        state=State.MERGED,
        leader=action.into,
        clocks=standing,
        pause_end=None,
        decider=None,
        resume_state=_back_to(case),
    )
    turn.send(action.into, "follower-joined", follower=case.id, category=case.category, ward_code=case.ward)


def _back_to(case: Case) -> State:
    """Where a case goes on after a merge: to waiting states it does not return, since what they waited for is gone."""
    if case.state is State.INFORMATION_REQUESTED:
        return State.ACCEPTED if case.office else State.RECEIVED
    return State.ASSIGNED if case.state is State.DECISION_REQUIRED else case.state


def propose_merge(turn: Turn, action: ProposeMerge) -> None:
    """Nothing changes but what the office reads: a person looks at both and decides."""
    if action.into == turn.case.id:
        raise NotAllowed(Rule.MERGE_WITH_ITSELF)
    turn.tell("merge-proposed", {"into": action.into, "similarity": action.similarity})


def unmerge(turn: Turn, _action: Unmerge) -> None:
    leader = turn.case.leader
    assert leader is not None
    go_own_way(turn)
    turn.send(leader, "follower-left", follower=turn.case.id)


def go_own_way(turn: Turn) -> None:
    """The clocks run again with what was left of their limits when the case was merged."""
    case = turn.case
    running = resumed(turn, turn.now)
    due = {clock.name: clock.due for clock in running}
    turn.tell(
        "unmerged",
        {"leader": case.leader},
        state=case.resume_state or State.RECEIVED,
        leader=None,
        resume_state=None,
        settled=None,
        clocks=running,
        deadline=due.get(ClockName.PROMISE, due[ClockName.ANSWER]),
        answer_due=due[ClockName.ANSWER],
    )


def reopen_merged(turn: Turn, action: Reopen) -> None:
    """A follower that is not content with its leader's answer goes its own way, with new clocks."""
    leader = turn.case.leader
    assert leader is not None
    go_own_way(turn)
    turn.send(leader, "follower-left", follower=turn.case.id)
    reopen(turn, action)


def follower_joined(turn: Turn, action: FollowerJoined) -> None:
    """Take the follower in, or send it back if this is another matter or nobody works on it any more."""
    fault = _unfit(turn, action)
    if fault is not None:
        send_back(turn, action.follower, fault)
        turn.refuse(action.action, fault)
    elif action.follower not in turn.case.followers:
        turn.tell("follower-added", {"follower": action.follower}, followers=(*turn.case.followers, action.follower))


def _unfit(turn: Turn, action: FollowerJoined) -> Rule | None:
    case = turn.case
    if case.state not in WORK_STATES:
        return Rule.LEADER_NOT_OPEN
    other_ward = None not in (action.ward_code, case.ward) and action.ward_code != case.ward
    return Rule.LEADER_DIFFERS if other_ward or action.category not in (None, case.category) else None


def send_back(turn: Turn, follower: str, rule: Rule) -> None:
    turn.send(follower, "unmerge", reason=rule.value)


def follower_left(turn: Turn, action: FollowerLeft) -> None:
    if action.follower in turn.case.followers:
        rest = tuple(follower for follower in turn.case.followers if follower != action.follower)
        turn.tell("follower-removed", {"follower": action.follower}, followers=rest)


def leader_news(turn: Turn, action: LeaderNews) -> None:
    """Tell this petitioner; when the leader ended without an answer, go on alone."""
    if turn.case.leader != action.leader or turn.case.state is not State.MERGED:
        return
    turn.tell(
        "leader-reported",
        {"leader": action.leader, "event_type": action.event_type, "detail": action.detail},
        settled=turn.now if action.event_type == "answered" else turn.case.settled,
    )
    if action.event_type in _RELEASING:
        go_own_way(turn)


def tell_followers(turn: Turn) -> None:
    """At the end of a decision: every follower hears every reply."""
    followers = turn.case.followers
    if not followers:
        return
    for event in turn.events:
        if event.what in NEWS:
            for follower in followers:
                turn.send(follower, "leader-news", leader=turn.case.id, event_type=event.what, detail=news(event))


def news(event: CaseChange) -> Mapping[str, Any]:
    """What followers get of an event: its own fields, without the leader's petition."""
    detail = {name: value for name, value in event.detail.items() if name not in ("petition", "classification")}
    return {**detail, "office": event.after.office, "reason": event.reason}
