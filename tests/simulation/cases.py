"""Histories of the real case stage: petitions and actions on a clock that runs an hour in each second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from schemas.events import actions as do
from schemas.events import envelope
from schemas.events.base import Model
from schemas.events.catalogue import EVENT_TYPES, EventType
from schemas.events.standing import CaseEvent
from schemas.events.topics import ACTIONS, CASE_CHANGELOG, CLASSIFIED, DEAD_LETTERS, EVENTS
from schemas.platform.clock import Clock, ScaledClock, to_datetime
from streams.case.io.stage import CaseStage
from streams.case.policy.book import Book
from streams.engine.types import Headers, Record, Stage
from tests.case.checker import problems
from tests.case.world import EVIDENCE, GOOD_TEXT, POLICY, hanoi, pid
from tests.case.world import World as Maker
from tests.simulation.scenario import Made, equal, folded, offsets_moved

SCALE = 3600.0
BEGAN_MS = 1_000_000
_SILENT_MS = int(30 * 1000 * SCALE)
_BOOK = Book.of(POLICY)


class _Maker(Maker):
    """Makes records as the case stage's tests do, and keeps the last one instead of having it handled."""

    made: tuple[str, bytes, bytes, Headers] = ("", b"", b"", ())

    def put(self, type_: EventType, id_: str, data: Model, event_id: str | None = None, appended: int | None = None) -> None:
        sent = envelope.Envelope(event_id or "", "test", type_.type, id_, to_datetime(self.now))
        self.made = (type_.topic.name, id_.encode(), data.model_dump_json().encode(), tuple(envelope.headers(sent)))


class Cases:
    """Implements `Scenario`."""

    topics = tuple(topic.name for topic in (CLASSIFIED, ACTIONS, EVENTS, CASE_CHANGELOG))
    clock: Clock = ScaledClock(SCALE, hanoi("2026-11-25 09:00"), BEGAN_MS)
    takes_strangers = False

    def __init__(self) -> None:
        self._known: set[bytes] = set()

    @property
    def stages(self) -> Sequence[Stage]:
        return (CaseStage(lambda: _BOOK, _SILENT_MS, self.clock.shown_at),)

    def topic(self, where: str) -> str:
        return {"first": CLASSIFIED, "acts": ACTIONS, "mid": CLASSIFIED, "log": CASE_CHANGELOG}[where].name

    def make(self, where: str, key: bytes, number: int, what: str, seconds: float, now_ms: int) -> Made:
        """The first time that there is something of a key it is a petition, then actions on that, which may come too early."""
        maker, petition, name = _Maker(now=self.clock.shown_at(now_ms)), int(key[1:]), f"event-{number}"
        if key not in self._known and where == "first":
            self._known.add(key)
            maker.submit(petition)
            maker.made = (*maker.made[:3], _with_id(maker.made[3], name))
        else:
            _act(maker, pid(petition), what, name)
        return Made(*maker.made, name.encode())

    def is_idle(self, partition: Any) -> bool:
        """Cases remind of themselves for ever; that nothing is due for long is enough."""
        return partition.next_due is None or partition.next_due > partition.context.clock.now_ms()

    def check(self, world: Any) -> None:
        for number in range(world.plan.partitions):
            offsets_moved(world, number)
            record = world.broker.logs[EVENTS.name, number].committed
            letters = world.broker.logs[DEAD_LETTERS.name, number].committed
            _once([put.name for put in world.puts if put.number == number], record, letters)
            folded(world, CASE_CHANGELOG.name, number)


def _act(maker: Maker, id_: str, what: str, name: str) -> None:
    if what == "plain":
        maker.act(id_, do.Accept, "so-xd", event_id=name)
    elif what == "due":
        maker.act(id_, do.Answer, "so-xd", event_id=name, result="done", text=GOOD_TEXT, evidence_urls=EVIDENCE)
    elif what == "stop":
        maker.act(id_, do.Withdraw, event_id=name)
    else:
        maker.act(id_, do.Transfer, "so-xd", event_id=name, to_office="ca-tp", reason="của công an")


def _with_id(headers: Headers, name: str) -> Headers:
    return tuple((at, name.encode() if at == "ce_id" else value) for at, value in headers)


def _once(names: Sequence[bytes], record: Sequence[Record], letters: Sequence[Record]) -> None:
    """Each event stands in the record once, and follows from those before it by the rules; each command led to something once."""
    ids = Counter(dict(one.headers)["ce_id"] for one in record)
    equal([id_ for id_, times in ids.items() if times > 1], [], "events that stand there twice")
    petitions: dict[bytes | None, list[CaseEvent]] = {}
    for one in record:
        petitions.setdefault(one.key, []).append(envelope.read(one.value, one.headers, EVENT_TYPES.values()).data)
    for key, events in petitions.items():
        equal(problems(events), [], f"petition {key!r}")
    led = Counter(event.cause.encode() for events in petitions.values() for event in events)
    dead = Counter(dict(one.headers)["ce_id"] for one in letters)
    equal({name for name in names if (name in led) == (name in dead)}, set(), "commands without effect, or with two")
    equal({name for name, times in dead.items() if times > 1}, set(), "dead letters that stand there twice")
