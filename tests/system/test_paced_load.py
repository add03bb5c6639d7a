"""The load of the benchmarks `latency`, `rates` and `overload`, in its shortest form and without any threshold on time."""

from __future__ import annotations

from pathlib import Path

from tests.bench import latency
from tests.bench.petitions import CHANNEL
from tests.chaos.instance import Instance
from tests.system.people import City


async def test_each_petition_over_http_gets_its_reply(instance: Instance, city: City, tmp_path: Path) -> None:
    """On a whole instance each accepted petition is followed by its reply on the citizen's stream."""
    samples = await latency.loaded(tmp_path / "samples.json", instance.url, city.credentials["intake"][CHANNEL], 10.0, 10)

    assert [sample["error"] for sample in samples] == [None] * 10
    assert all(sample["replied"] >= sample["accepted"] for sample in samples)
    assert len(latency.section(samples, 10.0, 1.0).rows) == 3
