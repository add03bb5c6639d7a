"""Which files somebody sees, and whose they are: those of what is shown to him."""

from __future__ import annotations

from typing import Any

from consumers.kafka.records import Record
from consumers.timeline import TimelineEntry, from_record
from consumers.views import citizen as citizen_view
from consumers.views import office as office_view
from consumers.views.files import owners
from schemas.events.case import Contributed, FollowerInformed, InformationAdded, LeaderReported
from schemas.events.files import FileKind, FileRef
from schemas.platform.instants import to_datetime
from tests.consumers.events import CITIZEN, Life, office, transferred

LEADER, FOLLOWER = "a" * 26, "b" * 26


def ref(number: int) -> FileRef:
    return FileRef(id=f"{number:032x}", kind=FileKind.IMAGE, size=10, sha256="0" * 64)


def life() -> Life:
    """A citizen's note, a co-office's, a follower's, and a public answer of the petition that it follows, each with a file."""
    made = Life()
    made.begins()
    made.happens(InformationAdded, actor=CITIZEN, text="Ảnh đây", files=(ref(1),))
    made.happens(Contributed, actor=office("so-nnmt"), contribution="note", text="Đã xem", files=(ref(2),))
    made.happens(FollowerInformed, follower=FOLLOWER, text="Tôi cũng bị", files=(ref(3),))
    detail: dict[str, Any] = {"state": "answered", "text": "Đã thay", "files": [ref(4).model_dump(mode="json")]}
    made.happens(LeaderReported, leader=LEADER, event_type="answered", detail=detail)
    return made


def entries(made: Life) -> list[TimelineEntry]:
    return [from_record(Record(0, 1, sent.key, sent.value, sent.headers)) for sent in made.sent]


def to_the_citizen(made: Life) -> dict[str, str]:
    shown = [entry for entry in entries(made) if citizen_view.is_visible(entry)]
    return owners(made.petition_id, [{"id": ref(0).id}], shown, lambda entry: citizen_view.item(entry, "vi")["details"])


def to_the_office(made: Life, code: str) -> dict[str, str]:
    case, found = made.case.model_dump(mode="json"), entries(made)
    petition = {**made.submitted().model_dump(mode="json"), "files": [ref(0).model_dump(mode="json")]}
    about: dict[str, Any] = {"petition_id": made.petition_id, "seq": len(found), "case": case, "petition": petition, "lang": "vi"}
    line = office_view.queue_item(code, now=to_datetime(0), **about)
    shown = office_view.queue_detail(code, line, case=case, petition=petition, classification=None, entries=found, lang="vi")
    details = {item["seq"]: item["details"] for item in shown["timeline"]}
    return owners(made.petition_id, shown["files"], found, lambda entry: details[entry.seq])


def test_a_citizen_sees_his_own_and_what_is_public_of_the_leader() -> None:
    """Not what a co-office noted, and not what another petitioner added."""
    made = life()

    assert to_the_citizen(made) == {ref(0).id: made.petition_id, ref(1).id: made.petition_id, ref(4).id: LEADER}


def test_whom_a_petition_is_shared_with_sees_no_file() -> None:
    """He has the link alone, and no call serves files for it."""
    made = life()
    shared = citizen_view.shared(made.case.model_dump(mode="json"), entries(made), "vi")

    assert ref(4).id not in str(shared)


def test_the_responsible_office_sees_all_of_its_case() -> None:
    """A follower's picture is the follower's: it is erased with that petition."""
    made = life()
    own = made.petition_id

    assert to_the_office(made, "so-xd") == {ref(0).id: own, ref(1).id: own, ref(2).id: own, ref(3).id: FOLLOWER, ref(4).id: LEADER}


def test_a_former_office_sees_what_it_had_worked_with_and_nothing_since() -> None:
    """And no picture of the petition any more: it has nothing to do with it."""
    made = life()
    transferred(made, "ward-00070")
    made.happens(InformationAdded, actor=CITIZEN, text="Ảnh mới", files=(ref(5),))

    seen = to_the_office(made, "so-xd")
    assert ref(5).id not in seen
    assert ref(0).id not in seen
