"""The stage's edge: what it reads, refuses and writes."""

import unicodedata
from dataclasses import replace as replace_policy
from typing import Any

import orjson
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from schemas.events import actions as do
from schemas.events import envelope
from schemas.events.actions import ACTION
from schemas.events.catalogue import ACTION_REQUESTED, TEXT_USED
from schemas.events.standing import State
from schemas.platform.clock import to_datetime
from schemas.reference.texts import LANGUAGES, codes, rule_text
from streams.case.decide.machine import REMEMBERED
from streams.case.decide.permits import PERMITS
from streams.case.decide.rules import Rule, Substance
from streams.case.io import stage
from streams.case.page import page
from streams.case.policy.book import Book
from streams.engine.types import Record
from tests.case.world import POLICY, World, pid


@pytest.fixture
def world() -> World:
    return World()


def test_language_and_owner_rule_go_on_the_record(world: World) -> None:
    """The case keeps the petition's language; the first assignment says by which rule, and a later one does not repeat it."""
    rule = {"vi": "Đường do thành phố quản lý", "en": "a street of the city"}
    id_ = world.submit(language="en", owner_rule=rule)
    (later,) = world.act(id_, do.Assign, "superior:vp-ubnd", to_office="ca-tp", reason="thuộc công an")
    first = world.events(id_)[0]

    assert (first.owner_rule.model_dump(), later.owner_rule) == (rule, None)
    assert [event.case.language for event in (first, later)] == ["en", "en"]


def record(world: World, value: bytes | None, key: bytes | None, **headers: bytes) -> Record:
    """An action's record with some of its parts replaced."""
    base = dict(envelope.headers(envelope.Envelope("e", "test", ACTION_REQUESTED.type, "", to_datetime(world.now))))
    return Record("petitions.actions", 0, 0, world.now, key, value, list({**base, **headers}.items()))


def action(id_: str, **fields: Any) -> bytes:
    return (
        ACTION.validate_python(
            {"petition_id": id_, "actor": {"role": "citizen"}, "requested_at": "2026-11-25T02:00:00Z", "action": "withdraw", **fields}
        )
        .model_dump_json()
        .encode()
    )


@pytest.mark.parametrize(
    ("key", "id_", "error"),
    [(None, pid(1), "WrongKey"), (pid(2).encode(), pid(1), "WrongKey"), (pid(3).encode(), pid(3), "UnknownPetition")],
)
def test_misplaced_and_unknown_are_rejected(world: World, key: bytes | None, id_: str, error: str) -> None:
    """A record under another key would stand in a foreign partition; an unknown petition has no case."""
    world.submit(1)
    world.handle(record(world, action(id_), key))

    assert [type(found).__name__ for found in world.rejected] == [error]


def test_a_notice_under_a_foreign_key_is_rejected(world: World) -> None:
    """An office's texts stand under that office's key; another office's memory is not touched."""
    notice = (
        b'{"office":"so-xd","fingerprint":"00000000000000ff","petition_id":"%s","counts_until":"2026-12-25T02:00:00Z"}' % pid(1).encode()
    )
    headers = {"ce_type": TEXT_USED.type.encode()}
    world.handle(record(world, notice, b"answers:so-yt", **headers))

    assert [type(found).__name__ for found in world.rejected] == ["WrongKey"]
    assert b"answers:so-xd" not in world.store

    world.handle(record(world, notice, b"answers:so-xd", **headers))
    assert b"answers:so-xd" in world.store


@pytest.mark.parametrize("value", [None, b"", b"{", b"\xff\xfe", b"[]", b"{}", b'{"action":"nothing"}'])
def test_garbage_is_rejected_and_changes_nothing(world: World, value: bytes | None) -> None:
    """Each with an error that names the trouble; the case stays as it was."""
    id_ = world.submit(1)
    before = dict(world.store)
    world.handle(record(world, value, id_.encode()))

    assert [type(found).__name__ for found in world.rejected] == ["BadEvent"]
    assert dict(world.store) == before


def test_the_same_petition_again_is_ignored_and_another_text_is_rejected(world: World) -> None:
    """A channel that repeats itself does no harm; one that reuses an id is told."""
    world.submit(1, text="Ổ gà")
    before = len(world.record)
    world.submit(1, text="Ổ gà")
    world.submit(1, text="Rác")

    assert len(world.record) == before
    assert [type(found).__name__ for found in world.rejected] == ["ConflictingResubmission"]


@pytest.mark.parametrize(
    ("first", "again", "rejected"),
    [
        ({"text": "Ổ gà"}, {"text": unicodedata.normalize("NFD", "Ổ gà")}, []),
        ({"digest": "a" * 32}, {"digest": "a" * 32}, []),
        ({"digest": "a" * 32}, {"digest": "b" * 32}, ["ConflictingResubmission"]),
        ({"digest": "a" * 32}, {}, []),
        ({}, {"digest": "a" * 32}, []),
        ({"digest": "a" * 32}, {"digest": "a" * 32, "text": "Rác"}, ["ConflictingResubmission"]),
    ],
    ids=["Unicode forms", "the same", "another place or picture", "no digest now", "none then", "another text"],
)
def test_what_is_the_same_petition_again(world: World, first: dict[str, str], again: dict[str, str], rejected: list[str]) -> None:
    """By the text, and by the producer's digest of everything else where both have one."""
    world.submit(1, **first)
    world.submit(1, **again)

    assert [type(found).__name__ for found in world.rejected] == rejected


@pytest.mark.parametrize("field", ["text", "address"])
def test_a_null_character_is_rejected(world: World, field: str) -> None:
    """PostgreSQL cannot hold it: it would break whoever shows the case."""
    good = classified(world)
    value = orjson.loads(good.value or b"")
    value["petition"] |= {"text": "a\0b"} if field == "text" else {"location": {"address": "a\0b"}, "text": "   "}
    world.handle(replace(good, value=orjson.dumps(value)))

    assert [type(found).__name__ for found in world.rejected] == ["BadEvent"]
    assert "U+0000" in str(world.rejected[0])


def test_an_action_is_done_once_however_often_it_comes(world: World) -> None:
    """Also when other actions came in between, up to the number that a case remembers."""
    id_ = world.submit(1)
    world.act(id_, do.AddInformation, text="một", event_id="same")
    for number in range(REMEMBERED - 1):
        world.act(id_, do.AddInformation, text=f"{number}")
    before = len(world.record)
    world.act(id_, do.AddInformation, text="một", event_id="same")

    assert len(world.record) == before
    assert len(world.case(id_).handled) == REMEMBERED


def test_records_of_one_step_see_each_other(world: World) -> None:
    """Registration and the first actions may come in one batch."""
    other = World()
    id_ = other.submit(1)
    other.act(id_, do.Accept, "so-xd")
    records = [payload for _, kind, payload in other.journal if kind == "decide"]
    effects = world.stage.decide(records, _Nothing(), world.now)

    assert [output.value for output in effects.outputs] == [output.value for output in other.raw]


class _Nothing:
    def get(self, _key: bytes) -> bytes | None:
        return None


def test_event_ids_follow_from_their_causes(world: World) -> None:
    """All different within a record, the same when decided again."""
    again = World()
    for each in (world, again):
        each.submit(1)
        each.submit(2)
        each.pass_until("2026-12-10 09:00")
    ids = [dict(output.headers)["ce_id"] for output in world.raw]

    assert len(ids) == len(set(ids))
    assert ids == [dict(output.headers)["ce_id"] for output in again.raw]


def test_a_registration_that_came_late_puts_the_delay_on_the_record(world: World) -> None:
    """The citizen's clock began at submission; the office did not see the petition before."""
    id_ = world.submit(1, submitted=to_datetime(world.now - 45 * 60_000))

    assert world.whats(id_) == ["assigned", "outage-recorded"]
    assert world.view(id_).clocks[0].started_at == to_datetime(world.now - 45 * 60_000)


def test_an_old_petition_starts_now(world: World) -> None:
    """Imports from a year ago are not overdue at once, but keep the day on which they came."""
    id_ = world.submit(1, submitted=to_datetime(world.now - 400 * 86_400_000))

    assert world.view(id_).clocks[0].started_at == to_datetime(world.now)
    assert world.view(id_).received_at == to_datetime(world.now - 400 * 86_400_000)


def test_a_version_whose_file_is_gone_is_told_once(world: World) -> None:
    """The current one holds for its cases, and nobody has to find out by himself that they began under another."""
    stage._tell_missing.cache_clear()  # another test of this process may have heard it
    ids = [world.submit(number) for number in (1, 2)]
    world.books = lambda: Book.of(replace_policy(POLICY, version="2031.1"))
    with capture_logs() as told:
        for id_ in ids:
            world.act(id_, do.Accept, "so-xd")

    assert [world.view(id_).state for id_ in ids] == [State.ACCEPTED] * 2
    assert [(line["event"], line["version"]) for line in told] == [("policy-missing", POLICY.version)]


def test_every_action_has_a_permit() -> None:
    """A new action that nobody handles would end in the dead letters."""
    known = {member.model_fields["action"].default for member in do.Action.__args__}  # type: ignore[attr-defined]

    assert known == set(PERMITS)


def test_every_rule_has_its_words() -> None:
    """In Vietnamese and in English, and no words stand there for a rule that is gone."""
    rules = {rule.value for rule in (*Rule, *Substance)}

    assert codes("rule") == rules
    assert all(rule_text(rule, lang) != rule for rule in rules for lang in LANGUAGES)


def test_the_page_is_up_to_date() -> None:
    """docs/case.md is what `petitions policy page` prints."""
    from pathlib import Path

    assert (Path(__file__).parents[2] / "docs" / "case.md").read_text(encoding="utf-8") == page()


def classified(world: World, **headers: bytes) -> Record:
    """A good record of `petitions.classified`, as its stage writes it."""
    world.submit(1)
    good = world.journal[-1][2]
    assert isinstance(good, Record)
    world.store.clear()
    world.record.clear()
    return replace(good, headers=list({**dict(good.headers), **headers}.items()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"petition_id":"0', b'"petition_id":"g'),
        (b'"category":"road-damage","conf', b'"category":"potholes","conf'),
        (b'"office":"so-xd"', b'"office":"so-la"'),
        (b'"level":"ordinary"', b'"level":"whenever"'),
        (b'"ward_code":"00070"', b'"ward_code":"99999"'),
        (b'"triage":false', b'"triage":"perhaps"'),
        (b"T02:00:00Z", b"T02:00:00"),
        (b'"classification"', b'"clasification"'),
        (b"}", b""),
    ],
)
def test_a_classified_petition_that_does_not_fit_is_rejected(world: World, old: bytes, new: bytes) -> None:
    """The quick way of reading lets nothing in that the full way would refuse among what the stage uses."""
    good = classified(world)
    assert good.value is not None
    assert old in good.value
    world.handle(replace(good, value=good.value.replace(old, new)))

    assert [isinstance(error, envelope.BadEvent) for error in world.rejected] == [True]
    assert world.record == []


@pytest.mark.parametrize("field", ["ce_id", "ce_type", "ce_source", "ce_specversion"])
def test_a_classified_petition_without_its_envelope_is_rejected(world: World, field: str) -> None:
    """Quick or in full, an event has an envelope."""
    world.handle(classified(world, **{field: b""}))

    assert [type(error).__name__ for error in world.rejected] == ["BadEvent"]


def test_a_newer_classifier_may_say_more(world: World) -> None:
    """Unknown fields of a newer writer are no reason to refuse a petition."""
    good = classified(world)
    assert good.value is not None
    wider = good.value.replace(b'"triage":false', b'"triage":false,"mood":"calm"')
    world._take(world.stage.decide([replace(good, value=wider)], _Nothing(), world.now), strict=False)

    assert world.rejected == []
    assert [event.what for event in world.record] == ["assigned"]


def test_structured_events_are_read_too(world: World) -> None:
    """Another writer may put the whole CloudEvent into the value."""
    good = classified(world)
    assert good.value is not None
    names = {"ce_id": "id", "ce_source": "source", "ce_type": "type", "ce_time": "time", "ce_specversion": "specversion"}
    whole = {names[name]: value.decode() for name, value in good.headers if name in names}
    value = orjson.dumps({**whole, "data": orjson.loads(good.value)})
    world.handle(replace(good, value=value, headers=[("content-type", b"application/cloudevents+json")]))

    assert [event.what for event in world.record] == ["assigned"]
    assert world.events(pid(1))[0].petition.text == "Ổ gà sâu trước số nhà 12 phố Huế"
