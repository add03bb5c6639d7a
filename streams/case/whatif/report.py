"""What a study found, as plain data (`--json`) and as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from statistics import median
from typing import Any

from schemas.platform.clock import HANOI, to_datetime
from schemas.reference import offices
from streams.case.whatif.study import One, Study
from streams.case.whatif.tally import RUNGS, OfficeCount, Outcome

Json = dict[str, Any]
NOT_REPLAYED = (
    "People would have acted otherwise: the replay has them do the same at the same time, whatever the deadlines.",
    "Requests that were refused, and answers that were sent back, stay so; what they asked for is not on the record in full.",
    "What the other policy would have refused is refused here, too (see `newly_refused`); what followed on it then may be refused as well.",
    "Whether an answer repeats the words of others is taken as it was judged then.",
    "Followers hear of their leader when they did, whenever the other policy would have moved the leader.",
    "Recomputations under newer policies are left out: every case keeps the policy that is tried.",
)
_EXAMPLES = 5
_HOUR_MS = 3_600_000


def report(study: Study, *, cases: bool = False) -> Json:
    """Everything in `before` / `after` pairs. `cases`: also each petition for which something would have been different."""
    ones = list(study.petitions.values())
    found: Json = {
        "policy": study.other.version,
        "record": _record(study),
        "check": _check(ones),
        "totals": _totals(ones),
        "deadlines": _deadlines(ones),
        "offices": _offices(study),
        "newly_refused": _newly_refused(ones),
        "not_replayed": list(NOT_REPLAYED),
    }
    return found | ({"cases": [_case(one) for one in ones if _differs(one)]} if cases else {})


def _record(study: Study) -> Json:
    return {
        "events": study.events,
        "petitions": len(study.petitions),
        "outside_window": len(study.outside),
        "without_beginning": len(study.headless),
        "not_understood": study.not_understood,
        "end": _iso(study.end),
        "policies": dict(study.versions.most_common()),
        "policies_not_at_hand": sorted(version for version in study.versions if version not in study.known.versions),
    }


def _check(ones: list[One]) -> Json:
    """Does the replay under the recorded policies give the record again?"""
    different = [one for one in ones if one.check.difference]
    return {
        "same": len(ones) - len(different),
        "different": len(different),
        "examples": [{"petition_id": one.petition_id, "difference": one.check.difference} for one in different[:_EXAMPLES]],
    }


def _totals(ones: list[One]) -> Json:
    def pair(count: Callable[[Outcome], int]) -> Json:
        return {"before": sum(count(one.before) for one in ones), "after": sum(count(one.after) for one in ones)}

    clocks = sorted({clock for one in ones for outcome in (one.before, one.after) for clock in outcome.breaches})
    return {
        "late_petitions": pair(lambda outcome: int(outcome.late)),
        "breaches": pair(lambda outcome: outcome.breaches.total()),
        **{f"breaches_{clock}": pair(lambda outcome, clock=clock: outcome.breaches[clock]) for clock in clocks},  # type: ignore[misc]
        "excused": pair(lambda outcome: outcome.excused),
        "warnings": pair(lambda outcome: outcome.warnings),
        **{f"escalations_rung_{rung}": pair(lambda outcome, rung=rung: outcome.rungs[rung]) for rung in RUNGS},  # type: ignore[misc]
        "answers": pair(lambda outcome: outcome.answered),
        "answers_in_time": pair(lambda outcome: outcome.in_time),
        "closed": pair(lambda outcome: outcome.closed),
        "refused_requests": pair(lambda outcome: len(outcome.refusals)),
    }


def _deadlines(ones: list[One]) -> Json:
    """How the last deadline that each citizen was told would have moved; hours of the wall clock."""
    moves = [
        (one.after.deadline - one.before.deadline) / _HOUR_MS
        for one in ones
        if one.before.deadline is not None and one.after.deadline is not None
    ]
    moved = [hours for hours in moves if hours]
    return {
        "same": len(moves) - len(moved),
        "earlier": sum(hours < 0 for hours in moved),
        "later": sum(hours > 0 for hours in moved),
        "median_move_hours": round(median(moved), 2) if moved else 0.0,
        "without": len(ones) - len(moves),
    }


def _offices(study: Study) -> list[Json]:
    """Most changed first. `late`: breaches of its own; `received`: what was escalated to it, by rung."""
    codes = study.before.offices.keys() | study.after.offices.keys()
    rows = [_office(code, study.before.offices.get(code), study.after.offices.get(code)) for code in codes]
    return sorted(rows, key=lambda row: (-abs(row["late"]["after"] - row["late"]["before"]), -row["received"]["after"], row["office"]))


def _office(code: str, before: OfficeCount | None, after: OfficeCount | None) -> Json:
    first, second = before or OfficeCount(), after or OfficeCount()
    known = offices().get(code)
    return {
        "office": code,
        "name": known.name_vi if known else code,
        "late": {"before": first.late, "after": second.late},
        "received": {"before": first.received.total(), "after": second.received.total()},
        **{f"rung_{rung}": {"before": first.received[rung], "after": second.received[rung]} for rung in RUNGS},
    }


def _newly_refused(ones: Iterable[One]) -> Json:
    """Requests that happened and that the other policy would have refused, by action and rule."""
    found: Counter[str] = Counter()
    for one in ones:
        found += Counter(one.after.refusals) - Counter(one.before.refusals)
    return dict(found.most_common())


def _differs(one: One) -> bool:
    return one.before != one.after


def _case(one: One) -> Json:
    return {
        "petition_id": one.petition_id,
        "category": one.category,
        "level": one.level,
        "policy": one.version,
        "deadline": {"before": _iso(one.before.deadline), "after": _iso(one.after.deadline)},
        "breaches": {"before": dict(one.before.breaches), "after": dict(one.after.breaches)},
        "top_rung": {"before": max(one.before.rungs, default=0), "after": max(one.after.rungs, default=0)},
        "refusals": [*(Counter(one.after.refusals) - Counter(one.before.refusals)).elements()],
        "replayed_faithfully": one.check.difference is None,
    }


def _iso(ms: int | None) -> str | None:
    return to_datetime(ms).isoformat().replace("+00:00", "Z") if ms is not None else None


_ROWS = (
    ("late_petitions", "petitions with a deadline missed"),
    ("breaches", "deadlines missed"),
    ("excused", "  of them during an outage"),
    ("warnings", "warnings and reminders"),
    ("escalations_rung_1", "to the head of the office"),
    ("escalations_rung_2", "to the city office"),
    ("escalations_rung_3", "to the chairman's list"),
    ("answers", "answers"),
    ("answers_in_time", "answers in time"),
    ("closed", "closed"),
    ("refused_requests", "requests refused"),
)
_OFFICES_SHOWN = 15


def text(found: Json) -> Iterator[str]:
    """The report for people, line by line."""
    record, check = found["record"], found["check"]
    kept = ", ".join(f"{version} ({count})" for version, count in record["policies"].items()) or "none"
    yield f"{record['petitions']} petitions, {record['events']} events, until {_local(record['end'])}; kept policies: {kept}"
    yield f"replayed under those, {check['same']} of {record['petitions']} petitions give their record again"
    yield from (f"  {one['petition_id']}: {one['difference']}" for one in check["examples"])
    for version in record["policies_not_at_hand"]:
        yield f"  policy {version} is not at hand (--policies): its petitions are not replayed faithfully"
    for petition_id, why in record["not_understood"].items():
        yield f"  left out: {petition_id}: {why}"
    if record["without_beginning"]:
        yield f"  left out: {record['without_beginning']} petitions whose record does not begin with their first event"
    yield ""
    yield f"{'':<34}{'as it was':>12}{found['policy']:>14}{'change':>10}"
    for key, label in _ROWS:
        yield _row(label, found["totals"][key])
    moved = found["deadlines"]
    yield ""
    yield (
        f"deadlines: {moved['same']} the same, {moved['earlier']} earlier, {moved['later']} later;"
        f" those that move, by {moved['median_move_hours']:+g} h (median)"
    )
    yield ""
    yield f"{'office':<34}{'missed deadlines':>24}{'escalated to it':>24}"
    for row in found["offices"][:_OFFICES_SHOWN]:
        yield f"{row['office']:<34}{_arrow(row['late']):>24}{_arrow(row['received']):>24}"
    if len(found["offices"]) > _OFFICES_SHOWN:
        yield f"… and {len(found['offices']) - _OFFICES_SHOWN} more (--json)"
    if found["newly_refused"]:
        yield ""
        yield "would have been refused: " + ", ".join(f"{what} ({count})" for what, count in found["newly_refused"].items())
    yield from _cases(found.get("cases"))
    yield ""
    yield "What this cannot know:"
    yield from (f"- {sentence}" for sentence in found["not_replayed"])


def _cases(cases: list[Json] | None) -> Iterator[str]:
    if cases is None:
        return
    yield ""
    yield f"{'petition':<28}{'category':<18}{'level':<10}{'deadline':<36}{'missed':>10}{'rung':>8}"
    for case in cases:
        deadline = f"{_local(case['deadline']['before'])} → {_local(case['deadline']['after'])}"
        missed = _arrow({side: sum(case["breaches"][side].values()) for side in ("before", "after")})
        yield (f"{case['petition_id']:<28}{case['category']:<18}{case['level']:<10}{deadline:<36}{missed:>10}{_arrow(case['top_rung']):>8}")


def _row(label: str, pair: Json) -> str:
    change = pair["after"] - pair["before"]
    shown = f"{change:+}" if change else ""
    return f"{label:<34}{pair['before']:>12}{pair['after']:>14}{shown:>10}".rstrip()


def _arrow(pair: Json) -> str:
    return str(pair["before"]) if pair["before"] == pair["after"] else f"{pair['before']} → {pair['after']}"


def _local(iso: str | None) -> str:
    if iso is None:
        return "-"
    return f"{datetime.fromisoformat(iso).astimezone(HANOI):%Y-%m-%d %H:%M}"
