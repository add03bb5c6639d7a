"""Replaying random histories: under the same policy the record comes out again; under another one, what that one says."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from schemas.events.intake import SANDBOX
from schemas.events.wire import whole_of
from streams.case.policy.book import Book
from streams.case.policy.compiled import Policy
from streams.case.whatif.study import Study
from tests.case.test_machine import CaseLife
from tests.case.world import POLICY, World


def studied(world: World, other: Policy = POLICY) -> Study:
    """The world's record, replayed until the world's now."""
    study = Study(Book.of(POLICY), other)
    for output in world.raw:
        study.feed(whole_of(dict(output.headers)["ce_type"].decode(), output.value or b""))
    study.finish(world.now)
    return study


class Replayed(CaseLife):
    """The histories of the case's own tests: actions of anybody, sensible requests, waiting, outages, merges, repeats.

    But no request that timers have overtaken: a replay lets time pass until a request was handed in, and no further.
    """

    be_overtaken = None

    def teardown(self) -> None:
        self.world.pass_until(self.world.now)  # a new level may have made timers due at once
        study = studied(self.world)
        for one in study.petitions.values():
            assert one.check.difference is None, (one.petition_id, one.check.difference)
            assert not one.check.unmatched
            assert one.before == one.after
        assert study.events == len(self.world.record)
        assert study.before == study.after


Replayed.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestReplayed = Replayed.TestCase
TestReplayed.__doc__ = """Replay under the recorded policy gives the same kinds of events with the same deadlines, to the last one."""


def test_a_petition_that_only_tries_the_pipeline_out_is_replayed_as_what_it_was() -> None:
    """Registered and ended at once, whatever the classifier made of it."""
    world = World()
    id_ = world.submit(channel=SANDBOX)
    study = studied(world)

    assert study.petitions[id_].check.difference is None
    assert study.before == study.after
