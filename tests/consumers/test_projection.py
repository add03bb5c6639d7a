"""From events to rows of the read model."""

from __future__ import annotations

import json

from consumers.kafka.records import Record
from consumers.read_model.projection import project
from consumers.read_model.tables import _PETITION_COLUMNS, _TIMELINE_COLUMNS
from consumers.read_model.words import Index
from schemas.events.base import Level
from schemas.events.case import Accepted, Breached
from schemas.events.standing import State
from schemas.platform.keyring import path_of
from tests.consumers.events import Life, Sent, answered


def record(sent: Sent, offset: int = 0) -> Record:
    return Record(offset, 1, sent.key, sent.value, sent.headers)


def petition_row(*sent: Sent) -> dict[str, str]:
    (row,) = project([record(one, offset) for offset, one in enumerate(sent)]).petitions
    return dict(zip((name for name, _ in _PETITION_COLUMNS), row, strict=True))


def timeline_rows(*sent: Sent) -> list[dict[str, str]]:
    names = [name for name, _ in _TIMELINE_COLUMNS]
    return [dict(zip(names, row, strict=True)) for row in project([record(one) for one in sent]).timeline]


def test_the_newest_view_of_a_petition_wins() -> None:
    """Of several events of a petition in one batch the last one's view is written, with the first one's petition."""
    life = Life()
    row = petition_row(life.begins(), life.happens(Accepted, view={"state": State.ACCEPTED}))

    assert row["seq"] == "2"
    assert row["state"] == "accepted"
    assert json.loads(row["petition"])["text"] == life.text
    assert json.loads(row["view"])["state"] == "accepted"
    assert row["channel"] == "ihanoi"


def test_every_event_has_a_timeline_entry_with_where_the_case_stood() -> None:
    """The timeline keeps what happened and the case's standing, but not the whole view, the petition or the contact."""
    life = Life()
    life.begins()
    answered(life)
    first, second = timeline_rows(*life.sent)

    assert [first["type"], second["type"]] == ["assigned", "answered"]
    data = json.loads(second["data"])
    assert data["text"] == "Đã thay nắp cống mới ngày 02/12."
    assert data["case"]["state"] == "answered"
    assert "clocks" not in data["case"]
    assert json.loads(first["data"])["petition"] is None
    assert "c2VhbGVk" not in first["data"]


def test_triage_owns_what_nobody_owns() -> None:
    """A case without an office is in the queue of the triage office."""
    row = petition_row(Life(office=None).begins())

    assert (row["office"], row["queue_office"]) == ("", "tt-pvhcc")


def test_urgency_orders_urgent_before_late_before_the_rest() -> None:
    """Urgent and late comes first, then urgent, then late, then the rest."""
    found = []
    for level in (Level.URGENT, Level.ORDINARY):
        for late in (True, False):
            life = Life(level=level)
            life.begins()
            if late:
                life.happens(Breached, view={"breached": True}, clock="answer", deadline=life.start)
            found.append(petition_row(*life.sent)["urgency"])

    assert found == ["0", "1", "2", "3"]


def test_what_is_answered_is_no_longer_work() -> None:
    """An answered case waits for the citizen: it is open, and in nobody's queue."""
    life = Life()
    life.begins()
    answered(life)
    row = petition_row(*life.sent)

    assert (row["is_open"], row["queue_office"]) == ("t", "")


def test_the_next_due_clock_counts_not_a_paused_one() -> None:
    """`due` is the earliest running clock's instant."""
    life = Life()
    life.begins()
    first, second = life.case.clocks
    paused = first.model_copy(update={"paused_at": life.start})
    row = petition_row(*life.sent, life.happens(Accepted, view={"clocks": (paused, second)}))

    assert row["due"].startswith(second.due_at.isoformat()[:16])


def test_records_that_are_no_events_are_rejected_and_the_rest_go_on() -> None:
    """Garbage, a foreign key, missing headers or a missing case: each is rejected with its reason; good events are projected."""
    life = Life()
    good = life.begins()
    bad = [
        Record(1, 1, good.key, b"\xff\x00garbage", good.headers),
        Record(2, 1, good.key, None, good.headers),
        Record(3, 1, b"other", good.value, good.headers),
        Record(4, 1, good.key, good.value, []),
        Record(5, 1, good.key, b'{"petition_id": "x", "seq": 1, "at": "now"}', good.headers),
        Record(6, 1, good.key, good.value, [("ce_id", b"1"), ("ce_type", b"org.example.other.v1")]),
    ]
    rows = project([*bad[:3], record(good), *bad[3:]])

    assert [rejected for rejected, _ in rows.rejected] == bad
    assert all(str(error) for _, error in rows.rejected)
    assert len(rows.petitions) == len(rows.timeline) == 1


def test_json_with_spaces_is_cut_just_as_well() -> None:
    """An event written with spaces in its JSON gives the same timeline data."""
    sent = Life().begins()
    spaced = Sent(sent.event, sent.key, json.dumps(json.loads(sent.value)).encode(), sent.headers)

    assert json.loads(timeline_rows(sent)[0]["data"]) == json.loads(timeline_rows(spaced)[0]["data"])


def test_who_is_forgotten_is_found_by_his_office_alone() -> None:
    """Whenever the record is read: before it was known, after it, or anew after a restore. The others' words stay."""
    forgotten, other = Life(petition_id="a" * 26), Life(petition_id="b" * 26)
    path = path_of(forgotten.petition_id, round(forgotten.start.timestamp() * 1000))
    records = [record(life.begins()) for life in (forgotten, other)]
    found = {row[0]: row[1:] for row in project(records, Index(len, is_forgotten=lambda asked: asked == path)).words}

    assert found[forgotten.petition_id] == ("{so-xd}", "{}", "f")
    assert found[other.petition_id][1] != "{}"
