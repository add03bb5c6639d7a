"""Contacts that were erased stay erased: after a restore the keys that the backup still had are deleted again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from deploy.cluster.kafka import KafkaUnreachable
from deploy.cluster.site import Site
from deploy.errors import Failed

Erasures = Mapping[str, datetime]
"""When, by petition id."""


class BadList(Failed):
    """The file is no list of erasures."""


def noted(site: Site) -> dict[str, datetime]:
    """Those on petitions.erasures. Raises KafkaUnreachable."""
    from kafka.errors import KafkaError

    from producers.kafka import erasures

    try:
        return erasures.noted(site.settings)
    except KafkaError as error:
        raise KafkaUnreachable(f"the list of erasures could not be read: {type(error).__name__}: {error}") from error


def replay(site: Site, kept: Erasures) -> int:
    """Delete the keys of all that were noted, and of those in `kept`, a list from outside, which are noted as well; how many had one.

    Raises Unreachable, Unavailable, VaultUnavailable: then do it again.
    """
    from producers.intake.vault import PostgresVault
    from producers.kafka import erasures

    known = noted(site)
    if more := {petition_id: at for petition_id, at in kept.items() if petition_id not in known}:
        erasures.note(site.settings, more)
    vault = PostgresVault(site.database_url)
    try:
        return erasures.replay(vault, {**known, **more})
    finally:
        vault.close()


def read(path: Path) -> dict[str, datetime]:
    """A list as `petitions erasures` writes it: one JSON object a line. Raises BadList."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {row["petition_id"]: datetime.fromisoformat(row["erased_at"]) for row in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadList(f"{path} is no list of erasures: {error}") from None


def lines(erased: Erasures) -> str:
    """The list as text, the earliest first."""
    ordered = sorted(erased.items(), key=lambda one: (one[1], one[0]))
    return "".join(json.dumps({"petition_id": petition_id, "erased_at": at.isoformat()}) + "\n" for petition_id, at in ordered)
