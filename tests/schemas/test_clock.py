"""The clock that all processes of a deployment share."""

from schemas.platform.clock import ScaledClock, WallClock


def test_a_scaled_clock_says_what_it_showed_when_the_broker_took_something_in() -> None:
    """Ten real seconds after its beginning a clock sixty times as fast shows ten minutes more."""
    clock = ScaledClock(scale=60, start_ms=1_000_000, epoch_ms=5_000)

    assert clock.shown_at(15_000) == 1_000_000 + 600_000


def test_a_scaled_clock_agrees_with_itself() -> None:
    """What it shows now is what it shows at the present instant of real time."""
    scaled, wall = ScaledClock(scale=2, start_ms=0, epoch_ms=0), WallClock()
    before, shown, after = wall.now_ms(), scaled.now_ms(), wall.now_ms()

    assert scaled.shown_at(before) <= shown <= scaled.shown_at(after + 1)
    assert wall.shown_at(before) == before
