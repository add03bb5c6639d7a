"""`petitions doctor` on the whole stack."""

from __future__ import annotations

import json
import subprocess
import sys

from deploy.cluster.doctor.table import CHECKS
from tests.chaos.instance import Instance


def test_nothing_is_wrong_with_an_instance_as_it_is_started(instance: Instance) -> None:
    """The whole stack as `petitions up` runs it: every check looks, and exit code 0."""
    argv = [sys.executable, "-m", "deploy.cli", "doctor", "--json", "--data", str(instance.data)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    results = json.loads(done.stdout)

    assert [result for result in results if result["level"] in ("wrong", "unreachable")] == []
    assert [result["check"] for result in results] == [check.name for check in CHECKS]
    assert done.returncode == 0
