"""Who was forgotten stays forgotten: after a restore the keys that the backup still had are destroyed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.cluster.kafka import KafkaUnreachable
from deploy.cluster.site import Site
from deploy.errors import Failed, Unreachable
from schemas.events.erasures import Forgotten
from schemas.platform.settings import KeyringSettings

Erasures = Mapping[str, Forgotten]
"""By petition id."""


class BadList(Failed):
    """The file is no list of erasures."""


def noted(site: Site) -> dict[str, Forgotten]:
    """Those on petitions.erasures. Raises KafkaUnreachable."""
    from kafka.errors import KafkaError

    from consumers.kafka import erasures

    try:
        return erasures.noted(site.settings)
    except KafkaError as error:
        raise KafkaUnreachable(f"the list of erasures could not be read: {type(error).__name__}: {error}") from error


def replay(site: Site, kept: Erasures) -> int:
    """Destroy the keys and the files of all that were noted, and of those in `kept`, a list from outside, which are noted as well; how
    many still had a key. Raises Unreachable, NoKeyring: then do it again.
    """
    from kafka.errors import KafkaError

    from consumers.kafka import erasures

    known = noted(site)
    more = {petition_id: one for petition_id, one in kept.items() if petition_id not in known}
    try:
        if more:
            erasures.note(site.settings, more.values())
    except KafkaError as error:
        raise KafkaUnreachable(f"the erasures could not be noted: {type(error).__name__}") from error
    return _destroy(site, {**known, **more})


def _destroy(site: Site, forgotten: Erasures) -> int:
    from consumers.incidents.memory import FORGET
    from consumers.notifier.book import forget_addresses
    from consumers.read_model.callers import FORGET_MARKS
    from consumers.read_model.forgetting import NEVER_A_CONTACT
    from consumers.read_model.tables import FORGET_WORDS
    from deploy.cluster.migrate import connected
    from schemas.platform import keyring

    file = site.read(KeyringSettings).keyring_file
    ring = keyring.load(file)
    had = {one.petition_id for one in forgotten.values() if one.path and ring.key(one.path) is not None}
    keyring.destroy(file, [one.path for one in forgotten.values() if one.path])
    with connected(site.database_url, autocommit=True) as connection:
        connection.execute(FORGET, (list(forgotten),))
        connection.execute(FORGET_WORDS, ([petition_id for petition_id, one in forgotten.items() if one.path],))
        for petition_id in forgotten:
            forget_addresses(connection, petition_id)
            _erase_files(petition_id, site)
        had |= {petition_id for petition_id in forgotten if connection.execute(NEVER_A_CONTACT, (petition_id,)).rowcount}
        connection.execute(FORGET_MARKS)
    return len(had)


def _erase_files(petition_id: str, site: Site) -> None:
    from producers.files.erasing import erase_files
    from producers.files.settings import FileSettings
    from producers.files.store import StoreAway

    try:
        erase_files(petition_id, site.read(FileSettings))
    except StoreAway as error:
        raise Unreachable(f"the files of {petition_id} could not be deleted: {error}") from error


def read(path: Path) -> dict[str, Forgotten]:
    """A list as `petitions erasures` writes it: one JSON object a line. Raises BadList."""
    try:
        rows = [(json.loads(line)["petition_id"], line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return {petition_id: Forgotten.read(petition_id, line.encode()) for petition_id, line in rows}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadList(f"{path} is no list of erasures: {error}") from None


def lines(erased: Erasures) -> str:
    """The list as text, the earliest first."""
    ordered = sorted(erased.values(), key=lambda one: (one.at, one.petition_id))
    return "".join(json.dumps({"petition_id": one.petition_id, **json.loads(one.value)}) + "\n" for one in ordered)
