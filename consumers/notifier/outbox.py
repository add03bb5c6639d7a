"""The deliveries that events call for, written in one transaction with the offsets (Tables of a `PostgresSink`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
import psycopg

from consumers.loop.offsets import Move, Offsets
from consumers.notifier import book
from consumers.notifier.changes import Change, Changes
from consumers.notifier.decide import Receiver, deliveries
from consumers.notifier.policy import MEDIA, NoticePolicy
from schemas.events import tracking
from schemas.events.contacts import open_contact
from schemas.events.mails import EMAIL, message_id
from schemas.platform.clock import Clock, to_datetime

_RECEIVERS = """
select id, holder_kind, holder, medium, wants from notice_receiver where state = 'active' and (
    (holder_kind = 'citizen' and holder = any(%s)) or (holder_kind = 'office' and holder = any(%s))
    or (holder_kind = 'channel' and holder = any(%s)))
"""
_DELIVERY = """
insert into notice_delivery (receiver, petition_id, event_id, type, seq, at, event, due_at, created_at)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (receiver, event_id) do nothing
"""
_CHANNEL = "insert into notice_petition (petition_id, channel) values (%s, %s) on conflict do nothing"
_CHANNELS = "select petition_id, channel from notice_petition where petition_id = any(%s)"


class Deliveries:
    """See `consumers.loop.postgres_sink.Tables`."""

    def __init__(
        self, url: str, offsets: tuple[str, str], policy: NoticePolicy, clock: Clock, subscribe: book.Sealer, *, codes: tracking.Keys
    ) -> None:
        """`offsets`: the consumer's name and the topic's."""
        self._connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True, connect_timeout=5)
        self._offsets = Offsets(self._connection, *offsets)
        self._policy, self._clock, self._subscribe, self._codes = policy, clock, subscribe, codes

    def close(self) -> None:
        self._connection.close()

    def position(self, partition: int) -> int:
        return self._offsets.position(partition)

    def committed(self, partitions: Iterable[int]) -> dict[int, int]:
        return self._offsets.committed(partitions)

    def write(self, rows: Changes, moves: Sequence[Move]) -> None:
        """All or nothing. The order: 1. offsets; 2. new petitions; 3. deliveries; 4. whoever was forgotten, is."""
        with self._connection.transaction():
            self._offsets.move(moves)
            for change in rows.events:
                self._take_up(change)
            self._deliver(rows.events)
            for change in rows.events:
                if change.happening.what == "forgotten":
                    book.forget_addresses(self._connection, change.happening.petition_id)

    def _take_up(self, change: Change) -> None:
        if change.channel is None:
            return
        self._connection.execute(_CHANNEL, (change.happening.petition_id, change.channel))
        if change.contact is not None:
            self._subscribe_contact(change, change.contact)

    def _subscribe_contact(self, change: Change, sealed: str) -> None:
        """The contact that came with a petition is used only where its citizen has ticked that he wants notices."""
        petition_id = change.happening.petition_id
        row = self._connection.execute("select key from contact_key where petition_id = %s", (petition_id,)).fetchone()
        contact = _opened(bytes(row[0]), petition_id, sealed) if row and row[0] else {}
        if contact.get("notices"):
            for medium, name in (("email", "email"), ("sms", "phone")):
                if contact.get(name) and medium in MEDIA:
                    wanted = book.Wanted(petition_id, change.key_path, medium, contact[name], frozenset(self._policy.notices))
                    with suppress(book.TooMany, book.Erased):
                        self._subscribe_as(change, wanted)

    def _subscribe_as(self, change: Change, wanted: book.Wanted) -> None:
        """Who wrote from this address need not confirm it: he is answered there, and gets the code of what he wrote."""
        if change.channel != EMAIL or wanted.medium != "email" or change.external_id is None:
            self._subscribe(self._connection, wanted)
            return
        code = self._codes.code_of(wanted.petition_id, EMAIL, change.external_id)
        written = replace(wanted, code=code, thread=message_id(change.external_id))
        self._subscribe(self._connection, written, confirmed=True)

    def _deliver(self, changes: Sequence[Change]) -> None:
        channels = self._channels({change.happening.petition_id for change in changes})
        receivers = self._receivers(changes, channels)
        now = to_datetime(self._clock.now_ms())
        with self._connection.cursor() as cursor:
            for change in changes:
                for row in self._rows(change, channels.get(change.happening.petition_id), receivers, now):
                    cursor.execute(_DELIVERY, row)

    def _rows(self, change: Change, channel: str | None, receivers: Sequence[Receiver], now: datetime) -> list[tuple[Any, ...]]:
        one = change.happening
        return [
            (to.receiver, one.petition_id, change.event_id, one.what, change.seq, one.at, change.event, to.due, now)
            for to in deliveries(one, channel, receivers, self._policy, now)
        ]

    def _channels(self, petitions: set[str]) -> dict[str, str]:
        return dict(self._connection.execute(_CHANNELS, (list(petitions),)).fetchall())

    def _receivers(self, changes: Sequence[Change], channels: dict[str, str]) -> list[Receiver]:
        petitions = [change.happening.petition_id for change in changes]
        offices = sorted({office for change in changes for office in change.happening.offices})
        found = self._connection.execute(_RECEIVERS, (petitions, offices, sorted(set(channels.values())))).fetchall()
        return [Receiver(id_, kind, holder, medium, frozenset(wants)) for id_, kind, holder, medium, wants in found]


def _opened(key: bytes, petition_id: str, sealed: str) -> dict[str, Any]:
    """Empty where it cannot be opened: its petitioner cannot be told then, and nothing else stands still."""
    try:
        found: dict[str, Any] = orjson.loads(open_contact(key, petition_id, sealed))
    except ValueError:
        return {}
    return found
