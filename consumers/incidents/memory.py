"""The memory of petitions in PostgreSQL: changes, the search for their like and what follows, in one transaction with the offsets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import orjson
import psycopg
from psycopg.types.json import Jsonb, set_json_dumps

from consumers.incidents.changes import Changes
from consumers.incidents.choose import Ask, Known, choose
from consumers.incidents.compare import DAY_MS, Rules, Side
from consumers.incidents.fingerprint import Fingerprint
from consumers.incidents.requests import request
from consumers.loop.offsets import Move, Offsets
from schemas.events.standing import WORK_STATES, State
from schemas.platform.clock import Clock, to_datetime, to_ms

_ONE_AT_A_TIME = 7_310_249
"""Advisory lock: two petitions that come at once in two partitions must not miss each other."""
_CANDIDATES = 60
_INSERT = """
insert into incident_petition (petition_id, seq, state, category, level, ward_code, received_at, deadline, leader, followers,
                               lat, long, numbers, names, terms)
values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict (petition_id) do nothing
"""
_STAND = """
update incident_petition set seq = %(seq)s, state = %(state)s, category = %(category)s, level = %(level)s, deadline = %(deadline)s,
    leader = %(leader)s, followers = %(followers)s, asked = case when %(settled)s then null else asked end
where petition_id = %(petition_id)s and seq < %(seq)s
"""
_PART = "update incident_petition set apart = array_append(apart, %s), asked = null where petition_id = %s and not %s = any(apart)"
_REFUSE = "update incident_petition set apart = array_append(apart, asked), asked = null where petition_id = any(%s) and asked is not null"
_PAIRS = """
select mine.petition_id, other.petition_id
from incident_petition mine
cross join lateral (
    select petition_id from incident_petition o
    where o.category = mine.category and o.ward_code = mine.ward_code and o.petition_id <> mine.petition_id
      and o.received_at between mine.received_at - make_interval(secs => %s) and mine.received_at + make_interval(secs => %s)
      and o.state = any(%s)
    order by o.received_at desc limit %s
) other
where mine.petition_id = any(%s)
"""
_KNOWN = """
select petition_id, state, category, level, ward_code, received_at, deadline, coalesce(leader, asked) as leader,
       followers + (select count(*) from incident_petition f where f.asked = p.petition_id) as followers,
       apart, lat, long, numbers, names, terms
from incident_petition p where petition_id = any(%s)
"""
_REQUEST = "insert into incident_request (event_id, petition_id, value, requested_at) values (%s, %s, %s, %s) on conflict do nothing"
FORGET = """
update incident_petition set lat = null, long = null, numbers = '{}', names = '{}', terms = '{}' where petition_id = any(%s)
"""
"""What is kept of a petition's words; where it stands stays known."""
_SEARCHED = [state.value for state in (*WORK_STATES, State.MERGED)]


class Memory:
    """Tables of a `PostgresSink`: what is remembered of petitions, and what is to be asked because of it."""

    def __init__(self, url: str, offsets: tuple[str, str], rules: Rules, clock: Clock) -> None:
        """`offsets`: the consumer's name and the topic's."""
        self.connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True, connect_timeout=5)
        set_json_dumps(orjson.dumps, self.connection)
        self._offsets = Offsets(self.connection, *offsets)
        self._rules, self._clock = rules, clock

    def close(self) -> None:
        self.connection.close()

    def position(self, partition: int) -> int:
        return self._offsets.position(partition)

    def committed(self, partitions: Iterable[int]) -> dict[int, int]:
        return self._offsets.committed(partitions)

    def write(self, rows: Changes, moves: Sequence[Move]) -> None:
        """Write all or nothing. The order: 1. offsets; 2. the lock; 3. what the events say; 4. search; 5. requests."""
        with self.connection.transaction():
            self._offsets.move(moves)
            if not rows.standing:
                return
            self.connection.execute("select pg_advisory_xact_lock(%s)", (_ONE_AT_A_TIME,))
            self._take_up(rows)
            oldest = self._clock.now_ms() - round(self._rules.days * DAY_MS)
            asks = self._search([petition_id for petition_id, at in rows.search.items() if at >= oldest])
            self._request(asks)

    def forget(self) -> int:
        """Delete what can lead or follow no more, with the requests about it; how many petitions that were."""
        before = to_datetime(self._clock.now_ms() - round(2 * self._rules.days * DAY_MS))
        self.connection.execute("delete from incident_request where sent_at is not null and requested_at < %s", (before,))
        return self.connection.execute(
            "delete from incident_petition where received_at < %s and not state = any(%s)", (before, _SEARCHED)
        ).rowcount

    def _take_up(self, rows: Changes) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(_INSERT, [_inserted(rows, petition_id, marks) for petition_id, marks in rows.new.items()])
            cursor.executemany(_STAND, [_stood(rows, petition_id) for petition_id in rows.standing])
            cursor.executemany(_PART, [(leader, petition_id, leader) for petition_id, leader in rows.parted])
            if rows.refused:
                cursor.execute(_REFUSE, (list(rows.refused),))
            if rows.forgotten:
                cursor.execute(FORGET, (list(rows.forgotten),))

    def _search(self, wanted: Sequence[str]) -> list[Ask]:
        """Each in order of its reception; what was asked for one is seen by the next."""
        if not wanted:
            return []
        span = self._rules.days * DAY_MS / 1000
        pairs = self.connection.execute(_PAIRS, (span, span, _SEARCHED, _CANDIDATES, list(wanted))).fetchall()
        if not pairs:
            return []
        known = self._known({petition_id for pair in pairs for petition_id in pair})
        known |= self._known({other.leader for other in known.values() if other.leader} - known.keys())
        candidates: dict[str, list[str]] = {}
        for mine, other in pairs:
            candidates.setdefault(mine, []).append(other)
        asks = []
        for petition_id in sorted(candidates, key=lambda one: known[one].order):
            others = [known[other] for other in candidates[petition_id]]
            ask = choose(known[petition_id], others, known, self._rules)
            if ask is not None:
                asks.append(ask)
                _note(known, ask)
        return asks

    def _known(self, wanted: Iterable[str]) -> dict[str, Known]:
        rows = self.connection.execute(_KNOWN, (list(wanted),)).fetchall()
        return {row[0]: _known(row) for row in rows}

    def _request(self, asks: Sequence[Ask]) -> None:
        if not asks:
            return
        now = to_datetime(self._clock.now_ms())
        made = [request(ask, now) for ask in asks]
        with self.connection.cursor() as cursor:
            cursor.executemany(_REQUEST, [(one.event_id, one.petition_id, Jsonb(one.value), now) for one in made])
            cursor.executemany(
                "update incident_petition set asked = %s where petition_id = %s",
                [(ask.leader, ask.follower) for ask in asks if ask.merges],
            )


def _inserted(rows: Changes, petition_id: str, marks: Fingerprint) -> tuple[Any, ...]:
    now = rows.standing[petition_id]
    lat, long = marks.point or (None, None)
    return (
        petition_id,
        0,  # the standing follows in the same transaction
        now.state,
        now.category,
        now.level,
        now.ward,
        to_datetime(now.received),
        None,
        None,
        0,
        lat,
        long,
        sorted(marks.numbers),
        sorted(marks.names),
        sorted(marks.terms),
    )


def _stood(rows: Changes, petition_id: str) -> dict[str, Any]:
    now = rows.standing[petition_id]
    return {
        "petition_id": petition_id,
        "seq": now.seq,
        "state": now.state,
        "category": now.category,
        "level": now.level,
        "deadline": to_datetime(now.deadline) if now.deadline is not None else None,
        "leader": now.leader,
        "followers": now.followers,
        # Whatever it was asked to do, it cannot do any more, or has done.
        "settled": now.leader is not None or now.state not in WORK_STATES,
    }


def _known(row: Sequence[Any]) -> Known:
    (petition_id, state, category, level, ward, received, deadline, leader, followers, apart, lat, long, numbers, names, terms) = row
    point = None if lat is None else (lat, long)
    marks = Fingerprint(frozenset(terms), frozenset(numbers), frozenset(names), point)
    return Known(
        petition_id,
        Side(category, ward, to_ms(received), marks),
        state,
        level,
        leader,
        followers,
        to_ms(deadline) if deadline is not None else None,
        frozenset(apart),
        sorted=state != State.RECEIVED,
    )


def _note(known: dict[str, Known], ask: Ask) -> None:
    """A merge that is asked for counts at once, so that nobody else is sent to the follower."""
    if not ask.merges:
        return
    follower, leader = known[ask.follower], known[ask.leader]
    known[ask.follower] = replace(follower, leader=ask.leader)
    known[ask.leader] = replace(leader, followers=leader.followers + 1)
