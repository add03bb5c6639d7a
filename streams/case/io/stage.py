"""The case stage: what the engine runs. Records and due timers become decisions, decisions become records and entries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from msgspec.structs import replace

from schemas.events.actions import Answer
from schemas.events.chain import BEGIN
from schemas.events.envelope import BadEvent
from schemas.events.topics import ACTIONS, CASE_CHANGELOG, CLASSIFIED, EVENTS, Topic
from schemas.platform.logs import log
from schemas.platform.metrics import CASE_EVENTS_TOTAL
from streams.case.decide.handlers.registration import ConflictingResubmission, Register
from streams.case.decide.machine import Command, UnknownPetition, decide, fire
from streams.case.decide.presence import PRESENCE_KEY, Presence, every, tolerance_of
from streams.case.decide.state import decode, encode, next_due
from streams.case.decide.turn import CaseChange, Decision, Setting, UsedText
from streams.case.decide.used_texts import UsedTexts, texts_key
from streams.case.io.intake import Incoming, command_of
from streams.case.io.render import Seal, copy_output, event_outputs, message_output
from streams.case.policy.book import Book
from streams.engine.types import Effects, Entries, Entry, Record

CHAIN_KEY = b"chain"
"""No petition's id: where a partition's chain (`schemas.events.chain`) has come to stands beside its cases."""


class CaseStage:
    """Implements `streams.engine.types.Stage`.

    `policies` gives the versions in force; it is asked once a step, which is where a changed policy file is taken up.
    `tolerance_ms`: how long the stage may be silent before this counts as an outage, if more than the policy says (scaled clocks).
    `shown_at`: what the stage's clock showed when the broker's clock showed this (ms UTC both).
    `alarming`: whether a citizen's words tell of danger. `seal`: keeps people's words readable only
    as long as their petition's key is there.
    """

    name = "case"
    inputs: tuple[Topic, ...] = (CLASSIFIED, ACTIONS)
    outputs: tuple[Topic, ...] = (EVENTS, ACTIONS)
    changelog: Topic | None = CASE_CHANGELOG

    def __init__(
        self,
        policies: Callable[[], Book],
        tolerance_ms: int = 0,
        shown_at: Callable[[int], int] = lambda wall: wall,
        alarming: Callable[[str], bool] = lambda _text: False,
        seal: Seal = lambda _path, event: event,
    ) -> None:
        self._policies = policies
        self._tolerance_ms = tolerance_ms
        self._shown_at = shown_at
        self._alarming = alarming
        self._seal = seal

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:
        step = _Step(entries, now_ms, self._policies(), self._tolerance_ms, self._seal)
        for record in records:
            try:
                incoming = command_of(record, self._appended(record, now_ms), self._alarming)
            except BadEvent as error:
                step.effects.rejected.append((record, error))
            else:
                step.handle(record, incoming)
        return step.finished()

    def _appended(self, record: Record, now_ms: int) -> int:
        """When the broker took the record in, on the stage's clock; now, where it does not say."""
        return min(self._shown_at(record.timestamp_ms), now_ms) if record.timestamp_ms > 0 else now_ms

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        step = _Step(entries, now_ms, self._policies(), self._tolerance_ms, self._seal)
        for key in due:
            step.fire(key)
        return step.finished()


class _Step:
    """One step's effects as they grow; what a step has put it sees again. `tolerance_ms`, `seal`: as in `CaseStage`."""

    def __init__(self, entries: Entries, now: int, book: Book, tolerance_ms: int, seal: Seal) -> None:
        self.effects = Effects()
        self._entries = entries
        self._now = now
        self._seal = seal
        self._tolerance = tolerance_of(book, tolerance_ms)
        self._presence = self._note_presence()
        self._happened: list[CaseChange] = []
        self._setting = Setting(book, tolerance_ms, self._presence.away)

    def _note_presence(self) -> Presence:
        """Put on record that the stage runs: at its first step of a partition, and after an absence."""
        stored = self._entries.get(PRESENCE_KEY)
        known = Presence.decode(stored) if stored is not None else None
        found = known.at(self._now, self._tolerance) if known is not None else Presence(self._now)
        if found is not known:
            self._keep_presence(found)
        return found

    def _keep_presence(self, presence: Presence) -> None:
        self.effects.puts[PRESENCE_KEY] = Entry(presence.encode(), self._now + every(self._tolerance))

    def handle(self, record: Record, incoming: Incoming) -> None:
        if isinstance(incoming.command, UsedText):
            self._remember(incoming.command)
            return
        try:
            decision = self._decide(incoming.key, incoming.command, incoming.cause)
        except (UnknownPetition, ConflictingResubmission) as error:
            self.effects.rejected.append((record, error))
        else:
            self._apply(incoming.key, decision, incoming.cause)

    def fire(self, key: bytes) -> None:
        if key == PRESENCE_KEY:
            self._keep_presence(self._presence.renewed(self._now))
            return
        stored = self._get(key)
        if stored is None:
            return
        self._apply(key, fire(decode(stored), self._now, self._setting), "timer")

    def _decide(self, key: bytes, command: Register | Command, cause: str) -> Decision:
        stored = self._get(key)
        case = decode(stored) if stored is not None else None
        if isinstance(command, Command) and isinstance(command.action, Answer) and case is not None and case.office is not None:
            known = UsedTexts.decode(self._get(texts_key(case.office)))
            copies = known.others(command.mark, case.id, self._now)
            command = replace(command, copies=copies)
        return decide(case, command, cause, self._now, self._setting)

    def _apply(self, key: bytes, decision: Decision, cause: str) -> None:
        case, outputs = decision.case, self.effects.outputs
        self._happened += decision.events
        for index, message in enumerate(decision.messages):
            outputs.append(message_output(message, index, key.decode(), f"{cause}:{case.seq if case else 0}", self._now))
        if case is None or decision.ignored:
            return
        if case.policy not in self._setting.book.versions:
            _tell_missing(case.policy)
        self.effects.puts[key] = Entry(encode(case), next_due(case))
        if decision.copy is not None:
            self._remember(decision.copy)
            outputs.append(copy_output(decision.copy, cause, self._now))

    def finished(self) -> Effects:
        """Its effects, with all that happened on the record, one event behind the other in its chain."""
        if self._happened:
            events, chain = event_outputs(self._happened, self._entries.get(CHAIN_KEY) or BEGIN, self._seal)
            self.effects.outputs[:0] = events
            self.effects.puts[CHAIN_KEY] = Entry(chain)
        for happened in self._happened:
            self.effects.counted[CASE_EVENTS_TOTAL, happened.what] += 1
        return self.effects

    def _remember(self, copy: UsedText) -> None:
        memory = texts_key(copy.office)
        known = UsedTexts.decode(self._get(memory)).with_copy(copy, self._now)
        self.effects.puts[memory] = Entry(known.encode())

    def _get(self, key: bytes) -> bytes | None:
        put = self.effects.puts.get(key)
        return put.value if put is not None else self._entries.get(key)


@cache
def _tell_missing(version: str) -> None:
    """Once a process. The current version holds meanwhile; bringing the file back puts its cases under their own rules again."""
    log.error("policy-missing", version=version)
