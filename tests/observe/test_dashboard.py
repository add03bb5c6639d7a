"""The Grafana dashboard: generated, whole, readable, and built on figures that exist."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import pytest
import yaml

from deploy.observe.grafana.__main__ import FILE, text
from tests.observe.promql import mistakes

BOARD = json.loads(FILE.read_text(encoding="utf-8"))
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]


def test_file_is_generated() -> None:
    """The committed file is what `python -m deploy.observe.grafana` writes."""
    assert text() == FILE.read_text(encoding="utf-8")


def test_ids_are_unique() -> None:
    """No two panels share an id."""
    ids = [panel["id"] for panel in BOARD["panels"]]

    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_panel_is_whole(panel: dict[str, Any]) -> None:
    """A panel has a title, a description, a unit and queries, and takes its data from the variable."""
    assert panel["title"]
    assert panel["description"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["targets"]
    assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


@pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])
def test_panel_uses_figures_that_exist(panel: dict[str, Any]) -> None:
    """Every metric and label of a panel's queries is exposed by some process."""
    assert [mistake for target in panel["targets"] for mistake in mistakes(target["expr"])] == []


def test_panels_do_not_overlap() -> None:
    """Panels lie beside each other within the 24 columns."""
    places = [panel["gridPos"] for panel in BOARD["panels"]]

    assert all(place["x"] + place["w"] <= 24 for place in places)
    assert not [pair for pair in combinations(places, 2) if _overlap(*pair)]


def test_data_source_is_provisioned() -> None:
    """The variable asks for the kind of data source that the provisioning file sets up."""
    provisioned = yaml.safe_load((FILE.parent / "provisioning/datasources/prometheus.yaml").read_text(encoding="utf-8"))

    assert [source["type"] for source in provisioned["datasources"]] == [
        variable["query"] for variable in BOARD["templating"]["list"] if variable["type"] == "datasource"
    ]


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    across = one["x"] < other["x"] + other["w"] and other["x"] < one["x"] + one["w"]
    return across and one["y"] < other["y"] + other["h"] and other["y"] < one["y"] + one["h"]
