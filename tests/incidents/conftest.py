"""One whole instance for the end-to-end tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.instance import Instance
from tests.system.people import City


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    made = Instance(tmp_path_factory.mktemp("incidents"))
    made.start()
    yield made
    made.stop()


@pytest.fixture
def city(instance: Instance) -> Iterator[City]:
    with City(instance.url, instance.data / "credentials.json") as made:
        yield made
