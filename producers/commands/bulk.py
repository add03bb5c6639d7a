"""`petitions import FILE.jsonl`: many petitions straight to Kafka, with a file for what was rejected."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import click
import orjson
from pydantic import Field, SecretStr, ValidationError

from producers.client import IntakeProducer, Receipt
from producers.intake.vault import NoVault, PostgresVault, VaultUnavailable
from producers.kafka.publisher import Unavailable
from schemas.commands.failing import UNREACHABLE, fail
from schemas.events.envelope import explain
from schemas.platform.settings import TrackingSettings

_WINDOW = 2000  # petitions under way


class ImportSettings(TrackingSettings):
    """Read by `petitions import`; the database is only needed for petitions with a contact."""

    database_url: SecretStr | None = Field(None, description="PostgreSQL, for the keys of contacts.")


@dataclass(slots=True)
class Outcome:
    """`rejected`: reason by line number (from 1)."""

    counts: Counter[str] = field(default_factory=Counter)
    rejects: IO[bytes] | None = None

    def reject(self, line: int, raw: bytes, reason: str) -> None:
        self.counts["rejected"] += 1
        if self.rejects is not None:
            self.rejects.write(orjson.dumps({"line": line, "reason": reason, "input": raw.decode("utf-8", "replace")}) + b"\n")


def parse_line(raw: bytes, channel: str) -> dict[str, Any]:
    """The fields of one line; ValueError when it is not a JSON object. `channel` is used where the line names none."""
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg})") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 (the caller's input, not the caller's mistake)
    return {"channel": channel, **found}


def publish_all(producer: IntakeProducer, lines: Iterator[tuple[int, bytes]], channel: str, outcome: Outcome) -> None:
    """Publish each line, at most `_WINDOW` under way. Raises Unavailable when Kafka is away (what was counted is in Kafka)."""
    waiting: deque[Future[Receipt]] = deque()
    for number, raw in lines:
        if not raw.strip():
            continue
        try:
            waiting.append(producer.submit_soon(**parse_line(raw, channel)))
        except ValidationError as error:
            outcome.reject(number, raw, explain(error))
        except (ValueError, TypeError, NoVault) as error:
            outcome.reject(number, raw, str(error))
        while len(waiting) >= _WINDOW:
            _settle(waiting, outcome)
    while waiting:
        _settle(waiting, outcome)


def _settle(waiting: deque[Future[Receipt]], outcome: Outcome) -> None:
    waiting.popleft().result()
    outcome.counts["published"] += 1


def import_file(file: Path, channel: str, rejects: Path | None, *, as_json: bool) -> None:
    """Import `file`; ends the command with 1 when lines were rejected, 3 when Kafka or the database is away."""
    outcome = Outcome()
    path = rejects or file.with_name(f"{file.name}.rejects.jsonl")
    try:
        settings = ImportSettings()
    except ValidationError as error:
        raise click.UsageError(explain(error)) from None
    vault = PostgresVault(settings.database_url.get_secret_value()) if settings.database_url else None
    try:
        with (
            IntakeProducer(settings, tracking_secret=settings.tracking_secrets()[0], vault=vault) as producer,
            file.open("rb") as source,
            path.open("wb") as outcome.rejects,
        ):
            publish_all(producer, _progress(source, file.stat().st_size), channel, outcome)
    except (Unavailable, VaultUnavailable) as error:
        fail(UNREACHABLE, f"{error}; {outcome.counts['published']} petitions were published before")
    finally:
        if vault is not None:
            vault.close()
    if not outcome.counts["rejected"]:
        path.unlink()
    _report(outcome, path, as_json=as_json)


def _progress(source: IO[bytes], size: int) -> Iterator[tuple[int, bytes]]:
    with click.progressbar(length=size, label="Importing", file=click.get_text_stream("stderr")) as bar:
        for number, raw in enumerate(source, 1):
            yield number, raw
            bar.update(len(raw))


def _report(outcome: Outcome, path: Path, *, as_json: bool) -> None:
    published, rejected = outcome.counts["published"], outcome.counts["rejected"]
    if as_json:
        click.echo(orjson.dumps({"published": published, "rejected": rejected}).decode())
    else:
        click.echo(f"{published} published, {rejected} rejected" + (f"; see {path}" if rejected else ""))
    if rejected:
        raise SystemExit(1)
