"""Triage, which sorts what no rule could, and superiors, who decide disputes. Pure."""

from __future__ import annotations

from random import Random
from typing import Any

from deploy.simulate import worktime
from deploy.simulate.agenda import Plan
from deploy.simulate.petitions import Petition
from deploy.simulate.tempers import Temper
from schemas.events.base import Actor, Role
from schemas.events.standing import State
from schemas.events.wire import WholeEvent
from schemas.reference import TRIAGE_OFFICE

_REFUSES_UNSORTED = 0.15


def sort_received(event: WholeEvent, petition: Petition, temper: Temper, rng: Random) -> list[Plan]:
    """Triage assigns to the office whose business it is, correcting the category; some unsorted matter is refused."""
    if event.case.state != State.RECEIVED or event.what not in ("received", "reopened", "unmerged", "breached"):
        return []
    at = worktime.after(event.at_ms, 8 * temper.accept[0] * rng.lognormvariate(0, temper.accept[1]))
    if petition.category == "other" and rng.random() < _REFUSES_UNSORTED:
        fields: dict[str, Any] = {
            "action": "reject",
            "kind": "other",
            "reason": "Nội dung không thuộc phạm vi tiếp nhận của hệ thống",
            "right_address": "Liên hệ trực tiếp đơn vị cung cấp dịch vụ",
        }
    else:
        fields = {"action": "assign", "to_office": petition.office, "reason": "Phân loại theo nội dung và địa bàn"}
        if petition.category != event.case.category:
            fields["category"] = petition.category
    actor = Actor(role=Role.TRIAGE, office=TRIAGE_OFFICE)
    return [Plan(at, event.petition_id, actor, fields, frozenset({State.RECEIVED.value}), event.case.reopened)]


def settle_dispute(event: WholeEvent, petition: Petition, temper: Temper, rng: Random) -> list[Plan]:
    """The common superior gives it bindingly to the office whose business it is."""
    if event.case.state != State.DECISION_REQUIRED or event.what not in ("decision-required", "escalated", "breached"):
        return []
    assert event.case.decider is not None
    at = worktime.after(event.at_ms, 8 * temper.accept[0] * rng.lognormvariate(0, temper.accept[1]))
    fields = {"action": "assign", "to_office": petition.office, "reason": "Giao chủ trì giải quyết, không chuyển tiếp"}
    actor = Actor(role=Role.SUPERIOR, office=event.case.decider)
    states = frozenset({State.DECISION_REQUIRED.value})
    return [Plan(at, event.petition_id, actor, fields, states, event.case.reopened)]
