"""Many clients at once at intake, in short; the whole of it is `python -m tests.bench crowd`."""

from __future__ import annotations

from schemas.events.intake import SANDBOX
from tests.bench import crowd
from tests.bench.process import Measured
from tests.chaos.instance import Instance
from tests.system.people import City


async def test_each_of_many_clients_is_answered_and_no_memory_grows(instance: Instance, city: City) -> None:
    """All are connected before the first sends; `waves` raises for one without an answer, and for any answer but 202, 429 and 503."""
    web = Measured(instance.pids()["web"])
    found = await crowd.waves(instance.url, city.credentials["intake"][SANDBOX], web, 100, warm_up=1, count=3)

    assert found.answers.total() == 300
    assert found.answers[202] > 0
    assert found.growth < crowd.GROWTH_GOAL
