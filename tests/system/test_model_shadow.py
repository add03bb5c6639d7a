"""A candidate model beside a whole instance, then in its place: petitions go on, none is lost."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from click.testing import CliRunner, Result

from deploy import cli
from streams.classify.model import file
from streams.classify.model.file import Model
from tests.chaos.instance import Instance
from tests.system.people import City


def run(instance: Instance, *arguments: str) -> Result:
    return CliRunner().invoke(cli.petitions, ["model", *arguments, "--data", str(instance.data)])


def blind(model: Model) -> Model:
    """A candidate to which everything is alike: no word weighs anything."""
    return replace(model, weights=np.zeros_like(model.weights))


def test_a_candidate_reads_along_and_a_worse_one_stays_outside(instance: Instance, city: City, tmp_path: Path) -> None:
    """The report counts what differs on what really came, masked; the gates refuse the candidate and nothing is on record of it."""
    sent = city.submit("Đèn đường ngõ 5 phố Hàng Bông tắt ba hôm nay, gọi tôi 0912345678.")
    city.wait_state(sent["tracking_code"], "assigned")
    candidate = tmp_path / "candidate.npz"
    blind(file.own()).save(candidate)

    told = run(instance, "shadow", str(candidate), "--from-beginning", "--for", "0.1", "--examples", "1000", "--json")
    refused = run(instance, "promote", str(candidate), "--by", "an")
    known = run(instance, "history")

    assert told.exit_code == 0, told.output
    found = json.loads(told.stdout)
    (example,) = (one for one in found["examples"]["category"] if one["petition_id"] == sent["petition_id"])
    assert found["present"].keys() == {file.own().version}
    assert (example["present"], example["text"].endswith("gọi tôi (số điện thoại đã che).")) == ("street-lighting", True)
    assert (refused.exit_code, "not better" in refused.output) == (3, True)
    assert (known.exit_code, known.output) == (0, "")
