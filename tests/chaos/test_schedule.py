"""The schedule of faults."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.chaos.faults import KINDS
from tests.chaos.schedule import Possible, schedule

KILL = Possible("kill", ("case-1", "web", "postgres"), (0.5, 2))
CUT = Possible("cut", ("web", "case-1"), (1, 6))
CLOCK = Possible("clock", ("case-1",), (3, 3))


def test_the_same_seed_gives_the_same_faults() -> None:
    """What a seed found once it strikes again: same seconds, kinds, victims, durations; another seed gives others."""
    first = schedule(7, [KILL, CUT, CLOCK], 30, 600)

    assert schedule(7, [KILL, CUT, CLOCK], 30, 600) == first
    assert schedule(8, [KILL, CUT, CLOCK], 30, 600) != first


@given(seed=st.integers(0, 2**32), count=st.integers(1, 60), seconds=st.floats(10, 2000))
def test_every_kind_comes_equally_often_and_in_time(seed: int, count: int, seconds: float) -> None:
    """Kinds differ by one at most, the seconds rise and lie within the time given, durations within the kind's bounds."""
    kinds = {one.fault: one for one in (KILL, CUT, CLOCK)}
    planned = schedule(seed, list(kinds.values()), count, seconds)
    often = Counter(dict.fromkeys(kinds, 0) | Counter(one.fault for one in planned))

    assert len(planned) == count
    assert max(often.values()) - min(often.values()) <= 1
    assert all(a.second <= b.second for a, b in pairwise(planned))
    assert planned[0].second >= 0
    assert planned[-1].second <= seconds
    assert all(kinds[one.fault].seconds[0] <= one.duration <= kinds[one.fault].seconds[1] for one in planned)


@given(seed=st.integers(0, 2**32))
def test_no_victim_has_a_kind_twice_before_all_have_had_it(seed: int) -> None:
    """With 18 faults of three kinds each of the three victims of `kill` is killed twice."""
    victims: dict[str, list[str]] = defaultdict(list)
    for one in schedule(seed, [KILL, CUT, CLOCK], 18, 100):
        victims[one.fault].append(one.victim)

    assert Counter(victims["kill"]) == {"case-1": 2, "web": 2, "postgres": 2}
    assert Counter(victims["cut"]) == {"case-1": 3, "web": 3}


def test_nothing_possible_is_an_error() -> None:
    """A run without faults would prove nothing."""
    with pytest.raises(ValueError, match="no kind of fault"):
        schedule(1, [], 3, 10)


def test_the_table_has_ten_kinds_with_victims_for_one_broker_and_for_three() -> None:
    """`make chaos` promises ten kinds, whichever number of brokers it has."""
    for brokers in (1, 3):
        able = [kind for kind in KINDS.values() if kind.victims(brokers)]

        assert len(able) >= 10
        assert all(0 < kind.seconds[0] <= kind.seconds[1] for kind in able)
