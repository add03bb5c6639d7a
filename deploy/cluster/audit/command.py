"""`petitions audit`: the record checked by somebody who trusts nobody."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from schemas.commands.access import data_option, json_option
from schemas.commands.broker import broker_settings
from schemas.events.chain import BEGIN

if TYPE_CHECKING:
    from deploy.cluster.audit.verify import Checked, Fault

SHOWN = 20
"""Faults in full; what follows on them is counted."""


@click.group(short_help="Check that nobody has changed the record.")
def audit() -> None:
    """Each event carries a hash over itself and all before it in its partition, and each citizen has one of them as a receipt."""


@audit.command()
@data_option
@click.option("--receipt", "receipts", multiple=True, help="The `chain` of a citizen's receipt or of a checkpoint; may be repeated.")
@click.option("--checkpoint", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="What `checkpoint` printed once.")
@json_option
def verify(data: Path, receipts: Sequence[str], checkpoint: Path | None, *, as_json: bool) -> None:
    """Read petitions.events from its begin and say what was removed, changed, moved or put in; exit code 1 when there is anything.

    A record that was written anew as a whole has a chain without a break: only a receipt or a checkpoint that was kept elsewhere shows it.
    """
    from deploy.cluster.audit.reading import checked
    from schemas.commands.progress import bar

    wanted = {*receipts, *(_chains(checkpoint) if checkpoint else ())}
    partitions, faults = checked(broker_settings(data), wanted, bar)
    missing = sorted(set.intersection(*(one.wanted for one in partitions)) if partitions else wanted)
    if as_json:
        rows, found = [_row(one) for one in partitions], [fault._asdict() for fault in faults]
        click.echo(json.dumps({"partitions": rows, "faults": found, "missing": missing}))
    else:
        _tell(partitions, faults, missing)
    sys.exit(1 if faults or missing else 0)


@audit.command()
@data_option
def checkpoint(data: Path) -> None:
    """Print where each partition's chain stands, as JSON: to be kept where nobody who keeps the record can change it."""
    from deploy.cluster.audit.reading import checked
    from schemas.commands.progress import bar

    partitions, faults = checked(broker_settings(data), set(), bar)
    click.echo(json.dumps([_row(one) for one in partitions]))
    sys.exit(1 if faults else 0)


def _row(one: Checked) -> dict[str, object]:
    return {"partition": one.partition, "events": one.events, "unchained": one.unchained, "chain": one.chain.hex()}


def _tell(partitions: Sequence[Checked], faults: Sequence[Fault], missing: Sequence[str]) -> None:
    for fault in faults[:SHOWN]:
        place = f"partition {fault.partition}, offset {fault.offset}, petition {fault.petition_id or '?'}"
        click.echo(f"{place}, event {fault.seq}: {fault.what}")
    if len(faults) > SHOWN:
        click.echo(f"and {len(faults) - SHOWN} more")
    for chain in missing:
        click.echo(f"{chain}: this receipt's event is not in the record")
    events, unchained = sum(one.events for one in partitions), sum(one.unchained for one in partitions)
    without = f"; {unchained} of a release before have no chain" if unchained else ""
    click.echo(f"{events} events checked, {len(faults)} faults{without}")


def _chains(file: Path) -> list[str]:
    try:
        return [row["chain"] for row in json.loads(file.read_text(encoding="utf-8")) if row["chain"] != BEGIN.hex()]
    except (ValueError, KeyError, TypeError):
        raise click.BadParameter("this is not what `petitions audit checkpoint` prints", param_hint="--checkpoint") from None
