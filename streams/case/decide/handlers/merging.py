"""Several petitions on one matter: followers wait under a leader and hear what is public of it; its office hears what they add, and
takes over what is stricter of them; each can go its own way again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from schemas.events.actions import FollowerInformed, FollowerJoined, FollowerLeft, LeaderNews, Merge, ProposeMerge, Reopen, Unmerge
from schemas.events.files import plain
from schemas.events.lateness import LATE_CLOCKS
from schemas.events.standing import WORK_STATES, ClockName, State
from schemas.platform.instants import to_datetime, to_ms
from streams.case.decide import clocks
from streams.case.decide.handlers.citizen import check_reopening, reopen
from streams.case.decide.handlers.common import resumed
from streams.case.decide.handlers.stricter import endangered, take_over
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.state import Case
from streams.case.decide.turn import CaseChange, Turn

NEWS = frozenset(
    {
        *("assigned", "accepted", "transferred", "promised", "answered", "closed", "reopened", "refused", "withdrawn"),
        *("extended", "resumed", "deadline-recomputed", "limit-tightened"),  # move the deadline, which is theirs, too
    }
)
"""What followers' petitioners are told about their leader."""
_RELEASING = frozenset({"withdrawn", "refused"})
"""A leader's end that was not an answer: its followers must still get one."""


def merge(turn: Turn, action: Merge) -> None:
    """Under the leader this case's clocks stand; the leader's run. It is told, takes over what is stricter here, or declines."""
    case = turn.case
    if action.into == case.id:
        raise NotAllowed(Rule.MERGE_WITH_ITSELF)
    if case.followers:
        raise NotAllowed(Rule.HAS_FOLLOWERS)
    owed = min(clock.due for clock in resumed(turn, turn.now) if clock.name in LATE_CLOCKS)
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
    about = {"category": case.category, "ward_code": case.ward, "level": case.level, "answer_due": to_datetime(owed)}
    turn.send(action.into, "follower-joined", follower=case.id, **about)


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
    """A follower that is not content with its leader's answer goes its own way and is reopened, under the rules for any other.

    Before there is an answer it only goes its own way: with its clocks, and with what it has missed.
    """
    leader, answered = turn.case.leader, turn.case.settled is not None
    assert leader is not None
    if answered:
        check_reopening(turn)
    go_own_way(turn)
    turn.send(leader, "follower-left", follower=turn.case.id)
    if answered:
        reopen(turn, action)


def follower_joined(turn: Turn, action: FollowerJoined) -> None:
    """Take the follower in with what is stricter of it, or send it back if this is another matter or nobody works on it any more."""
    fault = _unfit(turn, action)
    if fault is not None:
        send_back(turn, action.follower, fault)
        turn.refuse(action.action, fault)
    elif action.follower not in turn.case.followers:
        strict = {"level": action.level, "answer_due": action.answer_due}
        turn.tell("follower-added", {"follower": action.follower, **strict}, followers=(*turn.case.followers, action.follower))
        if action.level is not None and action.answer_due is not None:
            take_over(turn, action.level, to_ms(action.answer_due), "follower-joined")


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


def follower_informed(turn: Turn, action: FollowerInformed) -> None:
    """What a follower's citizen adds is for this case's office, and no citizen's; danger in it raises the level here."""
    if action.follower not in turn.case.followers:
        return
    media = [str(url) for url in action.media_urls]
    said = {"text": action.text, "media_urls": media, "files": plain(action.files), "urgent": action.urgent}
    turn.tell("follower-informed", {"follower": action.follower, "received_at": action.received_at, **said})
    if action.urgent:
        endangered(turn, "follower-informed")


def leader_news(turn: Turn, action: LeaderNews) -> None:
    """Tell this petitioner, whose deadline is the leader's now; when the leader ended without an answer, go on alone."""
    case = turn.case
    if case.leader != action.leader or case.state is not State.MERGED:
        return
    turn.tell(
        "leader-reported",
        {"leader": action.leader, "event_type": action.event_type, "detail": action.detail},
        deadline=_deadline(action) or case.deadline,
        settled={"answered": turn.now, "closed": turn.now, "reopened": None}.get(action.event_type, case.settled),
    )
    if action.event_type in _RELEASING:
        go_own_way(turn)


def _deadline(action: LeaderNews) -> int | None:
    found = action.detail.get("deadline")
    return to_ms(datetime.fromisoformat(found)) if isinstance(found, str) else None


def tell_followers(turn: Turn) -> None:
    """At the end of a decision: every follower hears all news, and one that has just joined where the leader stands."""
    followers = turn.case.followers
    if not followers:
        return
    for event in turn.events:
        if event.what in NEWS:
            _tell(turn, event, followers)
        elif event.what == "follower-added":
            _tell(turn, event, (event.detail["follower"],))


def _tell(turn: Turn, event: CaseChange, followers: tuple[str, ...]) -> None:
    for follower in followers:
        turn.send(follower, "leader-news", leader=turn.case.id, event_type=event.what, detail=public(event))


def public(event: CaseChange) -> Mapping[str, Any]:
    """What other petitioners may know of an event: the fields `schemas.events.case.PUBLIC`."""
    after = event.after
    shown = {"state": after.state, "office": after.office, "deadline": to_datetime(after.deadline) if after.deadline is not None else None}
    if event.what == "answered" and event.detail["public"]:
        shown |= {name: event.detail[name] for name in ("result", "text", "evidence_urls", "files")}
    return shown
