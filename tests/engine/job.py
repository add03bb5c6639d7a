"""The job that engines are compared on: parse JSON, look up the key's state, write it, emit one event."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import msgspec

from schemas.events.topics import Topic
from schemas.platform import logs
from streams.engine.app import StageApp
from streams.engine.chain import Chained
from streams.engine.inbox import Fetched
from streams.engine.types import Effects, Entries, Entry, Output, Record, Stage
from streams.settings import StreamSettings
from streams.worker import run_stage

PREFIX = os.environ.get("JOB_PREFIX", "job")
IN = Topic(f"{PREFIX}.in", "input")
OUT = Topic(f"{PREFIX}.out", "output")
MID = Topic(f"{PREFIX}.mid", "between the stages of a chain")
CHANGELOG = Topic(f"{PREFIX}.changelog", "state", compacted=True)


class Petition(msgspec.Struct, gc=False):
    """What the job reads of a record, as its Java counterpart does; the rest of the JSON is passed over."""

    id: int | str
    text: str = ""
    fail: str | None = None
    due_ms: int | None = None


class State(msgspec.Struct, gc=False):
    count: int = 0
    text: str = ""


class Event(msgspec.Struct, gc=False):
    id: int | str
    count: int
    offset: int


_petition, _state, _json = msgspec.json.Decoder(Petition), msgspec.json.Decoder(State), msgspec.json.Encoder()


class JobStage:
    """Counts a key's events. A value with `fail` raises; one with `due_ms` sets a timer, whose firing emits `"fired": true`."""

    name = PREFIX
    inputs: tuple[Topic, ...] = (IN,)
    outputs: tuple[Topic, ...] = (OUT,)
    changelog: Topic | None = CHANGELOG

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        effects = Effects()
        for record in records:
            petition = _petition.decode(record.value or b"")
            if petition.fail is not None:
                raise ValueError(petition.fail)
            key = record.key or b""
            put = effects.puts.get(key)
            raw = put.value if put else entries.get(key)
            state = _state.decode(raw) if raw else State()
            state.count += 1
            state.text = petition.text[:200]
            effects.puts[key] = Entry(_json.encode(state), petition.due_ms)
            event = Event(petition.id, state.count, record.offset)
            effects.outputs.append(Output(OUT.name, key, _json.encode(event), ()))
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        effects = Effects()
        for key in due:
            effects.puts[key] = Entry(entries.get(key) or b"{}")
            effects.outputs.append(Output(OUT.name, key, _json.encode({"fired": True, "at": now_ms}), ()))
        return effects


class PassStage:
    """The first stage of a chain: hands each record on; a value with `refuse` is rejected."""

    name = f"{PREFIX}-pass"
    inputs: tuple[Topic, ...] = (IN,)
    outputs: tuple[Topic, ...] = (MID,)
    changelog: Topic | None = None

    def decide(self, records: Sequence[Record], entries: Entries, now_ms: int) -> Effects:  # noqa: ARG002
        effects = Effects()
        for record in records:
            if b"refuse" in (record.value or b""):
                effects.rejected.append((record, ValueError("refused")))
            else:
                effects.outputs.append(Output(MID.name, record.key, record.value, ()))
        return effects

    def fire(self, due: Sequence[bytes], entries: Entries, now_ms: int) -> Effects:
        raise NotImplementedError


class LinkedStage(JobStage):
    """The job as the second stage of a chain."""

    inputs: tuple[Topic, ...] = (MID,)


STAGES: dict[str, Callable[[], Stage]] = {
    "alone": JobStage,
    "first": PassStage,
    "second": LinkedStage,
    "chained": lambda: Chained(PassStage(), LinkedStage()),
}


class LosingApp(StageApp):
    """Throws every second fetch away, as Faust does in a rebalance."""

    _fetches = 0

    def _put(self, fetched: Fetched) -> None:
        self._fetches += 1
        if self._fetches % 2 == 0:
            super()._put(fetched)


if __name__ == "__main__":
    settings = StreamSettings()
    logs.configure(PREFIX, settings.log_level)
    app = LosingApp if "LOSE_FETCHES" in os.environ else StageApp
    run_stage(STAGES[os.environ.get("JOB_STAGE", "alone")](), settings, app, beside=[PassStage.name, JobStage.name])
