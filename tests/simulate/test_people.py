"""Made-up arrivals, citizens and offices: seeded, shaped, and in character."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from msgspec.structs import replace

from deploy.simulate import worktime
from deploy.simulate.agenda import Agenda, Plan
from deploy.simulate.command import chosen_seconds
from deploy.simulate.load import arrivals, shape
from deploy.simulate.offices import Desk
from deploy.simulate.petitions import petition
from deploy.simulate.tempers import DILIGENT, NEGLIGENT, Crowd, Temper, temper_of
from schemas.events.actions import ACTION
from schemas.events.wire import WholeEvent
from schemas.platform.clock import HANOI, to_datetime
from schemas.reference import offices
from tests.case.world import World, hanoi, whole

MONDAY = hanoi("2026-03-02 00:00")


def test_arrivals_follow_the_week_and_the_rate() -> None:
    """Over half a year the mean is the rate asked for; weekends have less; the same seed gives the same instants."""
    found = arrivals(MONDAY, 180, 350, worktime.is_worked, 3)
    weekdays = Counter(to_datetime(moment).astimezone(HANOI).weekday() for moment in found)

    assert len(found) / 180 == pytest.approx(350, rel=0.12)
    assert max(weekdays[5], weekdays[6]) < min(weekdays[day] for day in range(5))
    assert found == sorted(found) == arrivals(MONDAY, 180, 350, worktime.is_worked, 3)
    assert found[0] >= MONDAY
    assert found[-1] < MONDAY + 180 * 86_400_000


def test_the_shape_is_a_distribution() -> None:
    """The hours of a week add up to one, and the day factor's mean is one."""
    assert sum(map(sum, shape().hours)) == pytest.approx(1)
    assert sum(shape().day_factor(number / 1000) for number in range(1000)) / 1000 == pytest.approx(1, abs=0.01)


def test_the_same_seed_gives_the_same_town() -> None:
    """Petitions and tempers come from the seed alone."""
    assert [petition(number, 5) for number in range(20)] == [petition(number, 5) for number in range(20)]
    assert petition(1, 5) != petition(1, 6)
    assert [temper_of(code, Crowd.MIXED, 5) for code in offices()] == [temper_of(code, Crowd.MIXED, 5) for code in offices()]
    assert {temper_of(code, Crowd.DILIGENT, 5).name for code in offices()} == {"diligent"}


def _reactions(temper: Temper, times: int = 300) -> list[Plan]:
    """What `so-xd` means to do about a case that it was given, over many dice."""
    world = World()
    world.submit(text="Ổ gà sâu")
    event = _seen(world)
    made = next(one for one in (petition(number, 1) for number in range(5000)) if one.category == "road-damage")
    return [plan for roll in range(times) for plan in Desk("so-xd", temper, event, made, Random(roll)).plans()]


def _seen(world: World) -> WholeEvent:
    return whole(world.record[-1])


def test_the_diligent_accept_in_time_and_the_negligent_often_do_not() -> None:
    """Hardly any case is left lying by the diligent; half are by the negligent, who also pass on."""
    good, bad = _reactions(DILIGENT), _reactions(NEGLIGENT)
    limit = worktime.after(hanoi("2026-11-25 09:00"), 8)

    assert sum(plan.fields["action"] == "accept" and plan.at <= limit for plan in good) > 280
    assert len(bad) < 240
    assert sum(plan.fields["action"] != "accept" for plan in bad) > 40


def test_what_people_ask_for_is_a_valid_action_in_working_time() -> None:
    """Every plan of an office passes the schema of actions."""
    for plan in _reactions(NEGLIGENT):
        at = to_datetime(plan.at)
        ACTION.validate_python({**plan.fields, "petition_id": plan.petition_id, "actor": plan.actor, "requested_at": at})
        assert worktime.is_worked(at.astimezone(HANOI).date())


def test_an_office_leaves_foreign_cases_alone() -> None:
    """A superior or co-office that hears of a case does not act as its owner."""
    world = World()
    world.submit()

    assert Desk("so-yt", DILIGENT, _seen(world), petition(1, 1), Random(1)).plans() == []


def test_plans_come_in_order_and_stale_ones_are_told() -> None:
    """The agenda gives what is due, oldest first; a plan fits only the state, round and owner it was made for."""
    first, second = _reactions(DILIGENT, 2)
    agenda = Agenda()
    agenda.add([second, first])
    world = World()
    world.submit()
    case = _seen(world).case

    assert [plan.at for plan in agenda.due(max(first.at, second.at), 10)] == sorted([first.at, second.at])
    assert first.fits(case)
    assert not first.fits(replace(case, state="accepted", office="so-yt"))
    assert not first.fits(replace(case, state="closed", office="so-xd"))


def test_the_speed_adapts_to_days_and_rate() -> None:
    """30 days of 350 petitions take 4 minutes; ten times as many take longer; --minutes decides."""
    assert chosen_seconds(30, 350, None) == 240
    assert chosen_seconds(30, 3500, None) > 2000
    assert chosen_seconds(30, 350, 3) == 180
