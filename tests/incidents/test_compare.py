"""Judging pairs: the labelled set, and properties that must hold for any."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consumers.incidents.compare import Rules, Side, Sure, Verdict, compare
from consumers.incidents.fingerprint import fingerprint, metres
from consumers.incidents.names import names
from consumers.incidents.numbers import numbers
from schemas.reference import categories, wards
from tests.incidents.pairs import DIFFERENT, HOUR_MS, SAME, Pair

WARD = "00070"
RULES = Rules()


def sides(pair: Pair) -> tuple[Side, Side]:
    ward, category = pair.other_ward or WARD, pair.other_category or pair.category
    return (
        Side(pair.category, WARD, 0, fingerprint(pair.first, pair.addresses[0], pair.points[0], WARD)),
        Side(category, ward, round(pair.hours * HOUR_MS), fingerprint(pair.second, pair.addresses[1], pair.points[1], ward)),
    )


def judged(pair: Pair) -> Verdict:
    first, second = sides(pair)
    verdict = compare(first, second, RULES)
    assert compare(second, first, RULES) == verdict
    return verdict


@pytest.mark.parametrize("pair", DIFFERENT, ids=lambda pair: f"{pair.first[:40]}|{pair.second[:40]}")
def test_two_matters_are_never_merged(pair: Pair) -> None:
    """However alike they look, two matters are not joined by the system; which comes first makes no difference."""
    assert judged(pair).sure is not Sure.MERGE


def test_the_labelled_set_as_a_whole() -> None:
    """Of the pairs about one matter nearly all are found and most are sure; of the others hardly one is even proposed."""
    same, different = Counter(judged(pair).sure for pair in SAME), Counter(judged(pair).sure for pair in DIFFERENT)

    assert len(SAME) + len(DIFFERENT) >= 60
    assert different[Sure.MERGE] == 0
    assert different[Sure.PROPOSE] <= 2
    assert same[Sure.NO] <= 2
    assert same[Sure.MERGE] >= 0.7 * len(SAME)


TRAINING = Path(__file__).parents[2] / "streams" / "classify" / "training"
CORPUS = sorted(file for file in TRAINING.glob("*.tsv") if file.stem in categories())


@pytest.mark.parametrize("point", [None, (21.0181, 105.8512)], ids=["no point", "one point"])
def test_strangers_texts_are_not_merged(point: tuple[float, float] | None) -> None:
    """Texts on many matters, written for another purpose: put into one ward, even at one point of the map, none are joined."""
    judged = Counter(
        compare(first, second, RULES).sure
        for file in CORPUS
        for first, second in combinations([Side(file.stem, WARD, 0, fingerprint(text, None, point, WARD)) for text in _texts(file)], 2)
    )

    assert judged.total() > 5000
    assert judged[Sure.MERGE] == 0
    assert judged[Sure.PROPOSE] < 0.02 * judged.total()


def _texts(file: Path) -> list[str]:
    lines = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines() if "\t" in line]
    return sorted({max(columns, key=len) for columns in lines})[::3][:24]


lanes = st.integers(1, 300)
TEMPLATES = (
    "Đèn đường ngõ {} phố Huế hỏng 3 hôm nay",
    "rac ton dong ngo {} lang ha 3 ngay chua thu gom",
    "Nắp cống trước số {} Lò Đúc bị vỡ, rất nguy hiểm",
    "Tổ dân phố {} mất nước từ sáng",
    "Ngách 12/{} Trần Bình mất điện từ 9 giờ tối",
)


@given(lanes, lanes, st.sampled_from(TEMPLATES), st.sampled_from([None, (21.0181, 105.8512)]))
def test_another_number_is_another_place(one: int, other: int, template: str, point: tuple[float, float] | None) -> None:
    """The same words with two numbers are two matters, even at one point of the map."""
    first, second = (Side("waste", WARD, 0, fingerprint(template.format(number), None, point, WARD)) for number in (one, other))

    assert (compare(first, second, RULES).sure is Sure.NO) == (one != other)


places = st.fixed_dictionaries(
    {"category": st.sampled_from(["waste", "trees"]), "ward": st.sampled_from([None, "00070", "00004"]), "day": st.integers(0, 40)}
)


@given(places, places)
def test_category_ward_and_time_stand_before_everything(one: dict[str, object], other: dict[str, object]) -> None:
    """The same text at the same point is no match across categories, wards, more than two weeks, or where the ward is unknown."""
    marks = fingerprint("Cây đổ chắn ngang trước số 12 phố Huế", None, (21.0181, 105.8512), WARD)
    first, second = (
        Side(str(p["category"]), p["ward"], int(str(p["day"])) * 24 * HOUR_MS, marks)  # type: ignore[arg-type]
        for p in (one, other)
    )
    alike = one["category"] == other["category"] and one["ward"] == other["ward"] is not None
    in_time = abs(first.received - second.received) <= 14 * 24 * HOUR_MS

    assert (compare(first, second, RULES).sure is Sure.MERGE) == (alike and in_time)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Số 12 ngõ 5 phố Huế hỏng 3 hôm nay", {"house:12", "lane:5"}),
        ("ngách 58/23 Trần Bình", {"lane:58", "alley:23"}),
        ("ngo 58 ngach 23", {"lane:58", "alley:23"}),
        ("trước 12 Hàng Bài", {"house:12"}),
        ("cột đèn cao áp số 14, tổ 7", {"pole:14", "group:7"}),
        ("Toà CT2A mất nước 2 ngày", {"block:ct2a"}),
        ("xe buýt số 32 đến muộn 20 phút", {"route:32"}),
        ("nhà 3 tầng cao 10 mét, 5 người, ngày 12/5", set()),
    ],
)
def test_numbers_that_say_where(text: str, expected: set[str]) -> None:
    """Numbers of houses, lanes, alleys, poles and the like are read; amounts, durations and dates are not."""
    assert numbers(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đèn phố Huế hỏng", {"hue"}),
        ("rác ngõ 12 láng hạ", {"lang ha"}),
        ("Cổng trường mầm non Hoa Sen ngập", {"hoa sen"}),
        ("Kính gửi UBND phường Cửa Nam, quận Hoàn Kiếm", set()),
        ("nhóm thanh niên tụ tập", set()),
        ("ĐÈN HỎNG KHÔNG AI SỬA", set()),
        ("Chợ Hôm ùn tắc", {"hom"}),
        ("Cạnh trường Nguyễn Siêu, nhà anh Tuấn và chị Lê Thị Canary", {"nguyen sieu"}),
        ("Tôi là Nguyễn Văn Canary, ở nhà Trần Thị Hoa; Ông Phạm Bình báo", set()),
    ],
)
def test_names_that_say_where(text: str, expected: set[str]) -> None:
    """Streets and proper names are read, without their markers; wards, offices, people and ordinary words are not."""
    assert names(text) == expected


def test_a_plate_is_no_place() -> None:
    """A number plate is read as such, so that no part of it counts as a house, and nothing of it is kept."""
    assert numbers("xe biển số 29A-123.45 đỗ trước số 12") == {"house:12"}


def test_a_wards_centre_is_no_point() -> None:
    """Points that a geocoder put at the ward's centre say nothing about where it is."""
    ward = wards()[WARD]

    assert fingerprint("rác", None, (ward.lat, ward.long), WARD).point is None
    assert fingerprint("rác", None, (ward.lat + 0.001, ward.long), WARD).point is not None
    assert 105 < metres((ward.lat, ward.long), (ward.lat + 0.001, ward.long)) < 115
