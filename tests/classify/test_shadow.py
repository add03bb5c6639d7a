"""A candidate beside the model in use: what is counted, and what of a person is not shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from schemas.events.base import Level
from streams.classify.found import Asked, Classification
from streams.classify.io.wire import Classified, Petition
from streams.classify.learning.shadow import Shadow, lines, manner

PRESENT = Classification(
    category="waste", confidence=0.9, level=Level.ORDINARY, office="ubnd-phuong", triage=False, model_version="linear-000000000001"
)
URGENT = msgspec.structs.replace(PRESENT, level=Level.URGENT, office="tt-pvhcc", triage=True)


def live(text: str, found: Classification = PRESENT, number: int = 1) -> Classified:
    petition = Petition(petition_id=f"{number:026x}", channel="ihanoi", text=text, submitted_at=datetime(2026, 1, 5, tzinfo=UTC))
    return Classified(petition, found)


def compared(pairs: Sequence[tuple[Classified, Classification]], examples: int = 10) -> dict[str, object]:
    """The report on these petitions, for which the candidate answers as given."""
    answers = {one.petition.text: new for one, new in pairs}

    def classify(asked: Sequence[Asked]) -> list[Classification]:
        return [answers[one.text] for one in asked]

    shadow = Shadow(classify, examples=examples)
    shadow.add([one for one, _ in pairs])
    return shadow.report("linear-000000000002")


def test_each_aspect_is_counted_by_itself() -> None:
    """One petition that becomes urgent and goes to triage differs in three aspects and not in its category."""
    found = compared([(live("Rác đầy ngõ hai hôm rồi"), PRESENT), (live("Rác cháy âm ỉ cạnh trạm ga"), URGENT)])

    aspects = found["aspects"]
    assert isinstance(aspects, dict)
    assert (found["compared"], found["differing"]) == (2, 1)
    assert {name: one["differing"] for name, one in aspects.items()} == {"category": 0, "level": 1, "triage": 1, "office": 1}
    assert aspects["level"]["changes"] == [{"present": "ordinary", "candidate": "urgent", "count": 1}]
    assert found["by_category"] == {"waste": {"compared": 2, "category": 0, "level": 1, "triage": 1, "office": 1}}


def test_examples_are_masked_and_limited() -> None:
    """A telephone number is not shown, a person's own distress not at all, and no more examples than asked for."""
    numbered = live("Rác đầy ngõ, gọi tôi 0912345678")
    private = live("Chồng tôi đánh tôi mỗi tối", number=2)
    found = compared([(numbered, URGENT), (private, msgspec.structs.replace(URGENT, discreet=True))])
    one = compared([(numbered, URGENT), (private, URGENT)], examples=1)

    texts = [example["text"] for example in found["examples"]["level"]]  # type: ignore[index]
    assert texts == ["Rác đầy ngõ, gọi tôi (số điện thoại đã che)", "…"]
    assert len(one["examples"]["level"]) == 1  # type: ignore[index]


def test_the_voice_shows_in_the_text() -> None:
    """By language, by what was understood, by diacritics and length."""
    english = msgspec.structs.replace(PRESENT, language="en")
    assert manner("Rubbish on the pavement for three days now, nobody comes at all", english) == "english"
    assert manner("Rác", PRESENT) == "short"
    assert manner("rac chat dong o dau ngo ba hom nay khong ai don", PRESENT) == "no diacritics"
    assert manner("Rác chất đống ở đầu ngõ ba hôm nay không ai dọn", PRESENT) == "full"
    assert manner("rác " * 60, PRESENT) == "long"
    assert manner("xyzzy qwrt", msgspec.structs.replace(PRESENT, understood=0.1)) == "hard to read"


def test_the_report_for_people_names_what_changes() -> None:
    """Versions, counts, and each change from present to candidate."""
    found = "\n".join(lines(compared([(live("Rác cháy âm ỉ cạnh trạm ga"), URGENT)])))

    assert "candidate linear-000000000002 beside linear-000000000001" in found
    assert "1 petitions compared, 1 differ" in found
    assert "ordinary → urgent: 1" in found


def test_nothing_came() -> None:
    """An empty hour is a report, not an error."""
    assert list(lines(compared([])))[1] == "0 petitions compared, 0 differ"
