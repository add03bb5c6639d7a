"""The classifier as a whole: kinds, urgency, triage, reasons, nasty input, and the JSON lines of `petitions classify`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events.base import Level
from schemas.events.intake import Location, PetitionKind
from schemas.reference import TRIAGE_OFFICE, offices
from streams.classify.build import classifier
from streams.classify.classifier import Classifier
from streams.classify.commands.classify import classify as command
from streams.classify.commands.lines import classify_lines
from streams.classify.found import Asked, Classification
from streams.classify.settings import ClassifySettings
from tests.classify.shipped import shipped


def one(text: str, **more: object) -> Classification:
    return shipped().classify_texts([Asked(text, **more)])[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tôi khiếu nại Quyết định số 77/QĐ-UBND về việc thu hồi đất, đề nghị hủy quyết định", PetitionKind.COMPLAINT),
        ("Đơn tố cáo ông phó chủ tịch xã nhận hối lộ, đề nghị giữ bí mật người tố cáo", PetitionKind.DENUNCIATION),
        ("Đang cháy nhà cạnh chợ, có người mắc kẹt trên gác, xin cứu hỏa tới ngay", PetitionKind.EMERGENCY),
        ("Vay tiền nhanh lãi suất thấp, giải ngân trong ngày, liên hệ Zalo nhận ưu đãi", PetitionKind.SPAM),
        ("test thử, vui lòng bỏ qua", PetitionKind.TEST),
        ("fghjk", PetitionKind.TEST),
        ("😀😀😀", PetitionKind.TEST),
        ("Cảm ơn phường đã xử lý rất nhanh, chúc các anh chị sức khỏe", PetitionKind.THANKS),
        ("Lũ khốn nạn, đồ ăn hại, cút hết đi", PetitionKind.ABUSE),
        ("Tố cáo quán bia ồn ào suốt đêm, không ai ngủ được", PetitionKind.PETITION),
        ("Cảm ơn phường đã vá đường, nhưng nắp cống vẫn hở, mong sửa nốt", PetitionKind.PETITION),
        ("Khiếu nại hóa đơn tiền điện tháng này tăng gấp đôi", PetitionKind.PETITION),
        ("Năm ngoái chỗ này cháy lớn, nay vẫn chưa có bình chữa cháy", PetitionKind.PETITION),
    ],
)
def test_kinds_are_told_apart(text: str, kind: PetitionKind) -> None:
    """What is not an ordinary petition is recognised, and loose use of the same words is not."""
    assert one(text).kind is kind


def test_a_picture_or_a_place_without_words_goes_to_a_person() -> None:
    """Nothing was written, so nothing can be called a trial message."""
    found = one("", location=Location(lat=21.03, long=105.85))

    assert (found.kind, found.triage, found.office) == (PetitionKind.PETITION, True, TRIAGE_OFFICE)


def test_every_kind_has_an_office() -> None:
    """Nothing is thrown away: whatever the kind, an office gets it."""
    for text in ("test", "Lũ khốn, cút đi", "Vay tiền nhanh, liên hệ Zalo", "Tôi tố cáo chủ tịch xã nhận hối lộ"):
        assert one(text).office in offices()


def test_urgent_with_its_reasons() -> None:
    """Danger is urgent, and the words that say so are given, with or without diacritics."""
    for text in ("Dây điện đứt đang tóe lửa trước cổng trường", "day dien dut dang toe lua truoc cong truong"):
        found = one(text)
        assert found.level is Level.URGENT
        assert "tóe lửa" in found.urgent_reasons


def test_tempting_words_are_not_urgent() -> None:
    """Fire words without fire, and haste without danger, stay ordinary."""
    for text in ("Bình chữa cháy ở hành lang hết hạn, đề nghị thay", "Xin gấp giấy xác nhận cư trú cho con nhập học"):
        assert one(text).level is not Level.URGENT


def test_an_unsure_text_goes_to_triage_with_two_guesses() -> None:
    """Below the threshold a person sorts, and the reason names the two best guesses."""
    found = one("mong các cấp xem xét giúp việc này")

    assert found.triage
    assert found.office == TRIAGE_OFFICE
    assert len(found.alternatives) == 2
    assert any("hoặc" in reason for reason in found.reasons)


def test_another_language_goes_to_triage() -> None:
    """A text that is neither Vietnamese nor English is for a person, and the reason names its language."""
    for text, language, name in (("가로등이 고장났어요", "ko", "tiếng Hàn"), ("Пожар в доме!", "ru", "tiếng Nga")):
        found = one(text)

        assert (found.kind, found.category, found.triage, found.language) == (PetitionKind.PETITION, "other", True, language)
        assert name in found.reasons[0]


def test_english_is_read_like_vietnamese() -> None:
    """An English text goes to its office, and its language is told, so that the citizen is answered in it."""
    found = one("There is a deep hole in the street in front of our school, please repair it")

    assert (found.category, found.triage, found.language) == ("road-damage", False, "en")


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("着火了！快来人", {}),
        ("🔥🔥🔥", {}),
        ("🕳️⚠️", {"media": True}),
        ("...", {"media": True}),
        ("...", {"location": Location(lat=21.03, long=105.85)}),
        ("fghjk", {"category": "electricity"}),
        ("電灯が壊れています。助けてください", {"category": "electricity", "urgent": True}),
    ],
)
def test_what_could_be_a_petition_is_no_trial(text: str, more: dict[str, Any]) -> None:
    """Another script, a picture, a place, the sender's category or mark: a person looks, and is told why."""
    found = one(text, **more)

    assert (found.kind, found.triage) == (PetitionKind.PETITION, True)
    assert found.reasons
    assert (found.level is Level.URGENT) == ("urgent" in more)


@pytest.mark.parametrize("text", ["...", "fghjk", "aaaa", "1234567"])
def test_a_finger_on_the_keyboard_is_a_trial(text: str) -> None:
    """With nothing beside it, what nobody meant is told from a petition."""
    assert one(text).kind is PetitionKind.TEST


def test_what_may_be_urgent_is_looked_at_first() -> None:
    """Below certainty a danger goes to triage as urgent, marked, and the first reason says so."""
    found = one("Em không thiết sống nữa")

    assert (found.level, found.maybe_urgent, found.triage, found.office) == (Level.URGENT, True, True, TRIAGE_OFFICE)
    assert "có thể khẩn cấp" in found.reasons[0]


def test_a_danger_that_is_told_and_not_named_is_urgent() -> None:
    """The situation alone shows it; what one phrase names has its number to call."""
    found = one("Bé nhà bên bị nhốt ngoài ban công tầng 9 từ trưa, khóc khản cả tiếng mà không thấy người lớn đâu")

    assert found.level is Level.URGENT
    assert found.call == ("113", "111")


def test_a_persons_own_distress_is_treated_with_discretion() -> None:
    """Who means to harm himself is urgent, has his own numbers to call, and no reason quotes his words."""
    found = one("Em không thiết sống nữa, em đã viết thư để lại cho mẹ rồi")

    assert (found.level, found.discreet) == (Level.URGENT, True)
    assert found.call[0] == "115"
    assert not any("sống" in reason for reason in (*found.urgent_reasons, *found.reasons))


def test_other_matters_are_proposed() -> None:
    """The main matter decides where it goes; another is shown with where in the text it is told."""
    text = "Rác ùn ứ ở ngõ 5 phường Định Công ba ngày chưa ai thu gom. Ngoài ra đèn đường trong ngõ hỏng, tối om cả tuần nay."
    found = one(text)
    others = [(one.category, text[one.start : one.end]) for one in found.matters]

    assert found.category == "waste"
    assert [category for category, _ in others] == ["street-lighting"]
    assert others[0][1].strip() == "Ngoài ra đèn đường trong ngõ hỏng, tối om cả tuần nay"
    assert any("có thể tách" in reason for reason in found.reasons)


def test_a_proposed_matter_says_whose_it_would_be() -> None:
    """As the routing table says for the same place; None where a person must say."""
    text = "Rác chất đống đầu ngõ cả tuần không ai thu gom. Ngoài ra đèn tín hiệu ở ngã tư không sáng, xe cộ chen nhau."
    here, nowhere = shipped().classify_texts([Asked(f"{text} Phường Định Công."), Asked(text)])
    owners = {one.category: (one.office or "").startswith("ward-") for one in here.matters}

    assert here.matters
    assert all(one.office for one in here.matters)
    assert all(one.office or owners[one.category] for one in nowhere.matters)


def test_a_clear_text_goes_to_its_office_with_reasons() -> None:
    """Category, ward and office are found, and words, place and rule are named."""
    found = one("Rác thải ùn ứ ở ngõ 5 phường Định Công ba ngày chưa ai thu gom")

    assert (found.category, found.triage) == ("waste", False)
    assert found.office == f"ward-{found.place.ward_code}"
    assert any("rác" in reason for reason in found.reasons)
    assert any("Định Công" in reason for reason in found.reasons)


def test_the_senders_choice_is_evidence_not_proof() -> None:
    """A chosen category decides a vague text, but not a clear one of another category."""
    assert one("mong các cấp xem xét giúp việc này", category="noise").category == "noise"
    clear = "Mất nước sạch ba ngày nay, công ty nước sạch không thông báo, vòi không có giọt nào"
    assert one(clear, category="advertising").category == "water-supply"


def test_the_senders_mark_makes_it_urgent() -> None:
    """An urgent mark is honoured, and named as the reason."""
    found = one("Đèn đường hỏng cả tuần", urgent=True)

    assert found.level is Level.URGENT
    assert found.urgent_reasons == ("người gửi đánh dấu khẩn",)


@pytest.mark.parametrize("part", ["nhiều năm nay tranh chấp, chủ đầu tư và phường đùn đẩy"])
def test_complex_is_recognised(part: str) -> None:
    """Disputes in which offices pass the buck are complex."""
    assert one(f"Đất nhà tôi bị thu hồi, {part}, đền bù chưa xong").level is Level.COMPLEX


def test_a_number_in_the_reasons_is_no_made_up_one() -> None:
    """The model knows only that a number stands there: the dispatcher must not read a floor that nobody wrote."""
    found = one("Xe tuyến 09 chạy ẩu, không dừng đón khách")

    assert any("“tuyến …”" in reason for reason in found.reasons)
    assert not any("tuyến 0" in reason for reason in found.reasons)


def test_reasons_in_english() -> None:
    """The language of the reasons can be switched."""
    found = classifier(ClassifySettings(reasons_language="en")).classify_texts([Asked("Đèn đường hỏng cả tuần ở phường Định Công")])

    assert any(reason.startswith("Street lighting: because of the words") for reason in found[0].reasons)


def test_an_operators_lexicon_and_threshold(tmp_path: Path) -> None:
    """A phrase that an operator adds makes a text urgent; a threshold of 1 sends everything to triage."""
    lexicon = tmp_path / "lexicon.tsv"
    lexicon.write_text("30\tkền kền đậu mái nhà\n", encoding="utf-8")
    ready = classifier(ClassifySettings(lexicon=lexicon, triage_below=1.0))

    found = ready.classify_texts([Asked("Sáng nay kền kền đậu mái nhà tôi")])[0]

    assert found.level is Level.URGENT
    assert found.urgent_reasons == ("kền kền đậu mái nhà",)
    assert found.triage


@settings(max_examples=100)
@given(st.lists(st.text(st.characters(codec=None, exclude_categories=[])), max_size=4))
def test_any_text_is_classified(texts: list[str]) -> None:
    """Whatever code points come, each text gets a valid classification that names the model."""
    for found in shipped().classify_texts([Asked(text) for text in texts]):
        assert found.office in offices()
        assert 0 <= found.confidence <= 1
        assert found.model_version == shipped().version


def test_a_huge_text_is_classified() -> None:
    """100 kB of one complaint are read up to a limit, and well."""
    assert one("Ống nước sạch vỡ, mất nước cả phố. " * 3000).category == "water-supply"


def _lines(ready: Classifier, *rows: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for _, line in classify_lines(ready, rows)]


def test_lines_come_out_in_order_with_all_fields() -> None:
    """One line for each, in order, with the documented fields."""
    rows = [json.dumps({"id": number, "text": "mất điện cả xóm"}).encode() for number in range(1200)]

    found = _lines(shipped(), *rows)

    assert [row["id"] for row in found] == list(range(1200))
    wanted = "id category confidence alternatives urgent urgent_reasons ward_code ward_confidence office triage reasons"
    assert set(wanted.split()) <= found[0].keys()


@pytest.mark.parametrize(
    "row",
    [
        b"nonsense",
        b"[1]",
        b'{"id": 1}',
        b'{"id": 1, "text": 5}',
        b'{"id": 1, "text": "  "}',
        b'{"text": "x", "lat": "a", "long": 1}',
        b'{"text": "x", "lat": 21.0}',
        b'{"text": "x", "lat": 10.0, "long": 106.0}',
        b'{"text": "x", "lat": true, "long": 105.8}',
        b"\xff\xfe",
    ],
)
def test_a_bad_line_is_named_and_the_rest_goes_on(row: bytes) -> None:
    """A line that cannot be read gives its number and the error; the next ones are classified."""
    bad, good = _lines(shipped(), row, b'{"id": "g", "text": "den duong hong"}')

    assert bad["line"] == 1
    assert bad["error"]
    assert (good["id"], good["category"]) == ("g", "street-lighting")


def test_command_reads_and_writes_json_lines() -> None:
    """`petitions classify` answers each line; its exit code tells whether all could be read."""
    good = CliRunner().invoke(command, input='{"id": 7, "text": "Mất điện từ trưa đến giờ"}\n\n')
    bad = CliRunner().invoke(command, input="x\n")

    assert (good.exit_code, json.loads(good.stdout)["category"]) == (0, "electricity")
    assert bad.exit_code == 1


def test_command_names_a_broken_lexicon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lexicon with a mistake stops the command with the line's number."""
    lexicon = tmp_path / "lexicon.tsv"
    lexicon.write_text("1\tcháy\nvery\tkhói\n", encoding="utf-8")
    monkeypatch.setenv("LEXICON", str(lexicon))

    found = CliRunner().invoke(command, input="")

    assert found.exit_code == 1
    assert "line 2" in found.output
