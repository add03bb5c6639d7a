"""The door's bound on how long a petition has to wait."""

from __future__ import annotations

import pytest

from producers.http.overload import Overload
from schemas.web import Problem


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def looked(overload: Overload, clock: Clock, pace: int, waiting: int) -> None:
    """Ten looks, two seconds apart, while `pace` petitions a second are handled."""
    for number in range(10):
        clock.now += 2
        overload.note(number * 2 * pace, waiting)


def test_what_would_wait_beyond_the_bound_is_refused_with_a_time_to_come_back(clock: Clock) -> None:
    """3,000 wait and 100 a second are handled: 30 seconds, ten more than the bound."""
    overload = Overload(20, clock)
    looked(overload, clock, 100, 3000)

    with pytest.raises(Problem) as refused:
        overload.check()

    assert (refused.value.status, refused.value.code) == (503, "overloaded")
    assert refused.value.headers["Retry-After"] == "11"


def test_nobody_is_sent_away_for_hours(clock: Clock) -> None:
    """However long it would take, the next try is within a minute."""
    overload = Overload(20, clock)
    looked(overload, clock, 1, 1_000_000)

    with pytest.raises(Problem) as refused:
        overload.check()

    assert refused.value.headers["Retry-After"] == "60"


@pytest.mark.parametrize(("pace", "waiting"), [(100, 1999), (100, 0), (0, 5000)], ids=["in time", "nothing waits", "standing still"])
def test_what_is_answered_in_time_or_waits_for_a_mending_is_taken(clock: Clock, pace: int, waiting: int) -> None:
    """A pipeline that stands still is out of order, not overloaded: petitions are safe in the topic until it is mended."""
    overload = Overload(20, clock)
    overload.check()
    looked(overload, clock, pace, waiting)

    overload.check()
    assert overload.asked == 2


def test_a_worker_that_died_and_came_back_is_no_overload(clock: Clock) -> None:
    """Its pace is that of its best moments: what waited during its absence is soon done."""
    overload = Overload(20, clock)
    for handled, waiting in ((0, 0), (120, 0), (240, 0), (240, 120), (240, 240), (260, 340), (900, 0)):
        clock.now += 2
        overload.note(handled, waiting)
        overload.check()


def test_one_look_is_not_enough(clock: Clock) -> None:
    """What has just begun again after a long absence has done little yet; two looks later it would be certain."""
    overload = Overload(20, clock)
    overload.note(0, 6000)
    for handled in (10, 20):
        clock.now += 2
        overload.note(handled, 6000)
        overload.check()
    clock.now += 2
    overload.note(30, 6000)
    with pytest.raises(Problem):
        overload.check()
