from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.base import Level
from schemas.platform.clock import HANOI, to_datetime, to_ms
from streams.case.policy.load import DEFAULT_FILE, load
from streams.case.time.calendar import HOUR_MS, Calendar, OutsideCalendar
from streams.case.time.days import Week, unroll
from tests.case import oracle

CALENDAR = load(DEFAULT_FILE).policy.levels[Level.ORDINARY].calendar
FIRST, LAST = to_ms(datetime(2024, 1, 1, tzinfo=HANOI)), to_ms(datetime(2028, 12, 31, tzinfo=HANOI))
instants = st.integers(FIRST, LAST)
durations = st.integers(0, 40 * 8 * HOUR_MS)


def at(text: str) -> int:
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=HANOI))


def local(ms: int) -> str:
    return f"{to_datetime(ms).astimezone(HANOI):%Y-%m-%d %H:%M}"


@given(instants, durations)
def test_adding_agrees_with_the_oracle(start: int, duration: int) -> None:
    """A deadline is the same whether computed by bisection or by walking through the days."""
    expected = oracle.add(to_datetime(start), timedelta(milliseconds=duration))

    assert expected == to_datetime(CALENDAR.add(start, duration))


@given(instants, st.integers(0, 60 * 24 * HOUR_MS))
def test_measuring_agrees_with_the_oracle(start: int, wall: int) -> None:
    """Working time between two instants is the same as the oracle's."""
    expected = oracle.between(to_datetime(start), to_datetime(start + wall))

    assert expected == timedelta(milliseconds=CALENDAR.between(start, start + wall))


@given(instants, durations)
def test_adding_then_measuring_gives_back(start: int, duration: int) -> None:
    """Exactly the added working time lies between an instant and its deadline."""
    assert duration == CALENDAR.between(start, CALENDAR.add(start, duration))


@given(instants, st.integers(1, 40 * 8 * HOUR_MS))
def test_going_back_undoes_adding(start: int, duration: int) -> None:
    """From a deadline back by its limit lies no working time but none before the start is counted."""
    begin = CALENDAR.back(CALENDAR.add(start, duration), duration)

    assert CALENDAR.measure(start) == CALENDAR.measure(begin)
    assert begin <= start


@given(instants, durations)
def test_a_deadline_never_lands_outside_working_time(start: int, duration: int) -> None:
    """Not at night, at lunch, on a weekend or on a holiday."""
    assert oracle.is_working(to_datetime(CALENDAR.add(start, duration)))


@given(instants, instants, durations)
def test_a_later_start_never_has_an_earlier_deadline(first: int, second: int, duration: int) -> None:
    """Deadlines are monotone in the start."""
    early, late = sorted((first, second))

    assert CALENDAR.add(early, duration) <= CALENDAR.add(late, duration)


@given(instants, durations, durations)
def test_adding_twice_is_adding_the_sum(start: int, first: int, second: int) -> None:
    """It does not matter whether working time passes in one piece or in two."""
    assert CALENDAR.measure(CALENDAR.add(CALENDAR.add(start, first), second)) == CALENDAR.measure(CALENDAR.add(start, first + second))


@pytest.mark.parametrize(
    ("start", "hours", "deadline"),
    [
        ("2026-11-25 11:30", 1, "2026-11-25 14:00"),  # over lunch
        ("2026-11-25 12:15", 1, "2026-11-25 14:30"),  # came in at lunch
        ("2026-11-25 17:00", 1, "2026-11-26 08:30"),  # over midnight
        ("2026-11-25 13:30", 4, "2026-11-25 17:30"),  # ends with the day, not at the next morning's start
        ("2026-11-27 16:30", 2, "2026-11-30 09:00"),  # over the weekend
        ("2026-11-23 17:00", 1, "2026-11-25 08:30"),  # 24 November is a holiday from 2026
        ("2026-02-13 17:00", 1, "2026-02-23 08:30"),  # over Tết
        ("2026-02-17 10:00", 1, "2026-02-23 09:00"),  # came in during Tết
        ("2026-01-01 09:00", 1, "2026-01-05 09:00"),  # Friday 2 January 2026 off by decree
        ("2026-01-09 17:00", 1, "2026-01-10 08:30"),  # into the working Saturday
        ("2026-08-21 17:00", 1, "2026-08-22 08:30"),  # the Saturday worked for 31 August
        ("2024-04-28 10:00", 1, "2024-05-02 09:00"),  # Monday 29 April 2024 off
        ("2024-05-03 17:00", 1, "2024-05-04 08:30"),  # the Saturday worked for it
        ("2025-04-25 17:00", 1, "2025-04-26 08:30"),  # the Saturday worked for Friday 2 May 2025
        ("2025-05-01 10:00", 1, "2025-05-05 09:00"),
        ("2026-08-28 17:00", 1, "2026-09-03 08:30"),  # Monday 31 August off, National Day after it
    ],
)
def test_known_days(start: str, hours: int, deadline: str) -> None:
    """Lunch, midnight, weekends, holidays, days moved by decree: each counted as the city's offices work."""
    assert deadline == local(CALENDAR.add(at(start), hours * HOUR_MS))


@pytest.mark.parametrize(
    ("day", "off", "worked", "works"),
    [
        ("2024-05-04", False, False, True),  # the package's own: a Saturday for a Monday
        ("2024-05-04", True, False, False),  # unless the operator knows better
        ("2024-04-29", False, False, False),
        ("2024-04-29", False, True, True),
        ("2024-05-11", False, True, True),
    ],
)
def test_an_operators_days_stand_above_the_packages(day: str, off: bool, worked: bool, works: bool) -> None:  # noqa: FBT001
    """Days off and working days of the override file win over public holidays and over the Saturdays worked for them."""
    given = frozenset([date.fromisoformat(day)])
    nothing: frozenset[date] = frozenset()
    week = Week(
        "Asia/Ho_Chi_Minh",
        frozenset(range(5)),
        ((time(8), time(12)),),
        "VN",
        given if off else nothing,
        given if worked else nothing,
        2024,
        2024,
    )

    assert (unroll(week).next_start(at(f"{day} 08:00")) == at(f"{day} 08:00")) is works


def test_around_the_clock_counts_every_hour() -> None:
    """An urgent case on this calendar is due after as many hours on the wall."""
    start = at("2026-02-16 23:00")

    assert start + 4 * HOUR_MS == Calendar.around_the_clock().add(start, 4 * HOUR_MS)


def test_outside_the_known_years_is_an_error() -> None:
    """Better no deadline than a wrong one."""
    with pytest.raises(OutsideCalendar):
        CALENDAR.add(at("2019-05-05 10:00"), HOUR_MS)
    with pytest.raises(OutsideCalendar):
        CALENDAR.add(at("2040-12-30 10:00"), 400 * HOUR_MS)
