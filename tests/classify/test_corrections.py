"""Learning from corrections: labels from the event record, the split, and what is promoted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from schemas.events import actions as do
from schemas.events import catalogue, envelope
from schemas.events.base import Actor, Level, Role
from schemas.events.case import Assigned, Received
from schemas.events.intake import Classification, PetitionSubmitted
from schemas.events.standing import CaseView, State
from streams.classify.learning.corpus import Labelled
from streams.classify.learning.corrections import Collector, split, without, without_personal
from tests.case.world import World

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
ID = "a" * 26
ANSWER = "Đội sửa chữa đã xử lý xong trước số 12 phố Huế lúc 9 giờ sáng nay."


def _view(category: str, office: str | None) -> CaseView:
    state = State.ASSIGNED if office else State.RECEIVED
    return CaseView(state=state, category=category, level=Level.ORDINARY, office=office, received_at=NOW, policy_version="1")


def received(category: str) -> Received:
    petition = PetitionSubmitted(petition_id=ID, channel="ihanoi", text="Nước chảy tràn ra ngõ", submitted_at=NOW)
    guess = Classification(
        category=category, confidence=0.4, level=Level.ORDINARY, office="tt-pvhcc", triage=True, model_version="linear-x"
    )
    return Received(
        petition_id=ID,
        seq=1,
        at=NOW,
        actor=Actor(role=Role.SYSTEM),
        cause="c",
        case=_view(category, None),
        petition=petition,
        classification=guess,
    )


def assigned(category: str, role: Role = Role.TRIAGE, *, binding: bool) -> Assigned:
    return Assigned(
        petition_id=ID,
        seq=2,
        at=NOW,
        actor=Actor(role=role),
        cause="d",
        case=_view(category, "so-xd"),
        to_office="so-xd",
        binding=binding,
    )


def _collected(*events: Received | Assigned) -> list[Labelled]:
    collector = Collector()
    for number, event in enumerate(events):
        made = envelope.Envelope(str(number), "test", catalogue.type_name(event.what), ID, NOW)
        collector.add(event.model_dump_json().encode(), envelope.headers(made))
    return collector.labels()


def test_a_triage_decision_is_a_label() -> None:
    """What triage decides counts, also when it confirms the guess."""
    found = _collected(received("drainage"), assigned("drainage", Role.TRIAGE, binding=False))

    assert [(label.text, label.category) for label in found] == [("Nước chảy tràn ra ngõ", "drainage")]


def test_labels_come_out_of_what_the_case_stage_writes() -> None:
    """A petition that triage sorts, one that a superior assigns anew, one that nobody corrects: the record as it really is."""
    world, collector = World(), Collector()
    unsure = world.submit(1, text="Nước chảy tràn ra ngõ", office="tt-pvhcc", triage=True)
    passed_on, plain = world.submit(2, text="Cột điện nghiêng"), world.submit(3, text="Ổ gà sâu")
    world.act(unsure, do.Assign, "triage", to_office="so-xd", category="water-supply", reason="vỡ ống nước")
    world.act(passed_on, do.Transfer, "so-xd", to_office="evn-hanoi", reason="của điện lực")
    world.act(passed_on, do.Transfer, "evn-hanoi", to_office="so-khcn", reason="của viễn thông")
    world.act(passed_on, do.Assign, "superior:vp-ubnd", to_office="evn-hanoi", category="electricity", reason="điện lực chủ trì")
    world.act(plain, do.Accept, "so-xd")
    for output in world.raw:
        collector.add(output.value, output.headers)

    assert [(label.text, label.category) for label in collector.labels()] == [
        ("Nước chảy tràn ra ngõ", "water-supply"),
        ("Cột điện nghiêng", "electricity"),
    ]


def test_a_superiors_change_is_a_label_but_not_a_mere_transfer() -> None:
    """A superior's binding assignment counts if it changed the category; a classifier's or unchanged one does not."""
    changed = _collected(received("drainage"), assigned("water-supply", Role.SUPERIOR, binding=True))

    assert [label.category for label in changed] == ["water-supply"]
    assert not _collected(received("drainage"), assigned("drainage", Role.SUPERIOR, binding=True))
    assert not _collected(received("drainage"), assigned("drainage", Role.SYSTEM, binding=False))


def test_a_merged_petition_is_about_what_its_leader_is_about() -> None:
    """Triage sorts the leader anew: its label goes for the follower's words, too, until they are parted."""
    world, collector = World(), Collector()
    leader = world.submit(1, text="Nước chảy tràn ra ngõ", office="tt-pvhcc", triage=True)
    follower = world.submit(2, text="Ngõ nhà tôi ngập vì ống vỡ")
    world.act(follower, do.Merge, "triage", into=leader, reason="cùng một việc")
    world.act(leader, do.Assign, "triage", to_office="so-xd", category="water-supply", reason="vỡ ống nước")
    merged = world.raw[:]
    world.act(follower, do.Unmerge, "triage", reason="việc khác")
    for output in merged:
        collector.add(output.value, output.headers)
    together = [(label.text, label.category) for label in collector.labels()]
    for output in world.raw[len(merged) :]:
        collector.add(output.value, output.headers)

    assert together == [("Nước chảy tràn ra ngõ", "water-supply"), ("Ngõ nhà tôi ngập vì ống vỡ", "water-supply")]
    assert [label.text for label in collector.labels()] == ["Nước chảy tràn ra ngõ"]


def test_the_senders_choice_counts_once_an_office_answered_under_it() -> None:
    """A citizen's own category is a label when the office that answered left it so; before that, and without a choice, there is none."""
    world = World()
    chosen = world.submit(1, text="Nước chảy tràn ra ngõ", category="drainage", chosen="drainage")
    silent = world.submit(2, text="Cột điện nghiêng")
    open_ = world.submit(3, text="Ổ gà sâu", category="drainage", chosen="drainage")
    for petition in (chosen, silent, open_):
        world.act(petition, do.Accept, "so-xd")
    for petition in (chosen, silent):
        world.act(petition, do.Answer, "so-xd", result="done", text=ANSWER, evidence_urls=["https://example.org/xong.jpg"])
    collector = Collector()
    for output in world.raw:
        collector.add(output.value, output.headers)

    assert [(label.text, label.category) for label in collector.labels()] == [("Nước chảy tràn ra ngõ", "drainage")]


def test_nothing_personal_is_learnt() -> None:
    """Numbers of people and plates are left out, and so are the words that stand for them where a text came masked."""
    text = "Gọi tôi 0912345678 về xe 29A-123.45 và (số điện thoại đã che)."

    assert without_personal(text) == "Gọi tôi  về xe  và ."
    assert without_personal("Ngõ 12 ngập 30cm") == "Ngõ 12 ngập 30cm"


def test_the_last_word_counts() -> None:
    """A petition that was corrected twice has one label, the last."""
    found = _collected(
        received("drainage"),
        assigned("road-damage", Role.TRIAGE, binding=False),
        assigned("water-supply", Role.SUPERIOR, binding=True),
    )

    assert [label.category for label in found] == ["water-supply"]


def test_the_same_text_is_never_on_both_sides() -> None:
    """Learnt and held-back corrections share no text, however it is typed; about a third is held back."""
    labels = [Labelled(f"Đèn hỏng ở ngõ {number}", "street-lighting", "full", urgent=False) for number in range(300)]
    again = [replace(label, text=label.text.upper()) for label in labels]

    learnt, held_back = split([*labels, *again])

    assert not {one.text.lower() for one in learnt} & {one.text.lower() for one in held_back}
    assert 120 < len(held_back) < 280


def test_what_measures_is_not_learnt() -> None:
    """A correction whose text is in the measuring file is left out."""
    labels = [Labelled("Đèn hỏng", "street-lighting", "full", urgent=False), Labelled("Rác", "waste", "full", urgent=False)]

    assert [label.text for label in without(labels, ["den  hong"])] == ["Rác"]
