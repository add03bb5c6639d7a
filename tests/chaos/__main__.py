"""`make chaos`: petitions at a rate, kills at random moments, then the verdict. Bounded in count and time; everything on loopback."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.chaos.instance import Instance

VICTIMS = ("case-1", "incidents", "projector", "dispatcher", "case-1", "web", "kafka", "postgres")
LIMIT_SECONDS = 3600.0


def run_chaos(data: Path, *, petitions: int, rate: float, victims: list[str], brokers: int = 1, workers: int = 1) -> dict[str, object]:
    """Run the whole story on a fresh instance in `data`; return the verifier's report with the kills and times."""
    instance = Instance(data, brokers=brokers, workers=workers)
    ledger = data / "ledger.jsonl"
    data.mkdir(parents=True, exist_ok=True)
    instance.start()
    try:
        environment = {**os.environ, **instance.environment()}
        if "TRACKING_SECRET" not in environment:
            environment["TRACKING_SECRET"] = Path(environment["TRACKING_SECRET_FILE"]).read_text(encoding="utf-8").strip()
        environment.setdefault("PARTITIONS", "4")
        began = time.monotonic()
        command = [sys.executable, "-m", "tests.chaos.load", str(petitions), str(rate), str(ledger)]
        load = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
        assert load.stdin is not None
        try:
            kills = _kill_all(instance, victims, petitions / rate)
        finally:
            load.stdin.close()
        if load.wait(LIMIT_SECONDS) != 0:
            raise RuntimeError("the load generator failed")
        seconds = time.monotonic() - began
        instance.wait_ready()
        verdict = subprocess.run(
            [sys.executable, "-m", "tests.chaos.verify", str(ledger)], env=environment, capture_output=True, text=True, check=False
        )
        sys.stderr.write(verdict.stderr)
        return {**_with_causes(json.loads(verdict.stdout), kills), "kills": victims, "load_seconds": round(seconds, 1)}
    finally:
        instance.stop()


def _with_causes(report: dict[str, object], kills: list[tuple[float, str]]) -> dict[str, object]:
    """Beside each gap the last process that was killed before it ended."""
    gaps = [(seconds, next((who for at, who in reversed(kills) if at < began + seconds), None)) for began, seconds in report["gaps"]]  # type: ignore[attr-defined]
    return {**report, "gaps": gaps}


def _kill_all(instance: Instance, victims: list[str], expected_seconds: float) -> list[tuple[float, str]]:
    """Spread the kills over the time that the load takes; each after everything is ready again. When and whom."""
    kills = []
    pause = expected_seconds / (len(victims) + 1)
    for victim in victims:
        time.sleep(pause * random.uniform(0.5, 1.0))
        sys.stderr.write(f"kill -9 {victim}\n")
        kills.append((time.time(), victim))
        instance.kill(victim)
        instance.wait_ready()
    return kills


@click.command()
@click.option("--petitions", default=100_000, show_default=True)
@click.option("--rate", default=1500.0, show_default=True, help="Petitions a second.")
@click.option("--kills", default=12, show_default=True)
@click.option("--brokers", default=1, show_default=True, help="3: a cluster with replication 3, of which brokers are killed too.")
@click.option("--seed", default=0, help="0: another one each time.")
def main(petitions: int, rate: float, kills: int, brokers: int, seed: int) -> None:
    """Prints the report as JSON; exit code 1 when anything was lost, doubled or out of order."""
    random.seed(seed or time.time_ns())
    pool = VICTIMS if brokers == 1 else (*(v for v in VICTIMS if v != "kafka"), *(f"broker-{n + 1}" for n in range(brokers)))
    victims = [pool[number % len(pool)] for number in range(kills)]
    random.shuffle(victims)
    with tempfile.TemporaryDirectory(prefix="petitions-chaos-") as folder:
        report = run_chaos(Path(folder), petitions=petitions, rate=rate, victims=victims, brokers=brokers)
    click.echo(json.dumps(report, ensure_ascii=False, indent=1))
    sys.exit(0 if report["right"] else 1)


if __name__ == "__main__":
    main()
