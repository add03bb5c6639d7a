"""What `petitions import` does with its options."""

from __future__ import annotations

import asyncio
import gc
import hashlib
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import orjson
from pydantic import Field, SecretStr, ValidationError

from producers.importing import sources
from producers.importing.publishing import Importer, Outcome, Plan, check_all, publish_all
from producers.importing.sealing import Sealer
from producers.intake.making import Maker
from producers.intake.vault import PostgresVault, VaultUnavailable
from producers.kafka.bulk import BulkPublisher
from producers.kafka.publisher import Unavailable
from schemas.commands.failing import UNREACHABLE, fail
from schemas.commands.progress import bar
from schemas.events.envelope import explain
from schemas.events.topics import INTAKE
from schemas.platform.settings import TrackingSettings


class ImportSettings(TrackingSettings):
    """Read by `petitions import`; the database is only needed for petitions with a contact."""

    database_url: SecretStr | None = Field(None, description="PostgreSQL, for the keys of contacts.")


@dataclass(frozen=True, slots=True)
class Asked:
    """The command's options. `file`: None for standard input; `columns`: field → column, None where rows are petitions as they are."""

    file: Path | None
    channel: str
    format: sources.Format | None = None
    delimiter: str | None = None
    columns: dict[str, str] | None = None
    rejects: Path | None = None
    dry_run: bool = False
    resume: bool = False
    as_json: bool = False

    def beside(self, ending: str) -> Path:
        """A file of ours, named like the one that is imported."""
        return self.file.with_name(f"{self.file.name}.{ending}") if self.file else Path(f"stdin.{ending}")


def import_file(asked: Asked) -> None:
    """Import; ends the command with 1 when rows were rejected, 2 for what is no such file, 3 when Kafka or the database is away."""
    gc.set_threshold(50_000, 20, 50)  # rows come and go by the thousand, without cycles
    outcome, rejects = Outcome(), asked.rejects or asked.beside("rejects.jsonl")
    plan = _plan(asked)
    try:
        with _rows(asked) as rows, rejects.open("ab" if plan.after else "wb") as outcome.rejects:
            if asked.dry_run:
                check_all(rows, plan, outcome)
            else:
                asyncio.run(_publish(asked, rows, plan, outcome))
    except sources.Unreadable as error:
        raise click.UsageError(str(error)) from None
    if not rejects.stat().st_size:
        rejects.unlink()
    _report(asked, outcome, rejects)


async def _publish(asked: Asked, rows: Iterator[sources.Row], plan: Plan, outcome: Outcome) -> None:
    settings = _settings()
    state = asked.beside("import-state.json") if plan.source else None
    secrets, vault = settings.tracking_secrets(), PostgresVault(settings.database_url.get_secret_value()) if settings.database_url else None
    try:
        with closing(vault) if vault else nullcontext():
            async with BulkPublisher(settings, INTAKE) as publisher:
                importer = Importer(publisher, Maker(secrets[0]), Sealer(vault, secrets[-1]))
                await publish_all(importer, rows, plan, outcome, lambda line: _note(state, plan.source, line))
    except (Unavailable, VaultUnavailable) as error:
        again = "; the same command with --resume goes on there" if state else ""
        fail(UNREACHABLE, f"{error}; {outcome.counts['published']} petitions were published before, up to line {outcome.done}{again}")
    if state:
        state.unlink(missing_ok=True)


def _settings() -> ImportSettings:
    try:
        return ImportSettings()
    except ValidationError as error:
        raise click.UsageError(explain(error)) from None


@contextmanager
def _rows(asked: Asked) -> Iterator[Iterator[sources.Row]]:
    size = asked.file.stat().st_size if asked.file else 0
    with bar("Checking" if asked.dry_run else "Importing", size) as advance, sources.opened(asked.file, advance) as source:
        yield sources.rows(source, asked.format, asked.delimiter)


def _plan(asked: Asked) -> Plan:
    source = _digest(asked.file) if asked.file else ""
    after = _noted(asked.beside("import-state.json"), source) if asked.resume else 0
    return Plan(asked.columns, asked.channel, source, after)


def _digest(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()[:16]


def _noted(state: Path, source: str) -> int:
    """Up to which line the same file was imported before; 0 when it never was begun."""
    if not state.exists():
        return 0
    found: Any = orjson.loads(state.read_bytes())
    if found.get("source") != source:
        raise click.UsageError(f"--resume: the file has changed since {state.name} was written; without --resume it is imported anew")
    return int(found["line"])


def _note(state: Path | None, source: str, line: int) -> None:
    """How far it has come; a pipe cannot be gone on with."""
    if state:
        state.write_bytes(orjson.dumps({"source": source, "line": line}))


def _report(asked: Asked, outcome: Outcome, rejects: Path) -> None:
    published, rejected = outcome.counts["published"], outcome.counts["rejected"]
    name = "good" if asked.dry_run else "published"
    if asked.as_json:
        click.echo(orjson.dumps({name: published, "rejected": rejected}).decode())
    else:
        click.echo(f"{published} {name}, {rejected} rejected" + (f"; see {rejects}" if rejected else ""))
    if rejected:
        raise SystemExit(1)
