"""`petitions backup`, `petitions restore` and `petitions erasures`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from deploy.cluster.command import at_site
from schemas.commands.access import data_option

if TYPE_CHECKING:
    from deploy.cluster.backup.take import Taken

_FILE = click.Path(dir_okay=False, path_type=Path)
_PARTS = ("files", "database", "uploads", "record")


@click.command(short_help="Keep everything in one encrypted file.")
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, required=True, help="File with the age key for which to encrypt; its public half is enough.")
@click.option("--new-key", is_flag=True, help="Make that key first. Keep it apart: without it nobody can read the backup.")
@data_option
def backup(file: Path, key: Path, data: Path, *, new_key: bool) -> None:
    """Write the record, all other topics, the database, uploaded files, secrets and rules to FILE, encrypted, as they were at one moment.

    Of the brokers and the database of the environment, else of the instance in DIR, which may run or not. While it runs, petitions and
    actions come in as ever; the stages pause for about a second.
    """
    from deploy.cluster.backup.files import missing
    from deploy.cluster.backup.key import make
    from deploy.cluster.backup.take import take
    from schemas.commands.progress import bar

    if file.exists():
        raise click.UsageError(f"{file} exists")
    if new_key:
        try:
            click.echo(f"public key {make(key)}; keep {key} apart from the backups", err=True)
        except FileExistsError:
            raise click.UsageError(f"{key} exists: leave out --new-key") from None
    with at_site(data) as site:
        taken = take(site, file, key, bar)
    _tell(file, taken)
    for name in missing(taken.manifest.files):
        click.echo(
            f"{name} is not in the backup: it was not found here. Keep it some other way: without it the rest is of little use", err=True
        )


def _tell(file: Path, taken: Taken) -> None:
    found = taken.manifest
    rows, records = sum(one.count for one in found.tables), sum(one.count for one in found.records)
    uploaded = len({one.name.partition("/")[0] for one in found.uploads})
    click.echo(
        f"{file}: {records} records, {rows} rows, {uploaded} uploaded files, {len(found.files)} files, {taken.size / 1000:.0f} kB in "
        f"{found.seconds:.1f} s; stages held back for {taken.held_seconds:.1f} s"
    )
    if found.bucket:
        click.echo(
            f"uploaded files are not in the backup: they lie in the bucket {found.bucket}, which must keep what is deleted or overwritten "
            "for as long as backups are kept, and no longer",
            err=True,
        )
    if found.lost:
        click.echo(f"{found.lost} uploaded files are known and were not found in the store: see `petitions doctor`", err=True)


@click.command(short_help="Bring a backup back.")
@click.argument("file", type=_FILE)
@click.option("--key", type=_FILE, required=True, help="File with the age key, its secret half.")
@click.option("--only", "parts", type=click.Choice(_PARTS), multiple=True, help="Bring back only this (may be given several times).")
@click.option("--erasures", "listed", type=_FILE, help="List of erasures kept apart from the cluster (`petitions erasures --out`).")
@data_option
def restore(file: Path, key: Path, parts: tuple[str, ...], listed: Path | None, data: Path) -> None:
    """Bring back what FILE has, to empty topics and an empty database; the files into DIR, uploaded ones to their store. No role may run.

    Who was forgotten after the backup is forgotten again. With --only database the topics stay, and the consumers go on from the
    backup's place; `petitions rebuild files` then takes up what was uploaded since.
    """
    from deploy.cluster.backup import erasures
    from deploy.cluster.backup.bring import PARTS, bring
    from schemas.commands.progress import bar

    kept = erasures.read(listed) if listed else {}
    with at_site(data) as site:
        done = bring(site, file, key, [part for part in PARTS if not parts or part in parts], bar)
        erased = erasures.replay(site, kept) if not parts or "database" in parts else 0
    click.echo(
        f"backup of {done.made_at}: {done.records} records, {done.rows} rows, {done.uploads} uploaded files, {len(done.files)} files; "
        f"{erased} forgotten again"
    )
    if done.bucket:
        click.echo(f"uploaded files were in the bucket {done.bucket}: bring back there what has been deleted since, then", err=True)
        click.echo("`petitions rebuild files`, which removes what nobody may have any more", err=True)
    for path in done.aside:
        click.echo(f"the stages' stores are in {path} now, and are built anew", err=True)


@click.command("erasures")
@click.option("--out", type=_FILE, help="Write the list to this file, which may lie anywhere but in the backup.")
@data_option
def list_erasures(out: Path | None, data: Path) -> None:
    """List who was forgotten: petition ids and times, one JSON object a line. A restore takes it with --erasures."""
    from deploy.cluster.backup import erasures

    with at_site(data) as site:
        text = erasures.lines(erasures.noted(site))
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
