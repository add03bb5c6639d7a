"""The people of the city, on the one whole instance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.instance import Instance
from tests.system.people import City


@pytest.fixture
def city(instance: Instance) -> Iterator[City]:
    with City(instance.url, instance.data / "credentials.json") as made:
        yield made
