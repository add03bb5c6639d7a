"""A small world for tests: the real case stage over a dict, a clock that is set by hand, and a mailbox between petitions.

Every record that the stage writes is read back through the catalogue, unknown fields forbidden: each test checks the contract.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from schemas.events import envelope
from schemas.events.actions import Action
from schemas.events.base import Model, Role
from schemas.events.catalogue import ACTION_REQUESTED, CLASSIFIED_TYPE, EVENT_TYPES, EventType, type_name
from schemas.events.intake import PetitionClassified
from schemas.events.standing import CaseEvent, CaseView
from schemas.events.topics import EVENTS
from schemas.events.wire import WholeEvent, whole_of
from schemas.platform.clock import HANOI, to_datetime, to_ms
from streams.case.decide.presence import PRESENCE_KEY, Presence
from streams.case.decide.state import Case, decode, is_case
from streams.case.io.stage import CaseStage
from streams.case.policy.book import Book
from streams.case.policy.compiled import Policy
from streams.case.policy.load import DEFAULT_FILE, load
from streams.engine.types import Effects, Entry, Output, Record

POLICY = load(DEFAULT_FILE).policy
ROLES = frozenset(Role)
EVIDENCE = ("https://files.hanoi.example/after.jpg",)
GOOD_TEXT = "Đã vá ổ gà trước số nhà 12 phố Huế sáng 25 tháng 11."


def hanoi(text: str) -> int:
    """`2026-11-25 09:00` in Hanoi as milliseconds UTC."""
    return to_ms(datetime.fromisoformat(text).replace(tzinfo=HANOI))


def local(ms: int | datetime | None) -> str | None:
    """An instant as Hanoi's wall clock shows it."""
    if ms is None:
        return None
    moment = ms if isinstance(ms, datetime) else to_datetime(ms)
    return f"{moment.astimezone(HANOI):%Y-%m-%d %H:%M}"


def whole(event: CaseEvent) -> WholeEvent:
    """The event as it is read from the record."""
    return whole_of(type_name(event.what), event.model_dump_json().encode())


def pid(number: int) -> str:
    return f"{number:026x}"


def shorter_limits(version: str) -> Policy:
    """The shipped policy with one working day for every answer, as another version."""
    limits = {key: replace(limit, answer_ms=POLICY.levels[key[1]].calendar.day_ms) for key, limit in POLICY.limits.items()}
    return replace(POLICY, version=version, limits=limits)


class Store(dict[bytes, Entry]):
    """What the engine keeps between steps."""

    def value(self, key: bytes) -> bytes | None:
        entry = self.get(key)
        return entry.value if entry else None


@dataclass
class Entries:
    store: Store

    def get(self, key: bytes) -> bytes | None:
        return self.store.value(key)


@dataclass
class World:
    """`alarming`: which of a citizen's words tell of danger."""

    now: int = hanoi("2026-11-25 09:00")
    books: Callable[[], Book] = lambda: Book.of(POLICY)
    store: Store = field(default_factory=Store)
    record: list[CaseEvent] = field(default_factory=list)
    raw: list[Output] = field(default_factory=list)
    journal: list[tuple[int, str, Any]] = field(default_factory=list)
    rejected: list[Exception] = field(default_factory=list)
    ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    alarming: Callable[[str], bool] = lambda _text: False

    @property
    def stage(self) -> CaseStage:
        return CaseStage(self.books, alarming=self.alarming)

    def submit(self, number: int = 1, text: str = "Ổ gà sâu trước số nhà 12 phố Huế", **changes: Any) -> str:
        """Put a classified petition in; gives its id."""
        id_ = pid(number)
        place = {"ward_code": changes.pop("ward", "00070")}
        submitted = changes.pop("submitted", to_datetime(self.now))
        petition = {
            "petition_id": id_,
            "channel": changes.pop("channel", "ihanoi"),
            "text": text,
            "submitted_at": submitted,
            "content_digest": changes.pop("digest", None),
            "category": changes.pop("chosen", None),
        }
        classification = {
            "category": "road-damage",
            "confidence": 0.9,
            "level": "ordinary",
            "office": "so-xd",
            "triage": False,
            "place": place,
            "model_version": "test",
            **changes,
        }
        data = PetitionClassified.model_validate({"petition": petition, "classification": classification})
        self.put(CLASSIFIED_TYPE, id_, data)
        return id_

    def act(
        self,
        id_: str,
        kind: type[Action],
        who: str = "citizen",
        /,
        *,
        event_id: str | None = None,
        appended: int | None = None,
        **fields: Any,
    ) -> list[CaseEvent]:
        """`who`: an office (on its own case), `superior:CODE` (`superior:CODE:PERSON`), or a role.
        `appended`: when the broker took it in, if not just now.

        Gives the new events on this petition.
        """
        role, _, at = who.partition(":")
        office, _, person = at.partition(":")
        actor = {"role": role, "office": office or None, "id": person or None} if role in ROLES else {"role": "office", "office": who}
        sent = fields.pop("requested_at", to_datetime(self.now))
        action = kind.model_validate({"petition_id": id_, "actor": actor, "requested_at": sent, **fields})
        before = len(self.record)
        self.put(ACTION_REQUESTED, id_, action, event_id, appended)
        return [event for event in self.record[before:] if event.petition_id == id_]

    def put(self, type_: EventType, id_: str, data: Model, event_id: str | None = None, appended: int | None = None) -> None:
        sent = envelope.Envelope(event_id or f"event-{next(self.ids)}", "test", type_.type, id_, to_datetime(self.now))
        at = self.now if appended is None else appended
        self.handle(Record(type_.topic.name, 0, 0, at, id_.encode(), data.model_dump_json().encode(), envelope.headers(sent)))

    def handle(self, record: Record) -> None:
        self.journal.append((self.now, "decide", record))
        self._deliver(self._decide(record))

    def fire(self, key: bytes) -> None:
        self.journal.append((self.now, "fire", key))
        self._deliver(self._fire(key))

    def replay(self, kind: str, payload: Any) -> None:
        """Do again what the journal of another world has; mail between petitions stands there too."""
        {"decide": self._decide, "fire": self._fire, "ran": self._run}[kind](payload)

    def _decide(self, record: Record) -> list[Record]:
        return self._take(self.stage.decide([record], Entries(self.store), self.now))

    def _fire(self, key: bytes) -> list[Record]:
        return self._take(self.stage.fire([key], Entries(self.store), self.now))

    def _deliver(self, mail: list[Record]) -> None:
        for record in mail:
            self.handle(record)

    def pass_until(self, until: int | str, late_ms: int = 0) -> None:
        """Let time pass: timers fire in order of their due instants, each `late_ms` late. What was due before `now` is late already:
        whoever sets `now` by hand says that the stage was away meanwhile."""
        end = hanoi(until) if isinstance(until, str) else until
        while (due := self.next_due()) is not None and due[0] <= end:
            self.run_until(due[0] - bool(late_ms))
            self.now = max(self.now, due[0] + late_ms)
            self.fire(due[1])
        self.run_until(end)
        self.now = max(self.now, end)

    def run_until(self, instant: int) -> None:
        """The stage is there without a break from `now` on, as its own timer would put into the store again and again."""
        if instant >= self.now:
            self.journal.append((instant, "ran", instant))
            self._run(instant)

    def _run(self, instant: int) -> None:
        if (entry := self.store.get(PRESENCE_KEY)) is not None:
            self.store[PRESENCE_KEY] = Entry(Presence.decode(entry.value).renewed(instant).encode(), None)

    def next_due(self) -> tuple[int, bytes] | None:
        """The earliest timer of a petition."""
        due = ((entry.due_ms, key) for key, entry in self.store.items() if entry.due_ms is not None and is_case(key))
        return min(due, default=None)

    def _take(self, effects: Effects, *, strict: bool = True) -> list[Record]:
        self.store.update(effects.puts)
        self.rejected += [error for _, error in effects.rejected]
        mail = []
        for output in effects.outputs:
            event = read_back(output, strict=strict)
            if output.topic == EVENTS.name:
                self.raw.append(output)
                self.record.append(event.data)
            else:
                mail.append(Record(output.topic, 0, 0, self.now, output.key, output.value, output.headers))
        return mail

    def case(self, id_: str) -> Case:
        stored = self.store.value(id_.encode())
        assert stored is not None
        return decode(stored)

    def view(self, id_: str) -> CaseView:
        return self.events(id_)[-1].case

    def events(self, id_: str) -> list[CaseEvent]:
        return [event for event in self.record if event.petition_id == id_]

    def whats(self, id_: str) -> list[str]:
        return [event.what for event in self.events(id_)]


def read_back(output: Output, *, strict: bool = True) -> "envelope.Event[Any]":
    """Read a written record through the catalogue; fields that the models do not know are an error."""
    event = envelope.read(output.value, output.headers, EVENT_TYPES.values())
    import orjson

    unknown = _unknown(orjson.loads(output.value or b""), event.data)
    assert not (strict and unknown), f"{event.envelope.type} has fields that its model lacks: {unknown}"
    return event


def _unknown(raw: dict[str, Any], model: Any) -> list[str]:
    if not isinstance(model, Model):
        return []
    known = type(model).model_fields
    inside = {name: value for name, value in raw.items() if isinstance(value, dict) and name in known}
    deeper = [f"{name}.{inner}" for name, value in inside.items() for inner in _unknown(value, getattr(model, name))]
    return [name for name in raw if name not in known] + deeper
