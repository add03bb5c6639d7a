"""The record of a whole instance, checked from outside with a citizen's receipt."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from deploy import cli
from tests.chaos.instance import Instance
from tests.system.people import City


def audit(instance: Instance, *options: str) -> Result:
    return CliRunner().invoke(cli.petitions, ["audit", *options, "--data", str(instance.data)])


def test_a_citizens_receipt_is_found_in_an_unbroken_record(instance: Instance, city: City, tmp_path: Path) -> None:
    """What the page shows stands in the record; a receipt that nobody gave out does not, and a checkpoint of today holds."""
    sent = city.submit("Đèn đường ngõ 5 phố Hàng Bông tắt ba hôm nay.", category="street-lighting")
    receipt = city.wait_state(sent["tracking_code"], "assigned")["receipt"]["chain"]

    good = audit(instance, "verify", "--receipt", receipt, "--json")
    forged = audit(instance, "verify", "--receipt", "0" * 64)
    kept = tmp_path / "checkpoint.json"
    kept.write_text(audit(instance, "checkpoint").output)

    assert (good.exit_code, json.loads(good.output)["faults"], json.loads(good.output)["missing"]) == (0, [], [])
    assert (forged.exit_code, "not in the record" in forged.output) == (1, True)
    assert audit(instance, "verify", "--checkpoint", str(kept)).exit_code == 0
