"""What must be handled before a timer may fire: everything that had been acknowledged when it came due.

Else an answer that was given in time, but is read late (after an outage, behind a long queue), would find its case breached.
"""

from __future__ import annotations

from collections.abc import Mapping

from schemas.platform.logs import log
from streams.engine.inbox import Inbox
from streams.engine.ports import Consumed
from streams.engine.waiting import Waiting

PATIENCE_SECONDS = 90.0
"""An input that comes no further for so long is blocked by an open transaction. A producer's own ends after 60 s unless told otherwise,
and the broker looks every 10 s; whoever holds one open for longer cannot hold up every deadline of the city."""


class Backlog:
    """Of one partition number. `passed_ms`: everything acknowledged up to then (ms, UTC, of the deployment's clock) has been handled.

    To raise it: `aim` at the inputs' ends as they are now; tell with `fetched` how far the consumer has come in those that `unfetched`
    names, until it names none; `check` after each step, until what was fetched by then has been handled.
    """

    def __init__(self, inbox: Inbox, handled: Mapping[str, int], name: str) -> None:
        """`handled`: by topic the next offset to handle, as it stands at any time."""
        self._inbox, self._handled, self._name = inbox, handled, name
        self.passed_ms = -1
        self._aimed_ms: int | None = None
        self._ends: dict[str, int] = {}
        self._marks: dict[str, int] = {}
        self._positions: dict[str, int] = {}
        self._standing: tuple[object, Waiting] | None = None
        self._given_up: object = None

    @property
    def is_aimed(self) -> bool:
        """Whether the ends are known and not all of what lies before them is handled."""
        return self._aimed_ms is not None

    def aim(self, ends: Mapping[str, int], now_ms: int) -> None:
        """`ends`: by topic the next offset to be written, as of `now_ms`, open transactions included. Without effect while aimed."""
        if self._aimed_ms is None:
            self._aimed_ms, self._ends, self._marks, self._standing = now_ms, dict(ends), {}, None

    def unfetched(self) -> tuple[str, ...]:
        """The topics of which it is not known that all before their end has been fetched."""
        for topic, end in list(self._ends.items()):
            if self._inbox.positions[topic] >= end:
                self._mark(topic)
        return tuple(self._ends)

    def fetched(self, topic: str, consumed: Consumed) -> None:
        """How far the consumer has come: beyond the end, with nothing on its way, the rest of the topic is nothing that anybody reads."""
        self._positions[topic] = consumed.position
        if consumed.position >= self._ends[topic] and self._inbox.has_all(topic, consumed.epoch, consumed.delivered):
            self._mark(topic)

    def _mark(self, topic: str) -> None:
        """All before the end is in the inbox: it is handled when the newest record that is there now is."""
        del self._ends[topic]
        self._marks[topic] = self._inbox.newest.get(topic, -1) + 1

    def check(self) -> None:
        """Take note of what has been handled meanwhile. Gives up, and says so, when nothing has come further for too long."""
        if self._aimed_ms is None:
            return
        done = not self._ends and all(self._handled[topic] >= mark for topic, mark in self._marks.items())
        if done or self._is_stuck():
            self.passed_ms, self._aimed_ms = self._aimed_ms, None

    def _is_stuck(self) -> bool:
        """Whether it has stood where it is now for too long; what was given up once is so until something moves."""
        inbox, at = self._inbox, self._positions
        fetching = {topic: (inbox.positions[topic], at.get(topic)) for topic in self._ends}
        state = fetching or (dict(self._handled), len(inbox))
        if state == self._given_up:
            return True
        if self._standing is None or self._standing[0] != state:
            self._standing = state, Waiting()
            return False
        waiting = self._standing[1]
        if waiting.is_to_be_said():
            log.warning("timers-held", partition=self._name, behind=self._ends, seconds=round(waiting.seconds, 1))
        if waiting.seconds < PATIENCE_SECONDS:
            return False
        log.error("timers-released", partition=self._name, behind=self._ends, seconds=round(waiting.seconds, 1))
        self._given_up = state
        return True
