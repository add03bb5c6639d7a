"""What was asked of a case, read back from the events that came of it: all events of one cause are one request.

What time brought about is left out: the replay's own clock brings it about again, when the other policy says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from schemas.events import actions as do
from schemas.events import wire
from schemas.events.base import Actor, Level, Role
from schemas.events.files import FileKind, FileRef
from schemas.events.intake import SANDBOX, PetitionKind
from schemas.events.wire import NotAnEvent, WholeEvent, instant, ms
from schemas.platform.instants import to_datetime
from streams.case.decide.handlers.registration import Register
from streams.case.decide.machine import Command
from streams.case.policy.compiled import Policy
from streams.case.time.calendar import HOUR_MS

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
    command: Command
    at: int
    cause: str


@dataclass(frozen=True, slots=True)
class Noted:
    """An event that changed nothing and cannot be asked for again: a refusal, an answer sent back, a proposal."""

    what: str
    who: Actor
    asked: int
    at: int
    cause: str


@dataclass(frozen=True, slots=True)
class Away:
    """The pipeline was away for this case: no timer of it was handled from `since` (ms UTC) until `until`."""

    since: int
    until: int


K = TypeVar("K", bound=StrEnum)
Replayed = Registered | Requested | Noted | Away


class NotUnderstood(ValueError):
    """Events of one cause that no request explains; the message names them."""


def replayed(events: Sequence[WholeEvent], policy: Policy) -> Replayed:
    """The request behind the events of one cause; `policy`: the one that the case had. Raise NotUnderstood."""
    first = events[0]
    if first.seq == 1:
        return _registered(events)
    if first.by_time:
        return Away(_ms(first.away_from), _ms(first.away_until))
    found = {event.what: event for event in events}
    what = first.what if len(events) == 1 else min(found, key=lambda what: _RANK.get(what, len(_RANK)))
    build = _BUILDERS.get(what)
    if build is None:
        raise NotUnderstood(f"events {', '.join(found)} of one cause")
    made = build(found[what], found, policy)
    return made if isinstance(made, Noted) else Requested(made, first.at_ms, first.cause)


def _registered(events: Sequence[WholeEvent]) -> Registered:
    first = events[0]
    try:
        petition, found = wire.petition(first.petition), wire.classification(first.classification)
    except NotAnEvent as error:
        raise NotUnderstood(f"a first event with {error}") from None
    if petition is None or found is None:
        raise NotUnderstood("a first event without its petition")
    command = Register(
        petition_id=first.petition_id,
        submitted=ms(petition.submitted_at),
        text_mark=0,
        kind=_of(PetitionKind, found.kind),
        category=found.category,
        level=_of(Level, found.level),
        office=found.office,
        co_offices=found.co_offices,
        ward=found.place.ward_code or (petition.location.ward_code if petition.location else None),
        triage=found.triage,
        petition=_NOTHING,
        classification=_NOTHING,
        sandbox=petition.channel == SANDBOX,
        language=first.case.language,
    )
    return Registered(command, first.at_ms, first.cause, any(event.what == "outage-recorded" for event in events))


def _ms(text: str | None) -> int:
    assert text is not None
    return ms(text)


def _of(kind: type[K], text: str | None) -> K:
    try:
        return kind(text or "")
    except ValueError:
        raise NotUnderstood(f"no {kind.__name__} of this version") from None


@lru_cache(maxsize=4096)
def _actor(who: wire.Actor) -> Actor:
    return Actor.model_construct(role=_of(Role, who.role), office=who.office, id=who.id)


def _ask(kind: type[do.Action], event: WholeEvent, /, **fields: Any) -> Command:
    """Not validated again: what is on the record was valid when it came."""
    action: Any = kind.model_construct(petition_id=event.petition_id, actor=_actor(event.actor), requested_at=instant(event.at), **fields)
    return Command(action, event.asked_ms)


Found = Mapping[str, WholeEvent]
Built = Command | Noted
Builder = Callable[[WholeEvent, Found, Policy], Built]


def _note(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    return Noted(event.what, _actor(event.actor), event.asked_ms, event.at_ms, event.cause)


def _answered(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    return _ask(
        do.Answer,
        event,
        result=_of(do.ResultKind, event.result),
        text=event.text or "",
        evidence_urls=event.evidence_urls,
        files=_files(event),
        promise_date=None,
        cause=event.answer_cause,
    )


def _promised(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    """A date holds until the end of its day; what was promised is the date."""
    due = _ms(event.promise_date)
    date = due - _DAY_MS if (due + _HANOI_OFFSET_MS) % _DAY_MS == 0 else due
    return _ask(
        do.Answer,
        event,
        result=do.ResultKind.WILL_BE_DONE,
        text=event.text or "",
        evidence_urls=event.evidence_urls,
        files=_files(event),
        promise_date=to_datetime(date),
        cause=None,
    )


def _decision(event: WholeEvent, found: Found, policy: Policy) -> Built:
    """Passed on, or disowned: then the text of the answer is not on the record."""
    if event.because != "not-ours":
        return _transferred(found["transferred"], found, policy)
    return _ask(
        do.Answer,
        event,
        result=do.ResultKind.NOT_OURS,
        text=_ENOUGH_WORDS,
        evidence_urls=(),
        files=(),
        promise_date=None,
        cause=event.reason or _ENOUGH_WORDS,
    )


def _transferred(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    return _ask(do.Transfer, event, to_office=event.to_office, reason=event.reason)


def _extended(event: WholeEvent, _found: Found, policy: Policy) -> Built:
    """By how much is measured on the calendar that the case had."""
    calendar = policy.levels[_of(Level, event.case.level)].calendar
    by = calendar.between(_ms(event.deadline_before), _ms(event.deadline_after))
    return _ask(do.Extend, event, working_hours=by / HOUR_MS, reason=event.reason)


def _simple(kind: type[do.Action], *names: str, **renamed: str) -> Builder:
    """An action whose fields are the event's, or `name of the action's field` = `name of the event's`."""
    pairs = [*((name, name) for name in names), *renamed.items()]
    return lambda event, _found, _policy: _ask(kind, event, **{own: getattr(event, theirs) for own, theirs in pairs})


def _assigned(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    return _ask(
        do.Assign, event, to_office=event.to_office, reason=event.reason, category=event.case.category, level=_of(Level, event.case.level)
    )


def _outage(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    return _ask(do.RecordOutage, event, away_from=to_datetime(_ms(event.away_from)), away_until=to_datetime(_ms(event.away_until)))


def _refused(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    return _ask(do.Reject, event, kind=_of(do.RefusalKind, event.kind), reason=event.reason, right_address=event.right_address)


def _unmerged(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    """A citizen separates his petition by reopening it."""
    return _ask(do.Reopen if event.actor.role == Role.CITIZEN else do.Unmerge, event, reason=event.reason)


def _joined(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    """It fitted, so neither category nor ward need be known."""
    level = Level(event.level) if event.level else None
    due = instant(event.answer_due) if event.answer_due else None
    return _ask(do.FollowerJoined, event, follower=event.follower, category=None, ward_code=None, level=level, answer_due=due)


def _files(event: WholeEvent) -> tuple[FileRef, ...]:
    return tuple(FileRef.model_construct(**one | {"kind": _of(FileKind, one["kind"])}) for one in event.files)


def _follower_informed(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    said = {"text": event.text, "media_urls": event.media_urls, "files": _files(event), "urgent": event.urgent}
    return _ask(do.FollowerInformed, event, follower=event.follower, **said)


def _informed(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    asked = _ask(do.AddInformation, event, text=event.text, media_urls=event.media_urls, files=_files(event), urgent=event.urgent)
    return msgspec.structs.replace(asked, urgent=event.urgent)


def _corrected(event: WholeEvent, _found: Found, _policy: Policy) -> Built:
    """What would be right changes nothing but what people read."""
    return _ask(do.Correct, event, category=None, ward_code=event.case.ward_code, reason=event.reason)


_BUILDERS: dict[str, Builder] = {
    "answered": _answered,
    "promised": _promised,
    "decision-required": _decision,
    "transferred": _transferred,
    "answer-returned": _note,
    "action-refused": _note,
    "merge-proposed": _note,
    "binding-proposed": _note,
    "contributed": _note,
    "split": _note,
    "corrected": _corrected,
    "merge-declined": _note,
    "noted": _note,
    "urged": _note,
    "taken": _note,
    "handed-over": _note,
    "leader-reported": _simple(do.LeaderNews, "leader", "event_type", "detail"),
    "reopened": _simple(do.Reopen, "reason"),
    "rated": _simple(do.Rate, "stars", "comment"),
    "refused": _refused,
    "withdrawn": _simple(do.Withdraw, "reason"),
    "forgotten": _simple(do.Forget),
    "contact-revealed": _simple(do.RevealContact, "reason"),
    "looked-up": _simple(do.LookUp),
    "merged": _simple(do.Merge, "into", "reason"),
    "unmerged": _unmerged,
    "follower-added": _joined,
    "follower-informed": _follower_informed,
    "follower-removed": _simple(do.FollowerLeft, "follower"),
    "information-requested": _simple(do.RequestInformation, "question"),
    "information-added": _informed,
    "extended": _extended,
    "assigned": _assigned,
    "accepted": _simple(do.Accept),
    "deadline-recomputed": _simple(do.Recompute, "reason", policy_version="policy_after"),
    "outage-recorded": _outage,
}
"""In this order: an answer may accept on its way, a reopening separate from a leader, a transfer assign."""
_RANK = {what: rank for rank, what in enumerate(_BUILDERS)}
