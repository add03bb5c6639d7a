"""Which deliveries an event calls for. Pure: event × receivers × policy → deliveries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from consumers.notifier.policy import NoticePolicy, Quiet
from schemas.platform.instants import HANOI

ALL = "*"


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as far as it decides who is told. `notices`: those that it belongs to, none when its citizen does not see it."""

    petition_id: str
    what: str
    at: datetime
    urgent: bool
    sandbox: bool
    notices: frozenset[str]
    offices: frozenset[str]


@dataclass(frozen=True, slots=True)
class Receiver:
    """`holder`: a petition's id, an office's code or a channel's name, by `holder_kind`. `wants`: notices, types of events, or `*`."""

    id: str
    holder_kind: str
    holder: str
    medium: str
    wants: frozenset[str]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What happened is told to this receiver, not before `due`."""

    receiver: str
    due: datetime


def deliveries(
    happening: Happening, channel: str | None, receivers: Iterable[Receiver], policy: NoticePolicy, now: datetime
) -> list[Delivery]:
    """`channel`: by which the petition came. What is older than any try would be is news to nobody: a rewound reader tells nothing."""
    if now - happening.at > timedelta(hours=policy.tries.hours):
        return []
    return [
        Delivery(receiver.id, due(happening, receiver.medium, policy.quiet, now))
        for receiver in receivers
        if _concerns(happening, channel, receiver) and _wanted(happening, receiver)
    ]


def due(happening: Happening, medium: str, quiet: Quiet, now: datetime) -> datetime:
    """Now, or the end of the quiet hours."""
    return now if happening.urgent else not_before(quiet, medium, now)


def not_before(quiet: Quiet, medium: str, now: datetime) -> datetime:
    """When what is not urgent may go out by this medium."""
    return after_quiet(quiet, now) if medium in quiet.media else now


def after_quiet(quiet: Quiet, now: datetime) -> datetime:
    """The instant itself, or the end of the quiet hours that it falls into."""
    local = now.astimezone(HANOI)
    at, over_midnight = local.time(), quiet.begins > quiet.ends
    silent = (at >= quiet.begins or at < quiet.ends) if over_midnight else quiet.begins <= at < quiet.ends
    if not silent:
        return now
    end = local.replace(hour=quiet.ends.hour, minute=quiet.ends.minute, second=0, microsecond=0)
    return end if end > local else end + timedelta(days=1)


def _concerns(happening: Happening, channel: str | None, receiver: Receiver) -> bool:
    """A citizen and a channel hear what its citizen may see, an office what is its business; the sandbox's is no office's."""
    if receiver.holder_kind == "office":
        return receiver.holder in happening.offices and not happening.sandbox
    mine = happening.petition_id if receiver.holder_kind == "citizen" else channel
    return receiver.holder == mine and bool(happening.notices)


def _wanted(happening: Happening, receiver: Receiver) -> bool:
    return bool(receiver.wants & (happening.notices | {ALL, happening.what}))
