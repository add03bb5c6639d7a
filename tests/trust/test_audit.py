"""The record can be checked by somebody who trusts nobody: the real case stage writes it, then it is tampered with."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from deploy.cluster.audit.verify import Checked, Fault
from schemas.events import actions as do
from schemas.events.chain import chained, cut, link
from tests.case.world import World


@dataclass
class Kept:
    """An event as it stands in the topic."""

    offset: int
    value: bytes | None
    headers: dict[str, bytes] = field(default_factory=dict)

    def header(self, name: str) -> bytes | None:
        return self.headers.get(name)


@pytest.fixture
def record() -> list[Kept]:
    """Two petitions, accepted, one answered: as many events as that takes."""
    world = World()
    for id_ in (world.submit(1), world.submit(2)):
        world.act(id_, do.Accept, "so-xd")
    world.pass_until("2026-12-20 12:00")
    return [Kept(number, output.value, dict(output.headers)) for number, output in enumerate(world.raw)]


def faults(record: list[Kept], *wanted: str) -> list[Fault]:
    return list(Checked(0, wanted=set(wanted)).take(record))


def moved_deadline(record: list[Kept]) -> None:
    value = record[3].value or b""
    record[3].value = re.sub(rb'"deadline":"(\d{4})', b'"deadline":"2031', value, count=1)
    assert record[3].value != value


def removed(record: list[Kept]) -> None:
    del record[2]


def swapped(record: list[Kept]) -> None:
    record[1], record[2] = record[2], record[1]


def renamed(record: list[Kept]) -> None:
    record[2].headers["ce_type"] = b"vn.gov.hanoi.petitions.closed.v1"


def put_in(record: list[Kept]) -> None:
    record.insert(2, Kept(99, cut(record[2].value or b"")[0], dict(record[2].headers)))


def garbage(record: list[Kept]) -> None:
    record.insert(1, Kept(99, b"garbage"))


def test_an_honest_record_is_without_fault(record: list[Kept]) -> None:
    """Every event has its chain, and the last one's is what a citizen has as a receipt."""
    assert len(record) > 5
    assert faults(record) == []
    receipt = (cut(record[-1].value or b"")[1] or b"").hex()
    one = Checked(0, wanted={receipt})
    assert list(one.take(record)) == []
    assert (one.wanted, one.chain.hex(), one.unchained) == (set(), receipt, 0)


@pytest.mark.parametrize("tamper", [moved_deadline, removed, swapped, renamed, put_in, garbage])
def test_whatever_is_done_to_the_record_shows(record: list[Kept], tamper: Callable[[list[Kept]], None]) -> None:
    """A deadline that is moved, an event that is removed, moved, renamed or put in."""
    tamper(record)

    assert faults(record)


def test_a_record_written_anew_as_a_whole_is_found_by_a_receipt(record: list[Kept]) -> None:
    """Who can write everything can make every chain right again; a receipt that somebody else keeps then has no event."""
    receipt = (cut(record[-1].value or b"")[1] or b"").hex()
    moved_deadline(record)
    before = bytes(32)
    for event in record:
        body, _ = cut(event.value or b"")
        before = link(before, event.headers["ce_type"], event.headers["ce_id"], body)
        event.value = chained(body, before)
    one = Checked(0, wanted={receipt})

    assert [fault for fault in one.take(record) if "chain" in fault.what] == []
    assert one.wanted == {receipt}


def test_clocks_that_move_between_two_events_show_even_where_the_chain_is_right(record: list[Kept]) -> None:
    """What was before an event is what was after the one before it: a deadline moves by an event or not at all."""
    before = bytes(32)
    for event in record:
        body, _ = cut(event.value or b"")
        if event is record[0]:
            body = re.sub(rb'"due_at":"\d{4}', b'"due_at":"2031', body)
        before = link(before, event.headers["ce_type"], event.headers["ce_id"], body)
        event.value = chained(body, before)

    assert any("moved without an event" in fault.what for fault in faults(record))


def test_events_of_a_release_before_have_no_chain_and_no_fault(record: list[Kept]) -> None:
    """Until the first event that has one; behind it all must."""
    for event in record:
        event.value = cut(event.value or b"")[0]
    one = Checked(0)

    assert list(one.take(record)) == []
    assert one.unchained == len(record)
