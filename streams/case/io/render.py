"""Decisions as records: events for the record, requests to other cases. The models of `schemas.events.case` say what stands in them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from schemas.events.catalogue import type_name
from schemas.events.chain import chained, link
from schemas.events.envelope import derived_id
from schemas.events.topics import ACTIONS, EVENTS
from schemas.platform.instants import to_ms
from schemas.platform.keyring import path_of
from streams.case.decide.state import Case, CaseClock
from streams.case.decide.turn import SPLIT_OFF, SYSTEM, CaseChange, Message, UsedText
from streams.case.decide.used_texts import texts_key
from streams.engine.types import Output, Reach

Seal = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Seals an event's words with the key of a path (`schemas.events.sealing`)."""
SOURCE = "streams/case"
_encode = msgspec.json.Encoder().encode
_DAY_MS = 86_400_000
_FIXED = (("ce_specversion", b"1.0"), ("ce_source", SOURCE.encode()), ("content-type", b"application/json"))


@lru_cache(maxsize=4096)
def _day(number: int) -> str:
    return datetime.fromtimestamp(number * 86_400, UTC).strftime("%Y-%m-%dT")


@lru_cache(maxsize=65_536)
def iso(ms: int) -> str:
    """`2026-11-24T01:00:00.000Z`. Cached: the instants of a batch repeat, and this is the hot path."""
    day, rest = divmod(ms, _DAY_MS)
    seconds, millis = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{_day(day)}{hour:02}:{minute:02}:{second:02}.{millis:03}Z"


def event_outputs(happened: Sequence[CaseChange], chain: bytes, seal: Seal) -> tuple[list[Output], bytes]:
    """The events of a step on `petitions.events`, and the chain after them; `chain`: that before. An event's id follows from its cause, so
    a reader recognises a repeat."""
    # All are sealed at one go: what that needs in the processor's caches, writing JSON would drive out each time.
    sealed = [seal(_key_path(one), _event(one)) for one in happened]
    outputs = []
    for one, value in zip(happened, sealed, strict=True):
        output, chain = _event_output(one, _encode(value), chain)
        outputs.append(output)
    return outputs, chain


def _event_output(happened: CaseChange, body: bytes, chain: bytes) -> tuple[Output, bytes]:
    id_, petition_id = _event_id(happened), happened.after.id
    after_it = link(chain, _type(happened.what), id_.encode(), body)
    headers = _headers(id_, happened.what, petition_id, happened.at)
    return Output(EVENTS.name, petition_id.encode(), chained(body, after_it), headers), after_it


def _event(happened: CaseChange) -> dict[str, Any]:
    after = happened.after
    return {
        "petition_id": after.id,
        "seq": after.seq,
        "at": iso(happened.at),
        "asked_at": _maybe(happened.asked_at),
        "actor": happened.who,
        "cause": happened.cause,
        "reason": happened.reason,
        "clocks_before": _clocks(happened.before.clocks),
        "case": view(after),
        **happened.detail,
    }


def _key_path(happened: CaseChange) -> str:
    """The key of whoever wrote the words: on a leader's record a follower's are its own, and go with it."""
    follower, received = happened.detail.get("follower"), happened.detail.get("received_at")
    if follower is not None and received is not None:
        return path_of(follower, to_ms(received))
    return path_of(happened.after.id, happened.after.received)


def _event_id(happened: CaseChange) -> str:
    cause = f"{happened.after.id}/{happened.cause}" if happened.cause.startswith("timer:") else happened.cause
    return derived_id(cause, f"{happened.what}:{happened.after.seq}")


def message_output(message: Message, index: int, case_id: str, cause: str, at: int) -> Output:
    """A request to another case, or its beginning, on `petitions.actions`, under that petition's key."""
    what, value = "action-requested", dict[str, Any](message.fields)
    if message.action == SPLIT_OFF:
        what = SPLIT_OFF
        value |= {"petition_id": message.to, "split_at": iso(at)}
    else:
        value |= {"action": message.action, "petition_id": message.to, "actor": SYSTEM, "requested_at": iso(at)}
    id_ = derived_id(f"{case_id}/{cause}", f"{message.action}:{index}")
    headers = _headers(id_, what, message.to, at)
    return Output(ACTIONS.name, message.to.encode(), _encode(value), headers, Reach.OWN_KEY)


def copy_output(copy: UsedText, cause: str, at: int) -> Output:
    """An office's answer, to every partition of `petitions.actions`."""
    value = {
        "office": copy.office,
        "fingerprint": f"{copy.mark:016x}",
        "petition_id": copy.petition,
        "counts_until": iso(copy.until),
    }
    headers = _headers(derived_id(f"{copy.petition}/{cause}", "text-used"), "text-used", copy.petition, at)
    return Output(ACTIONS.name, texts_key(copy.office), _encode(value), headers, Reach.ALL)


def view(case: Case) -> dict[str, Any]:
    """The fields of `schemas.events.standing.CaseView`."""
    return {
        "state": case.state,
        "category": case.category,
        "level": case.level,
        "office": case.office,
        "co_offices": case.co_offices,
        "ward_code": case.ward,
        "received_at": iso(case.received),
        "deadline": _maybe(case.deadline),
        "clocks": _clocks(case.clocks),
        "escalation": case.escalation,
        "escalated_to": case.escalated_to,
        "decider": case.decider,
        "transfers": case.transfers,
        "reopened": case.reopened,
        "breached": case.breached,
        "missed": bool(case.missed),
        "rating": case.rating,
        "leader": case.leader,
        "followers": len(case.followers),
        "language": case.language,
        "sandbox": case.sandbox,
        "officer": case.officer,
        "held_until": _maybe(case.held_until),
        "policy_version": case.policy,
    }


def _clocks(clocks: tuple[CaseClock, ...]) -> list[dict[str, Any]]:
    return [
        {
            "name": clock.name,
            "started_at": iso(clock.started),
            "due_at": iso(clock.due),
            "paused_at": _maybe(clock.paused_at),
            "step": clock.step,
        }
        for clock in clocks
    ]


def _maybe(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)


def _headers(id_: str, what: str, subject: str, at: int) -> list[tuple[str, bytes]]:
    return [
        *_FIXED,
        ("ce_id", id_.encode()),
        ("ce_type", _type(what)),
        ("ce_subject", subject.encode()),
        ("ce_time", iso(at).encode()),
    ]


@lru_cache(maxsize=256)
def _type(what: str) -> bytes:
    return type_name(what).encode()
