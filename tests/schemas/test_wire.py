"""What is read at stream speed is what the models say: a field that is renamed, removed, added or typed anew there is noticed here."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from msgspec import Raw, inspect
from pydantic import BaseModel, TypeAdapter

from schemas.events import base, case, intake, standing, wire
from schemas.events.case import CASE_EVENTS
from schemas.events.wire import CaseEvent, NotAnEvent, WholeEvent
from tests.case.world import World, whole
from tests.consumers.events import Life, Sent, answered, transferred

Fields = dict[str, frozenset[str]]
HEADERS = frozenset({"id", "what"})
"""Fields of the struct that stand in the record's headers."""
BETWEEN_OFFICES = frozenset({"from_office", "to_office"})


def kinds(schema: dict[str, Any], defs: dict[str, Any]) -> frozenset[str]:
    """JSON types that a value may have; numbers are one."""
    if "$ref" in schema:
        return kinds(defs[schema["$ref"].rpartition("/")[2]], defs)
    if "anyOf" in schema:
        return frozenset[str]().union(*(kinds(one, defs) for one in schema["anyOf"]))
    if "type" not in schema:
        return frozenset({"anything"}) if "enum" not in schema and "const" not in schema else frozenset({"string"})
    return frozenset({"number" if schema["type"] == "integer" else schema["type"]})


def of_struct(kind: Any) -> tuple[Fields, frozenset[str]]:
    """Fields with their JSON types, and those that must be there."""
    fields = inspect.type_info(kind).fields  # type: ignore[attr-defined]  # of a struct
    return {field.name: read_kinds(field.type) for field in fields}, frozenset(field.name for field in fields if field.required)


READ: dict[type, str] = {
    inspect.StrType: "string",
    inspect.IntType: "number",
    inspect.FloatType: "number",
    inspect.BoolType: "boolean",
    inspect.NoneType: "null",
    inspect.VarTupleType: "array",
    inspect.StructType: "object",
    inspect.DictType: "object",
    inspect.RawType: "anything",
}


def read_kinds(found: inspect.Type) -> frozenset[str]:
    return frozenset(map(READ.__getitem__, map(type, found.types if isinstance(found, inspect.UnionType) else (found,))))


def of_model(model: type[BaseModel]) -> tuple[Fields, frozenset[str]]:
    schema = TypeAdapter(model).json_schema()
    return {name: kinds(one, schema.get("$defs", {})) for name, one in schema["properties"].items()}, frozenset(schema.get("required", ()))


@pytest.mark.parametrize(
    ("struct", "model"),
    [(wire.Actor, base.Actor), (wire.ClockView, standing.ClockView), (wire.CaseView, standing.CaseView)],
    ids=["actor", "clock", "view"],
)
def test_actor_clock_and_view_are_those_of_the_models(struct: Any, model: type[BaseModel]) -> None:
    """Every field, of the same JSON type, required in both or in neither."""
    assert of_model(model) == of_struct(struct)


def test_the_event_has_what_all_events_have() -> None:
    """The fields that every event of the record has, and the petition of a first one; apart from them the two offices alone."""
    common, required = of_model(standing.CaseEvent)
    first, _ = of_model(case.Received)
    fields, needed = of_struct(CaseEvent[wire.CaseView])

    assert fields.keys() == common.keys() | first.keys() | HEADERS | BETWEEN_OFFICES
    assert needed == required
    for name in common.keys() - {"clocks_before"}:  # JSON as it came
        assert fields[name] == common[name], name


def test_fields_of_single_events_are_those_of_some_event() -> None:
    """Whatever is read by name stands in a model of the catalogue, and takes every JSON type that it has in any of them."""
    models = [of_model(model)[0] for model in CASE_EVENTS]
    fields, _ = of_struct(WholeEvent)

    for name in fields.keys() - HEADERS - {"clocks_before", "petition", "classification"}:
        found = frozenset[str]().union(*(model[name] for model in models if name in model))
        assert found, f"no event has {name}"
        assert found <= fields[name], name


@pytest.mark.parametrize(
    ("struct", "model"),
    [
        (wire.Petition, intake.PetitionSubmitted),
        (wire.Location, intake.Location),
        (wire.Classification, intake.Classification),
        (wire.Place, intake.Place),
    ],
    ids=["petition", "location", "classification", "place"],
)
def test_what_is_read_of_a_first_event_is_in_its_models(struct: Any, model: type[BaseModel]) -> None:
    """A part of the fields, of the same JSON types; what must be there must be there in the model."""
    fields, needed = of_struct(struct)
    there, required = of_model(model)

    assert fields == {name: there[name] for name in fields}
    assert needed <= required


def test_every_event_of_a_life_is_read_as_it_was_written() -> None:
    """What the case stage writes, from submission to closing: each field that is read has the model's value."""
    world = World()
    world.submit()
    world.pass_until("2026-12-15 09:00")
    for event in world.record:
        found, written = whole(event), event.model_dump(mode="json")
        read = {field.name: getattr(found, field.name) for field in msgspec.structs.fields(found) if field.type is not Raw}
        common = read.keys() & written

        assert json.loads(msgspec.json.encode({name: read[name] for name in common})) == {name: written[name] for name in common}
    assert {"assigned", "warned", "breached", "escalated"} <= {event.what for event in world.record}


def test_raw_parts_stay_as_they_came() -> None:
    """The view and the petition are the bytes of the record until they are read."""
    sent = Life().begins()
    found = wire.event(Rec(sent.key, sent.value, sent.headers))

    assert bytes(found.case) in sent.value
    assert wire.view(found.case).office == "so-xd"
    petition, classification = wire.petition(found.petition), wire.classification(found.classification)
    assert petition is not None
    assert classification is not None
    assert (petition.channel, classification.category, found.what) == ("ihanoi", "drainage", "assigned")
    assert wire.petition(Raw(b"null")) is None


class Rec:
    """A record as any reader has it."""

    def __init__(self, key: bytes, value: bytes | None, headers: list[tuple[str, bytes]]) -> None:
        self.key, self.value, self._headers = key, value, dict(headers)

    def header(self, name: str) -> bytes | None:
        return self._headers.get(name)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda sent: Rec(b"other", sent.value, sent.headers), "key: not the event's petition id"),
        (lambda sent: Rec(sent.key, None, sent.headers), "value: "),
        (lambda sent: Rec(sent.key, sent.value.replace(b'"seq":2', b'"seq":"x"'), sent.headers), "value: "),
        (lambda sent: Rec(sent.key, sent.value, sent.headers[3:]), "ce_id, ce_type: missing"),
        (lambda sent: Rec(sent.key, sent.value, [*sent.headers, ("ce_type", b"com.example.else")]), "type: not an event"),
    ],
    ids=["foreign key", "no value", "wrong type", "no headers", "foreign type"],
)
def test_what_is_no_event_is_told(spoil: Callable[[Sent], Rec], message: str) -> None:
    """Both readers refuse it, with the reason and without its content."""
    life = Life()
    life.begins()
    record = spoil(transferred(life, "so-yt"))
    for read in (wire.event, wire.whole):
        with pytest.raises(NotAnEvent, match=message):
            read(record)


def test_offices_get_no_personal_data() -> None:
    """The sealed contact and the id in the channel are cut out of a first event; later events stay the same bytes."""
    life = Life()
    first, later = life.begins(), answered(life)
    cut = wire.without_personal_data(first.value, wire.event(Rec(first.key, first.value, first.headers)))

    assert b"contact_sealed" not in cut
    assert b"outside-1" not in cut
    assert wire.petition(wire.event(Rec(first.key, cut, first.headers)).petition) is not None
    assert wire.without_personal_data(later.value, wire.event(Rec(later.key, later.value, later.headers))) is later.value


@pytest.mark.parametrize("text", ["2025-99-99T00:00:00Z", "yesterday", "", "2025-12-01T00:00:00"])
def test_an_instant_that_is_none_is_no_event(text: str) -> None:
    """Instants are read where they are needed; a reader puts the record aside as it does any other that cannot be used."""
    with pytest.raises(NotAnEvent, match="an instant"):
        wire.ms(text)
