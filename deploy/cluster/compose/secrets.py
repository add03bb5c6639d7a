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
from deploy.one_machine.embedded.accounts import OPERATOR, SUPER_USERS
from deploy.one_machine.embedded.kafka_config import render
from deploy.one_machine.embedded.kafka_security import first_accounts, security
from deploy.rights.principals import principals
from deploy.roles import BY_NAME
from schemas.events.mails import EMAIL
from schemas.platform import credentials

DATABASE = "postgresql://petitions:{password}@postgres:5432/petitions"
KAFKA_ACCOUNTS = tuple(name for name in principals() if name == OPERATOR or name in BY_NAME)
"""Who comes to the broker: each role that has to do with it as itself, commands and `migrate` as the operator."""
TOGETHER = (("postgres-password", "database-url"), ("kafka-security", "kafka-first-accounts", "kafka-operator"))
"""Files that say the same password, and are made together or not at all."""


def generate(webhook: str) -> dict[str, str]:
    """A text for each file. `webhook` is where Alertmanager posts alerts."""
    password, kafka = secrets.token_urlsafe(32), _Kafka()
    return {
        "postgres-password": password,
        "database-url": DATABASE.format(password=password),
        "kafka-security": render(security(kafka)),
        "kafka-first-accounts": "\n".join(first_accounts(kafka)) + "\n",
        **{f"kafka-{name}": kafka.password(name) for name in KAFKA_ACCOUNTS},
        "tracking-secret": secrets.token_urlsafe(48),
        "credentials.json": json.dumps(credentials.generate(), indent=1),
        "grafana-password": secrets.token_urlsafe(24),
        **dict.fromkeys(
            ("tracking-secrets-before", "smtp-password", "imap-password", "sms-token", "zalo-token"), ""
        ),  # empty until they are set up
        "alert-webhook": webhook,
    }


class _Kafka:
    """New passwords for the broker's accounts."""

    def __init__(self) -> None:
        self._made = {name: secrets.token_urlsafe(24) for name in {*SUPER_USERS, *KAFKA_ACCOUNTS}}

    def password(self, principal: str) -> str:
        return self._made[principal]


def write_missing(folder: Path, texts: Mapping[str, str]) -> list[str]:
    """Write the files that are not there; their names. Those that are TOGETHER are only written together, and from the database's address
    that of each process; from the credentials the mailroom's key.

    Raises FileExistsError when only some of those are there: new ones would not fit the old.
    """
    for names in TOGETHER:
        there = [name for name in names if (folder / name).exists()]
        if there and len(there) < len(names):
            raise FileExistsError(f"{folder} has only {', '.join(there)} of {', '.join(names)}; remove it, or write the others by hand")
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
