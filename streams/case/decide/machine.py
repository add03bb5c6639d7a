"""The case's life as one pure function of (case, command, now, policies). No Kafka, clock or environment in here."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from schemas.events.actions import (
    Action,
    Assign,
    Correct,
    Extend,
    FollowerInformed,
    FollowerJoined,
    FollowerLeft,
    HandOver,
    LeaderNews,
    Merge,
    ProposeMerge,
    Recompute,
    Reject,
    Reopen,
    RevealContact,
    Split,
    Transfer,
    Unmerge,
    Withdraw,
)
from schemas.platform.marks import mark64
from streams.case.decide.handlers import merging
from streams.case.decide.handlers.registration import Register, register
from streams.case.decide.ladder import catch_up
from streams.case.decide.permits import PERMITS, check
from streams.case.decide.rules import NotAllowed, Rule
from streams.case.decide.state import Case
from streams.case.decide.turn import SYSTEM, Decision, Message, Setting, Turn, Who

_REASONED = (
    *(Transfer, Extend, Reject, Reopen, Withdraw, Correct, HandOver, Assign, Merge, Split, ProposeMerge, Unmerge, Recompute),
    RevealContact,
)
REMEMBERED = 32
"""So many handled action ids a case keeps, to know a repeat again."""


class UnknownPetition(ValueError):
    """An action names a petition that was never registered."""


class Command(msgspec.Struct, frozen=True, gc=False):
    """An action as it arrived. `at` (ms UTC): when the broker took it in; what its sender's clock says counts for nothing.

    For an answer, `mark` is its text's fingerprint and `copies` how many other petitions of the office got the same words.
    `urgent`: what the citizen adds tells of danger.
    """

    action: Action
    at: int
    mark: int = 0
    copies: int = 0
    urgent: bool = False


def decide(case: Case | None, command: Register | Command, cause: str, now: int, setting: Setting) -> Decision:
    """Decide one command, which came as the event with id `cause`; `now` in ms UTC.

    Before an action happens what was due when it was handed in, and nothing that was due later: an answer cannot hide a breach, and
    no breach can overtake an answer. Raise ConflictingResubmission or UnknownPetition for what cannot be a case's business.
    """
    if isinstance(command, Register):
        return register(case, command, cause, now, setting)
    if case is None:
        return _for_nobody(command.action)
    return _act(case, command, cause, now, setting)


def fire(case: Case, now: int, setting: Setting) -> Decision:
    """What time alone brings about: all steps that are due at `now`, in order."""
    turn = Turn(case, setting, now, SYSTEM, "timer")
    catch_up(turn, now)
    merging.tell_followers(turn)
    return turn.decision()


def _act(case: Case, asked: Command, cause: str, now: int, setting: Setting) -> Decision:
    mark = mark64(cause)
    if mark in case.handled:
        return Decision(case, ignored=True)
    turn = Turn(case, setting, now, Who.of(asked.action.actor), cause, reason=_reason(asked.action))
    turn.asked_at = min(asked.at, now)
    turn.mark, turn.copies, turn.urgent = asked.mark, asked.copies, asked.urgent
    catch_up(turn, turn.asked)
    _attempt(turn, asked.action, case.seq)
    merging.tell_followers(turn)
    turn.case = replace(turn.case, handled=(*turn.case.handled[1 - REMEMBERED :], mark))
    return turn.decision()


def _reason(action: Action) -> str | None:
    return action.reason if isinstance(action, _REASONED) else None


def _attempt(turn: Turn, action: Action, seq: int) -> None:
    """Run the action's handler; if a rule forbids it, nothing of it remains but the refusal. `seq`: of the case as it could be seen."""
    case, told, sent = turn.case, len(turn.events), len(turn.messages)
    policy, reason = turn.policy, turn.reason
    permit = PERMITS[action.action]
    try:
        check(turn, action.action)
        _check_seen(action, seq)
        permit.handler(turn, action)
    except NotAllowed as refusal:
        turn.case, turn.policy, turn.reason, turn.copy = case, policy, reason, None
        del turn.events[told:], turn.messages[sent:]
        turn.refuse(action.action, refusal.rule)


def _check_seen(action: Action, seq: int) -> None:
    """Raise NotAllowed when more has happened than the asker had seen."""
    if action.seen not in (None, seq):
        raise NotAllowed(Rule.CASE_CHANGED)


def _for_nobody(action: Action) -> Decision:
    """Messages between cases may meet one that never was; a follower that was sent to such a leader goes its own way."""
    if isinstance(action, FollowerJoined):
        back = Message(action.follower, "unmerge", {"reason": Rule.LEADER_NOT_OPEN.value})
        return Decision(None, messages=(back,))
    if isinstance(action, FollowerLeft | FollowerInformed | LeaderNews):
        return Decision(None, ignored=True)
    raise UnknownPetition("no petition with this id was registered")
