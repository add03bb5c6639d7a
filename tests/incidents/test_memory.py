"""The memory on a real PostgreSQL: what it asks for, and that it asks once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from consumers.incidents.changes import changes_of
from consumers.incidents.compare import Rules
from consumers.incidents.memory import Memory
from consumers.kafka.records import Record
from consumers.loop.offsets import Move, NotMine
from schemas.events import case as events
from schemas.events.base import SYSTEM, Actor, Role
from schemas.events.intake import Classification, Location, PetitionSubmitted
from schemas.events.standing import State
from schemas.platform.clock import to_ms
from tests.consumers.events import START, Life, Sent, answered

PERSON = Actor(role=Role.SUPERIOR, office="vp-ubnd")


class Clock:
    """Stands still, an hour after the first petition."""

    def now_ms(self) -> int:
        return to_ms(START + timedelta(hours=1))

    def wall_seconds(self, duration_ms: int) -> float:
        return duration_ms / 1000


class Petition(Life):
    """A petition about a manhole cover."""

    def submitted(self) -> PetitionSubmitted:
        place = Location(lat=21.0181, long=105.8512, address=None)
        return super().submitted().model_copy(update={"location": place, "text": self.text})

    def classification(self) -> Classification:
        return super().classification()


def petition(number: int = 45, minutes: int = 0, **more: Any) -> Petition:
    made = Petition(text=f"Nắp cống trước số {number} phố Lò Đúc bị vỡ", start=START + timedelta(minutes=minutes), **more)
    made.case = made.case.model_copy(update={"deadline": made.case.deadline or START + timedelta(days=7)})
    return made


@pytest.fixture
def open_memory(database_url: Callable[[], str]) -> Iterator[Callable[[], Memory]]:
    """A factory of memories on one database; each is a member of its own."""
    url, made = database_url(), []

    def make(rules: Rules | None = None) -> Memory:
        made.append(Memory(url, ("test", "petitions.events"), rules or Rules(), Clock()))
        return made[-1]

    yield make
    for memory in made:
        memory.close()


@pytest.fixture
def memory(open_memory: Callable[[], Memory]) -> Memory:
    return open_memory()


def take(memory: Memory, *sent: Sent, partition: int = 0) -> list[tuple[str, str, str]]:
    """Hand events to the memory; gives what it newly asks for: (action, follower, leader)."""
    before = {row[0] for row in requests(memory)}
    position = memory.position(partition)
    records = [Record(position + i, 0, one.key, one.value, one.headers) for i, one in enumerate(sent)]
    memory.write(changes_of(records), [Move(partition, position, position + len(records))])
    return [row[1:] for row in requests(memory) if row[0] not in before]


def requests(memory: Memory) -> list[tuple[str, str, str, str]]:
    query = "select event_id, value->>'action', petition_id, value->>'into' from incident_request order by requested_at, event_id"
    return [tuple(row) for row in memory.connection.execute(query)]


def merged(follower: Petition, leader: Petition) -> tuple[Sent, Sent]:
    return (
        follower.happens(events.Merged, view={"state": State.MERGED, "leader": leader.petition_id}, into=leader.petition_id),
        leader.happens(events.FollowerAdded, view={"followers": leader.case.followers + 1}, follower=follower.petition_id),
    )


def unmerged(follower: Petition, leader: Petition, actor: Actor) -> Sent:
    return follower.happens(events.Unmerged, actor=actor, view={"state": State.ASSIGNED, "leader": None}, leader=leader.petition_id)


def test_the_second_joins_the_first_and_the_third_their_leader(memory: Memory) -> None:
    """Three petitions on one thing become one incident, also before the record says that the second one has joined."""
    first, second, third = petition(), petition(minutes=5), petition(minutes=9)

    assert take(memory, first.begins()) == []
    assert take(memory, second.begins()) == [("merge", second.petition_id, first.petition_id)]
    assert take(memory, third.begins()) == [("merge", third.petition_id, first.petition_id)]


def test_petitions_of_one_batch_find_each_other(memory: Memory) -> None:
    """Ten petitions in one transaction, two matters: two incidents, each a star."""
    here, there = [petition(45, minutes) for minutes in range(5)], [petition(54, minutes) for minutes in range(5)]
    asked = take(memory, *(one.begins() for pair in zip(here, there, strict=True) for one in pair))

    assert {(follower, leader) for _, follower, leader in asked} == {
        (one.petition_id, group[0].petition_id) for group in (here, there) for one in group[1:]
    }


def test_a_repeated_batch_asks_for_nothing_new(memory: Memory) -> None:
    """Read again from the start, the same events lead to no other request."""
    first, second = petition(), petition(minutes=5)
    sent = [first.begins(), second.begins()]
    take(memory, *sent)

    assert take(memory, *sent) == []
    with pytest.raises(NotMine):
        memory.write(changes_of([]), [Move(0, 0, 2)])


def test_what_a_person_separates_stays_apart(memory: Memory) -> None:
    """After an unmerge by a person the pair is not joined again; a later petition goes to the leader."""
    first, second, third = petition(), petition(minutes=5), petition(minutes=9)
    take(memory, first.begins(), second.begins())
    take(memory, *merged(second, first))

    assert take(memory, unmerged(second, first, PERSON)) == []
    assert take(memory, third.begins()) == [("merge", third.petition_id, first.petition_id)]


def test_followers_without_a_leader_find_each_other(memory: Memory) -> None:
    """When the leader is withdrawn its followers go on; the earlier of them leads the other."""
    first, second, third = petition(), petition(minutes=5), petition(minutes=9)
    take(memory, first.begins(), second.begins(), third.begins())
    take(memory, *merged(second, first), *merged(third, first))
    take(memory, first.happens(events.Withdrawn, view={"state": State.WITHDRAWN}))

    assert take(memory, unmerged(second, first, SYSTEM)) == []
    assert take(memory, unmerged(third, first, SYSTEM)) == [("merge", third.petition_id, second.petition_id)]


def test_a_refused_merge_is_not_asked_for_again(memory: Memory) -> None:
    """The case stage has the last word: what it refused is remembered, the petition stands alone and may lead."""
    first, second, third = petition(), petition(minutes=5), petition(minutes=9)
    take(memory, first.begins(), second.begins())
    take(memory, second.happens(events.ActionRefused, action="merge", rule="leader-not-open"))
    take(memory, answered(first))

    assert take(memory, third.begins()) == [("merge", third.petition_id, second.petition_id)]


def test_what_waits_in_triage_is_only_proposed(memory: Memory) -> None:
    """Nobody knows yet whether it is sorted rightly; once it is, it is looked at anew."""
    first, second = petition(), petition(minutes=5, office=None)
    asked = take(memory, first.begins(), second.begins())
    sorted_ = second.happens(
        events.Assigned, view={"state": State.ASSIGNED, "office": "so-xd", "deadline": START + timedelta(days=9)}, to_office="so-xd"
    )

    assert asked == [("propose-merge", second.petition_id, first.petition_id)]
    assert take(memory, sorted_) == [("merge", second.petition_id, first.petition_id)]


def test_an_answered_petition_leads_nobody(memory: Memory) -> None:
    """A new petition on a matter that was answered is a new matter."""
    first, second = petition(), petition(minutes=5)
    take(memory, first.begins())
    take(memory, answered(first))

    assert take(memory, second.begins()) == []


def test_a_replay_of_old_events_asks_for_nothing(memory: Memory) -> None:
    """Petitions of long ago are taken up but not searched for: their time is over."""
    old = timedelta(days=40)
    first, second = petition(), petition(minutes=5)
    first.start, second.start = first.start - old, second.start - old

    assert take(memory, first.begins(), second.begins()) == []


def test_two_members_at_once_do_not_miss_each_other(open_memory: Callable[[], Memory]) -> None:
    """Two petitions on one thing that come at the same moment in two partitions: one request."""
    members = open_memory(), open_memory()
    pairs = [(petition(number, 0), petition(number, 1)) for number in range(1, 21)]

    def work(side: int) -> None:
        for pair in pairs:
            take(members[side], pair[side].begins(), partition=side)

    threads = [threading.Thread(target=work, args=(side,)) for side in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {row[1:] for row in requests(members[0])} == {("merge", second.petition_id, first.petition_id) for first, second in pairs}


def test_it_forgets_what_is_over(memory: Memory) -> None:
    """What can lead or follow no more is deleted after a while; what is open stays, however old."""
    done, still = petition(), petition(54)
    done.start = still.start = START - timedelta(days=60)
    for one in (done, still):
        one.case = one.case.model_copy(update={"received_at": one.start})
    take(memory, done.begins(), still.begins(), answered(done))

    assert memory.forget() == 1
    assert [row[0] for row in memory.connection.execute("select petition_id from incident_petition")] == [still.petition_id]
