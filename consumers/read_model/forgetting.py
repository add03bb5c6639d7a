"""What follows when somebody is forgotten: nobody can read the words and the contact any more.

The order: 1. it is noted on petitions.erasures, so that a restored keyring or database forgets it again; 2. the petition's key is taken
out of the keyring; 3. the contact's key is taken out of the database. Done again after a crash, each does nothing more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from kafka.errors import KafkaError

from consumers.kafka import erasures
from consumers.loop.sink import Unfinished
from consumers.read_model.callers import FORGET_MARKS
from consumers.settings import ProjectorSettings
from schemas.events.erasures import Forgotten
from schemas.platform import keyring
from schemas.platform.logs import log

NEVER_A_CONTACT = """
insert into contact_key (petition_id, key) values (%s, null)
on conflict (petition_id) do update set key = null, phone = null where contact_key.key is not null
"""
"""A petition without a row gets one, so that a late repeat of it cannot bring a contact back."""


def forget(settings: ProjectorSettings, connection: psycopg.Connection[Any], forgotten: Sequence[Forgotten]) -> None:
    """Raises Unfinished, psycopg.OperationalError, NoKeyring: nothing is lost then, and it must be done again."""
    try:
        erasures.note(settings, forgotten)
    except KafkaError as error:
        raise Unfinished(f"an erasure could not be noted: {type(error).__name__}") from error
    destroyed = keyring.destroy(settings.keyring_file, [one.path for one in forgotten if one.path])
    for one in forgotten:
        connection.execute(NEVER_A_CONTACT, (one.petition_id,))
    connection.execute(FORGET_MARKS)
    log.info("forgotten", petitions=len(forgotten), keys=destroyed)
