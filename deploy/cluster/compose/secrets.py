"""`python -m deploy.cluster.compose.secrets FOLDER`: makes the secrets that compose.yaml mounts. What is there already stays as it is.

The folder is closed to others (0700) and its files are readable (0444): Docker mounts a file secret with the mode it has, and the
roles run as another user than its owner.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

import click

from deploy.cluster.database_roles import GRANTS, url_for
from schemas.events.mails import EMAIL
from schemas.platform import credentials

DATABASE = "postgresql://petitions:{password}@postgres:5432/petitions"


def generate(webhook: str) -> dict[str, str]:
    """A text for each file. `webhook` is where Alertmanager posts alerts."""
    password = secrets.token_urlsafe(32)
    return {
        "postgres-password": password,
        "database-url": DATABASE.format(password=password),
        "tracking-secret": secrets.token_urlsafe(48),
        "credentials.json": json.dumps(credentials.generate(), indent=1),
        "grafana-password": secrets.token_urlsafe(24),
        **dict.fromkeys(
            ("tracking-secrets-before", "smtp-password", "imap-password", "sms-token", "zalo-token"), ""
        ),  # empty until they are set up
        "alert-webhook": webhook,
    }


def write_missing(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write the files that are not there; their names. Password and URL of the database are only written together, and from them the
    address of each process; from the credentials the mailroom's key.

    Raises FileExistsError when only one of those two is there: a new one would not fit the old one.
    """
    pair = ["postgres-password", "database-url"]
    if len([name for name in pair if (folder / name).exists()]) == 1:
        raise FileExistsError(f"{folder} has only one of {' and '.join(pair)}; remove it, or write the other by hand")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    made = _write(folder, texts)
    admin = (folder / "database-url").read_text(encoding="utf-8").strip()
    mail_key = json.loads((folder / "credentials.json").read_text(encoding="utf-8"))["intake"].get(EMAIL, "")
    urls = {f"database-url-{process}": url_for(process, admin) for process in GRANTS}
    return made + _write(folder, {**urls, f"intake-key-{EMAIL}": mail_key})


def _write(folder: Path, texts: Mapping[str, str]) -> list[str]:
    missing = [name for name in texts if not (folder / name).exists()]
    for name in missing:
        with os.fdopen(os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "w", encoding="utf-8") as file:
            file.write(texts[name])
        (folder / name).chmod(0o444)
    return missing


@click.command("secrets")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--webhook", required=True, help="URL to which Alertmanager posts alerts.")
def make_secrets(folder: Path, webhook: str) -> None:
    """Make the secrets of the compose file in FOLDER; those that exist are kept."""
    try:
        made = write_missing(folder, generate(webhook))
    except FileExistsError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"made: {', '.join(made) or 'nothing, all were there'}")


commands: list[click.Command] = [make_secrets]

if __name__ == "__main__":
    make_secrets()
