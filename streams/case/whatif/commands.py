"""What was asked of a case, read back from the events that came of it: all events of one cause are one request.

What time brought about is left out: the replay's own clock brings it about again, when the other policy says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from schemas.events import actions as do
from schemas.events.base import Actor
from schemas.platform.clock import to_datetime, to_ms
from streams.case.decide.handlers.registration import Register
from streams.case.decide.machine import Asked
from streams.case.policy.compiled import Policy
from streams.case.time.calendar import HOUR_MS
from streams.case.whatif.lines import Line, Person

_DAY_MS = 24 * HOUR_MS
_HANOI_OFFSET_MS = 7 * HOUR_MS
_NOTHING = msgspec.Raw(b"null")
_ENOUGH_WORDS = " ".join(f"lời{number}" for number in range(400))
"""For a text that the record does not keep, but that was found good."""


@dataclass(frozen=True, slots=True)
class Registered:
    """`late`: the record says that the pipeline was away when it came."""

    command: Register
    at: int
    cause: str
    late: bool


@dataclass(frozen=True, slots=True)
class Requested:
    command: Asked
    at: int
    cause: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An event that changed nothing and cannot be asked for again: a refusal, an answer sent back, a proposal."""

    what: str
    who: Person
    asked: int
    at: int
    cause: str


@dataclass(frozen=True, slots=True)
class Away:
    """The pipeline was away for this case: no timer of it was handled from `since` (ms UTC) until `until`."""

    since: int
    until: int


Command = Registered | Requested | Noted | Away


class NotUnderstood(ValueError):
    """Events of one cause that no request explains; the message names them."""


def command_of(lines: Sequence[Line], policy: Policy) -> Command:
    """The request behind the events of one cause; `policy`: the one that the case had. Raise NotUnderstood."""
    first = lines[0]
    if first.seq == 1:
        return _registered(lines)
    if first.by_time:
        return Away(_ms(first.away_from), _ms(first.away_until))
    found = {line.what: line for line in lines}
    what = first.what if len(lines) == 1 else min(found, key=lambda what: _RANK.get(what, len(_RANK)))
    build = _BUILDERS.get(what)
    if build is None:
        raise NotUnderstood(f"events {', '.join(found)} of one cause")
    made = build(found[what], found, policy)
    return made if isinstance(made, Noted) else Requested(made, first.at_ms, first.cause)


def _registered(lines: Sequence[Line]) -> Registered:
    first = lines[0]
    petition, found = first.petition, first.classification
    if petition is None or found is None:
        raise NotUnderstood("a first event without its petition")
    command = Register(
        petition_id=first.petition_id,
        submitted=to_ms(petition.submitted_at),
        text_mark=0,
        kind=found.kind,
        category=found.category,
        level=found.level,
        office=found.office,
        co_offices=found.co_offices,
        ward=found.place.ward_code or (petition.location.ward_code if petition.location else None),
        triage=found.triage,
        petition=_NOTHING,
        classification=_NOTHING,
    )
    return Registered(command, first.at_ms, first.cause, any(line.what == "outage-recorded" for line in lines))


def _ms(moment: Any) -> int:
    assert moment is not None
    return to_ms(moment)


@lru_cache(maxsize=4096)
def _actor(person: Person) -> Actor:
    return Actor.model_construct(role=person.role, office=person.office, id=person.id)


def _ask(kind: type[do.Action], line: Line, /, **fields: Any) -> Asked:
    """Not validated again: what is on the record was valid when it came."""
    action: Any = kind.model_construct(petition_id=line.petition_id, actor=_actor(line.actor), requested_at=line.at, **fields)
    return Asked(action, line.asked_ms)


Found = Mapping[str, Line]
Built = Asked | Noted
Builder = Callable[[Line, Found, Policy], Built]


def _note(line: Line, _found: Found, _policy: Policy) -> Built:
    return Noted(line.what, line.actor, line.asked_ms, line.at_ms, line.cause)


def _answered(line: Line, _found: Found, _policy: Policy) -> Built:
    return _ask(
        do.Answer,
        line,
        result=line.result,
        text=line.text or "",
        evidence_urls=line.evidence_urls,
        promise_date=None,
        cause=line.answer_cause,
    )


def _promised(line: Line, _found: Found, _policy: Policy) -> Built:
    """A date holds until the end of its day; what was promised is the date."""
    due = _ms(line.promise_date)
    date = due - _DAY_MS if (due + _HANOI_OFFSET_MS) % _DAY_MS == 0 else due
    return _ask(
        do.Answer,
        line,
        result=do.ResultKind.WILL_BE_DONE,
        text=line.text or "",
        evidence_urls=line.evidence_urls,
        promise_date=to_datetime(date),
        cause=None,
    )


def _decision(line: Line, found: Found, policy: Policy) -> Built:
    """Passed on, or disowned: then the text of the answer is not on the record."""
    if line.because != "not-ours":
        return _transferred(found["transferred"], found, policy)
    return _ask(
        do.Answer,
        line,
        result=do.ResultKind.NOT_OURS,
        text=_ENOUGH_WORDS,
        evidence_urls=(),
        promise_date=None,
        cause=line.reason or _ENOUGH_WORDS,
    )


def _transferred(line: Line, _found: Found, _policy: Policy) -> Built:
    return _ask(do.Transfer, line, to_office=line.to_office, reason=line.reason)


def _extended(line: Line, _found: Found, policy: Policy) -> Built:
    """By how much is measured on the calendar that the case had."""
    calendar = policy.levels[line.case.level].calendar
    by = calendar.between(_ms(line.deadline_before), _ms(line.deadline_after))
    return _ask(do.Extend, line, working_hours=by / HOUR_MS, reason=line.reason)


def _simple(kind: type[do.Action], *names: str, **renamed: str) -> Builder:
    """An action whose fields are the event's, or `name of the action's field` = `name of the event's`."""
    pairs = [*((name, name) for name in names), *renamed.items()]
    return lambda line, _found, _policy: _ask(kind, line, **{own: getattr(line, theirs) for own, theirs in pairs})


def _assigned(line: Line, _found: Found, _policy: Policy) -> Built:
    return _ask(do.Assign, line, to_office=line.to_office, reason=line.reason, category=line.case.category, level=line.case.level)


def _refused(line: Line, _found: Found, _policy: Policy) -> Built:
    return _ask(do.Reject, line, kind=line.kind, reason=line.reason, right_address=line.right_address)


_BUILDERS: dict[str, Builder] = {
    "answered": _answered,
    "promised": _promised,
    "decision-required": _decision,
    "transferred": _transferred,
    "answer-returned": _note,
    "action-refused": _note,
    "merge-proposed": _note,
    "contributed": _note,
    "leader-reported": _simple(do.LeaderNews, "leader", "event_type", "detail"),
    "reopened": _simple(do.Reopen, "reason"),
    "rated": _simple(do.Rate, "stars", "comment"),
    "refused": _refused,
    "withdrawn": _simple(do.Withdraw, "reason"),
    "merged": _simple(do.Merge, "into", "reason"),
    "unmerged": _simple(do.Unmerge, "reason"),
    "follower-added": lambda line, _f, _p: _ask(do.FollowerJoined, line, follower=line.follower, category=None, ward_code=None),
    "follower-removed": _simple(do.FollowerLeft, "follower"),
    "information-requested": _simple(do.RequestInformation, "question"),
    "information-added": _simple(do.AddInformation, "text", "media_urls"),
    "extended": _extended,
    "assigned": _assigned,
    "accepted": _simple(do.Accept),
    "deadline-recomputed": _simple(do.Recompute, "reason", policy_version="policy_after"),
    "outage-recorded": _simple(do.RecordOutage, "away_from", "away_until"),
}
"""In this order: an answer may accept on its way, a reopening separate from a leader, a transfer assign."""
_RANK = {what: rank for rank, what in enumerate(_BUILDERS)}
