"""When a role is well: it goes round, and it is ready or trying."""

from __future__ import annotations

from schemas.platform.service import ALIVE_WITHIN_SECONDS, UNREADY_SECONDS, Service
from schemas.platform.settings import ProcessSettings


def later(service: Service, seconds: float, *, beating: bool = True) -> None:
    """As if so much time had passed."""
    service._well_at -= seconds
    if not beating:
        service._beat_at -= seconds


def test_a_role_that_goes_round_without_ever_getting_ready_is_not_well() -> None:
    """As with a client that got stuck while it joined its group."""
    service = Service("role", ProcessSettings())
    assert service._alive()
    later(service, UNREADY_SECONDS + 1)
    assert not service._alive()


def test_trying_anew_is_well_however_long_it_takes() -> None:
    """A broker that is away is waited for."""
    service = Service("role", ProcessSettings())
    for number, _ in enumerate(service.tries()):
        assert service._alive()
        later(service, UNREADY_SECONDS + 1)
        if number == 2:
            service.stopping.set()


def test_a_ready_role_is_well_until_it_has_not_been_for_too_long() -> None:
    service = Service("role", ProcessSettings())
    service.ready = True
    later(service, UNREADY_SECONDS + 1)
    assert service._alive()
    service.ready = True  # the next round
    service.ready = False
    assert service._alive()
    later(service, UNREADY_SECONDS + 1)
    assert not service._alive()


def test_a_role_that_does_not_go_round_is_not_well() -> None:
    service = Service("role", ProcessSettings())
    service.ready = True
    later(service, ALIVE_WITHIN_SECONDS + 1, beating=False)
    assert not service._alive()
