"""Which petition joins which: a pure choice among the petitions that are like a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from consumers.incidents.compare import Rules, Side, Sure, Verdict, compare
from schemas.events.base import Level
from schemas.events.standing import WORK_STATES


@dataclass(frozen=True, slots=True)
class Known:
    """A petition as the memory has it.

    `leader`: whom it follows, or is asked to follow; `followers`: how many follow it or are asked to; `deadline` in ms UTC;
    `apart`: leaders that it was separated from, or that would not have it; `sorted`: not waiting for a person to sort it.
    """

    petition_id: str
    side: Side
    state: str
    level: str
    leader: str | None = None
    followers: int = 0
    deadline: int | None = None
    apart: frozenset[str] = frozenset()
    sorted: bool = True

    @property
    def open(self) -> bool:
        return self.leader is None and self.state in WORK_STATES

    @property
    def order(self) -> tuple[int, str]:
        return self.side.received, self.petition_id


@dataclass(frozen=True, slots=True)
class Ask:
    """`follower` should join `leader`: asked of the case stage (`merge`) or of a person (`propose-merge`)."""

    follower: str
    leader: str
    verdict: Verdict
    rank: tuple[int, bool, float, int, str] = (0, False, 0.0, 0, "")
    """Surest first, then an incident that exists, then the likest, then the earliest."""

    @property
    def merges(self) -> bool:
        return self.verdict.sure is Sure.MERGE


def choose(new: Known, others: Sequence[Known], heads: Mapping[str, Known], rules: Rules) -> Ask | None:
    """The best of what is possible, or None. `heads`: the leaders of those of `others` that follow one."""
    if not new.open:
        return None
    found = [ask for other in others if (ask := _with(new, other, heads, rules)) is not None]
    return max(found, key=lambda ask: ask.rank, default=None)


def _with(new: Known, other: Known, heads: Mapping[str, Known], rules: Rules) -> Ask | None:
    """Joining goes to the leader of leaders: who follows is never followed. Both the like one and its leader must fit."""
    head = other if other.leader is None else heads.get(other.leader)
    if head is None or not head.open or head.petition_id == new.petition_id:
        return None
    verdict = compare(new.side, other.side, rules)
    if head is not other and compare(new.side, head.side, rules).why in _OBSTACLES:
        return None
    if verdict.sure is Sure.NO:
        return None
    follower, leader = _order(new, head)
    if follower.followers or leader.petition_id in follower.apart or follower.petition_id in leader.apart:
        return None
    verdict = _careful(verdict, follower, leader, rules)
    rank = (int(verdict.sure), leader.followers > 0, verdict.similarity, -leader.side.received, leader.petition_id)
    return Ask(follower.petition_id, leader.petition_id, verdict, rank)


_OBSTACLES = frozenset({"category", "ward", "time", "numbers", "distance", "names"})


def _order(new: Known, head: Known) -> tuple[Known, Known]:
    """(follower, leader): whoever has followers leads; of two single ones the more urgent, then whoever came first."""
    if new.followers or head.followers:
        return (head, new) if new.followers else (new, head)
    if _urgency(new) != _urgency(head):
        return (head, new) if _urgency(new) > _urgency(head) else (new, head)
    return (head, new) if new.order < head.order else (new, head)


def _urgency(one: Known) -> int:
    return int(one.level == Level.URGENT)


def _careful(verdict: Verdict, follower: Known, leader: Known, rules: Rules) -> Verdict:
    """A merge that could harm a petitioner is only proposed: a later or less urgent leader, one that may be sorted elsewhere."""
    later = leader.deadline is None or (follower.deadline is not None and leader.deadline > follower.deadline)
    less_urgent = _urgency(leader) < _urgency(follower)
    unsorted = not (leader.sorted and follower.sorted)
    full = leader.followers >= rules.followers_at_most
    if verdict.sure is Sure.MERGE and (later or less_urgent or unsorted or full or not rules.may_merge):
        return replace(verdict, sure=Sure.PROPOSE)
    return verdict
