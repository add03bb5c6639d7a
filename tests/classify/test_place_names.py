"""The ward that a text names: today's names in every spelling, old names with their ambiguities, names of something else."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.events.intake import Location
from schemas.reference import Ward, wards
from schemas.reference.places import OldWard, old_districts, old_wards, streets
from streams.classify.place import SURE, Located, Locator
from streams.classify.text.folding import fold

NEW_TONES = {"òa": "oà", "óa": "oá", "ỏa": "oả", "õa": "oã", "ọa": "oạ", "úy": "uý", "ủy": "uỷ", "ụy": "uỵ", "ùy": "uỳ"}
PREFIX = {"ward": "phường", "commune": "xã", "town": "thị trấn"}
SHORT = {"ward": "P.", "commune": "X.", "town": "TT "}
CODES = {ward.name_vi: ward.code for ward in wards().values()}
SPLIT = [old for old in old_wards() if len(old.wards) > 1]


@pytest.fixture(scope="module")
def locator() -> Locator:
    return Locator()


def _codes(*names: str) -> set[str]:
    return {CODES[name] for name in names}


def _new_tones(text: str) -> str:
    for old, new in NEW_TONES.items():
        text = text.replace(old, new)
    return text


def _spellings(ward: Ward) -> dict[str, str]:
    prefix, name = PREFIX[ward.kind], ward.name_vi
    return {
        "plain": f"Bãi rác ở {prefix} {name} bốc mùi",
        "no accents": fold(f"Bãi rác ở {prefix} {name} bốc mùi"),
        "capitals": f"bãi rác ở {prefix} {name} bốc mùi".upper(),
        "abbreviated": f"bãi rác {SHORT[ward.kind]}{name}, bốc mùi",
        "abbreviated, no accents": fold(f"bãi rác {SHORT[ward.kind].lower()} {name}."),
        "other tone placement": _new_tones(f"Bãi rác ở {prefix} {name} bốc mùi"),
        "decomposed": unicodedata.normalize("NFD", f"Bãi rác ở {prefix} {name} bốc mùi"),
        "lower case": f"bãi rác ở {prefix} {name.lower()} bốc mùi",
    }


@pytest.mark.parametrize("ward", wards().values(), ids=lambda ward: fold(ward.full_name_vi).replace(" ", "-"))
def test_a_ward_is_found_by_its_new_name_in_every_spelling(locator: Locator, ward: Ward) -> None:
    """With phường or xã before it, each of the 126 names gives its own code, and surely."""
    found = {spelling: locator.locate(text).place for spelling, text in _spellings(ward).items()}

    assert dict.fromkeys(found, ward.code) == {spelling: place.ward_code for spelling, place in found.items()}
    assert min(place.confidence for place in found.values()) >= 0.8


@pytest.mark.parametrize("ward", wards().values(), ids=lambda ward: fold(ward.full_name_vi).replace(" ", "-"))
def test_a_bare_new_name_is_never_taken_for_another_ward(locator: Locator, ward: Ward) -> None:
    """Without prefix the likeliest ward is the one of that name; where the name is something else too, it is not sure."""
    place = locator.locate(f"Nhà tôi ở {ward.name_vi}, đèn đường hỏng").place

    assert place.ward_code == ward.code
    if ward.name_vi in old_districts():
        assert place.confidence < SURE


def _unsure_or_within(found: Located, old: OldWard) -> bool:
    """Not sure, or sure of the one ward that has all of it, or of a ward of today with the very same name."""
    place = found.place
    if place.confidence < SURE or place.ward_code is None:
        return True
    if old.wards == {place.ward_code}:
        return True
    ward = wards()[place.ward_code]
    return fold(ward.name_vi).startswith(fold(old.name_vi)[:9]) or fold(old.name_vi) in fold(ward.name_vi)


@pytest.mark.parametrize("old", old_wards(), ids=lambda old: fold(f"{old.district} {old.name_vi} {old.kind}").replace(" ", "-"))
def test_an_old_name_never_gives_a_confident_wrong_ward(locator: Locator, old: OldWard) -> None:
    """In four ways of writing it: what is sure is right, or is the ward that bears this name today."""
    said = f"{PREFIX[old.kind]} {old.name_vi}"
    texts = (f"Rác ở {said}", fold(f"rác ở {said}"), f"Rác ở {old.name_vi}", f"Rác ở {said}, {old.district}")

    assert [text for text in texts if not _unsure_or_within(locator.locate(text), old)] == []


@pytest.mark.parametrize("old", SPLIT, ids=lambda old: fold(f"{old.district} {old.name_vi} {old.kind}").replace(" ", "-"))
def test_a_split_ward_called_old_gives_its_parts_as_candidates(locator: Locator, old: OldWard) -> None:
    """With "cũ" and its district, an old ward that was split is not guessed: all wards that hold a part of it are named."""
    place = locator.locate(f"Rác ở {PREFIX[old.kind]} {old.name_vi} cũ, {old.district}").place

    assert place.ward_code is None
    assert place.confidence == 0
    assert set(place.candidates) == old.wards


def test_the_split_wards_are_those_of_the_resolution() -> None:
    """199 of the 526 units of June 2025 were shared out among several wards of today."""
    of_2025 = [old for old in old_wards() if old.merged == 2025]

    assert (len(of_2025), sum(len(old.wards) > 1 for old in of_2025)) == (526, 199)


def test_every_ward_of_today_holds_some_old_one() -> None:
    """The mapping covers the whole city."""
    assert wards().keys() == {code for old in old_wards() for code in old.wards}


@pytest.mark.parametrize(
    ("text", "ward", "at_least"),
    [
        ("phường Nghĩa Tân, quận Cầu Giấy", "Nghĩa Đô", 0.8),
        ("xã Cổ Loa", "Đông Anh", 0.8),
        ("Xã Hòa Phú, Ứng Hòa", "Hòa Xá", 0.8),
        ("xã Hòa Phú, huyện Chương Mỹ", "Hòa Phú", 0.75),
        ("phường Chương Dương, Hoàn Kiếm", "Hồng Hà", 0.8),
        ("xã Chương Dương", "Chương Dương", 0.8),
        ("thôn 3, xã Phú Sơn, huyện Ba Vì", "Vật Lại", 0.8),
        ("App vẫn để tên phường Trung Hòa, không chọn được phường Yên Hòa mới", "Yên Hòa", 0.8),
        ("phường Hà Cầu (cũ), nay là phường Hà Đông", "Hà Đông", 0.8),
        ("p Cát Linh phố Hào Nam", "Ô Chợ Dừa", SURE),
        ("Đèn hỏng ở phố Tạ Hiện", "Hoàn Kiếm", SURE),
        ("ngã tư Xuân Thủy - Trần Quốc Hoàn", "Nghĩa Đô", SURE),
        ("số 5 phố Trần Phú, Hà Đông", "Hà Đông", SURE),
        ("UBND Định Công không trả lời", "Định Công", 0.8),
        ("phuong phuong liet", "Phương Liệt", 0.8),
        ("phương Định Công", "Định Công", 0.8),
        ("Garbage everywhere in Lang ward, please help", "Láng", 0.8),
        ("Illegal dumping at Bat Trang commune.", "Bát Tràng", 0.8),
        ("phường Văn Miếu–Quốc Tử Giám", "Văn Miếu - Quốc Tử Giám", 0.8),
    ],
)
def test_further_hints_decide(locator: Locator, text: str, ward: str, at_least: float) -> None:
    """An old district, a street or a second name picks among the wards that a name may mean."""
    place = locator.locate(text).place

    assert (CODES[ward], True) == (place.ward_code, place.confidence >= at_least)


@pytest.mark.parametrize(
    ("text", "candidates"),
    [
        ("phường Quang Trung, quận Đống Đa", {"Kim Liên", "Đống Đa"}),
        ("P.Minh Khai, Q.Hai Bà Trưng", {"Bạch Mai", "Tương Mai"}),
        ("p Láng Hạ cũ, phố Nguyên Hồng", {"Láng", "Giảng Võ"}),
        ("phường Thanh Trì, Hoàng Mai", {"Vĩnh Hưng", "Lĩnh Nam"}),
        ("khu tập thể Thành Công", {"Giảng Võ", "Ô Chợ Dừa"}),
        ("phố Trần Duy Hưng ngập", {"Láng", "Yên Hòa"}),
    ],
)
def test_what_stays_open_is_asked(locator: Locator, text: str, candidates: set[str]) -> None:
    """No ward, but the wards that it may be, also in the sentence for the dispatcher."""
    found = locator.locate(text)

    assert found.place.ward_code is None
    assert _codes(*candidates) == set(found.place.candidates)
    assert all(name in found.reason for name in candidates)


@pytest.mark.parametrize(
    "text",
    [
        "Hợp đồng thuê nhà hết hạn, tự nhiên bị cắt điện",
        "hop dong thue nha het han, tu nhien bi cat dien, thanh cong roi",
        "Anh Quang Minh ở tổ 5 đánh nhau với chị Kim Anh",
        "Ông Nguyễn Minh Châu tố cáo bà Trần Thị Kim Liên",
        "Bình minh lên đã nghe khoan cắt bê tông",
        "Cả làng không có nước, vạn miếu thờ bị phá",
        "Bán bưởi lấn chiếm vỉa hè",
        "Kẹt xe cầu Thanh Trì và cầu Vĩnh Tuy mỗi sáng",
        "Taxi dù ở sân bay Nội Bài, ga Giáp Bát",
        "bệnh viện Bạch Mai thu phí sai",
        "chuyện không phải ở phường chúng tôi. Xã hội bây giờ",
        "",
        "😀 \u200b 123",
    ],
)
def test_words_persons_and_landmarks_are_no_wards(locator: Locator, text: str) -> None:
    """Ordinary words, people, bridges, hospitals and airports that share a ward's name say nothing about the ward."""
    assert locator.locate(text).place.ward_code is None


def test_accents_are_heeded_where_they_are_written(locator: Locator) -> None:
    """Việt Hùng is not Việt Hưng; without accents it may be either, and today's name goes first."""
    with_accents = locator.locate("Rác ở xã Việt Hùng").place
    without = locator.locate("rac o phuong viet hung").place

    assert _codes("Đông Anh", "Thư Lâm") == set(with_accents.candidates)
    assert CODES["Việt Hưng"] == without.ward_code


def test_two_wards_are_a_conflict(locator: Locator) -> None:
    """Two wards named in one breath: the first stays first, but a person must look."""
    place = locator.locate("Bãi rác giữa phường Định Công và phường Hoàng Liệt").place

    assert (CODES["Định Công"], True) == (place.ward_code, place.confidence < SURE)
    assert _codes("Định Công", "Hoàng Liệt") == set(place.candidates)


def test_the_address_field_counts_before_the_text(locator: Locator) -> None:
    """What stands in the address says where; the text may mention other places."""
    place = locator.locate("Xe buýt từ phường Hà Đông về bỏ bến", Location(address="ngõ 5, phường Láng")).place

    assert CODES["Láng"] == place.ward_code


def test_a_street_touches_known_wards_once() -> None:
    """No street is listed twice."""
    named = [street.name_vi for street in streets()]

    assert len(named) == len(set(named))
    assert len(named) >= 150


@pytest.mark.parametrize("part", ["phường Láng, ", "lang ", "Hà Đông, ", "Định Công Hoàng Mai ", "phường phường ", "ngõ 1 "])
def test_effort_grows_with_the_length_only(locator: Locator, part: str) -> None:
    """Eight times the text takes about eight times as long, not sixty-four times."""
    short, long = (part * (size // len(part)) for size in (2_500, 20_000))

    def seconds(text: str) -> float:
        started = time.process_time()
        locator.locate(text)
        return time.process_time() - started

    assert min(seconds(long) for _ in range(3)) < 24 * min(seconds(short) for _ in range(3)) + 0.05


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_text_is_located_without_error(text: str) -> None:
    """Whatever is typed, the answer is a place with known codes, and without a ward there is no confidence."""
    place = LOCATOR.locate(text).place

    assert place.ward_code is not None or place.confidence == 0


@given(
    ward=st.sampled_from(sorted(wards().values(), key=lambda ward: ward.code)),
    before=st.sampled_from(["", "Kính gửi UBND ", "đèn hỏng ở tổ 5 ", "Rác!!! ", "😡 ", "ngõ 12, "]),
    after=st.sampled_from(["", ".", ", Hà Nội", " ạ", "!!!", "\nxin cảm ơn"]),
)
@settings(max_examples=150, deadline=None)
def test_surroundings_do_not_matter(ward: Ward, before: str, after: str) -> None:
    """A new name with its prefix is found between whatever words and signs."""
    place = LOCATOR.locate(f"{before}{ward.full_name_vi}{after}").place

    assert ward.code == place.ward_code


LOCATOR = Locator()


@pytest.mark.parametrize(
    "text",
    ["Vườn hoa phường Nghĩa Đô ngày trước râm mát", "dán đầy cột điện #phường Nghĩa Đô", "phường Nghĩa Đô trước đây có chợ"],
)
def test_words_around_a_name_of_today_do_not_make_it_an_old_one(locator: Locator, text: str) -> None:
    """Other days are told of, or a hashtag: the ward is that of today."""
    found = locator.locate(text).place

    assert (found.ward_code, found.confidence >= SURE) == (CODES["Nghĩa Đô"], True)


@pytest.mark.parametrize("text", ["phường Cửa Nam (trước đây)", "phường Cửa Nam trước kia, ngõ 5", "phường Cửa Nam cũ"])
def test_a_ward_of_before_is_an_old_one(locator: Locator, text: str) -> None:
    """Right behind the name, and nothing more: it was split, so several wards may be meant."""
    assert len(locator.locate(text).place.candidates) > 1


@pytest.mark.parametrize("text", ["Hầm chui Kim Liên mất đèn", "vòng xuyến Phú Lương ngập"])
def test_a_tunnel_and_a_roundabout_bear_a_wards_name_and_may_lie_in_another(locator: Locator, text: str) -> None:
    """As bridges do."""
    assert locator.locate(text).place.confidence < SURE
