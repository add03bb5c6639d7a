"""Who owns what lies on a street, a school, a person in need: by who manages it, as rules with their sources."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from schemas.events.base import Level
from schemas.events.intake import Location, PetitionKind
from schemas.reference import TRIAGE_OFFICE, wards
from streams.classify.commands.routing import routing
from streams.classify.found import NOWHERE, Asked, Place
from streams.classify.routing import routes
from streams.classify.routing.mistakes import BadRoutingError
from streams.classify.routing.routes import Route, RoutingTable, own_text
from streams.classify.routing.streets import COLUMNS, ManagedStreets, own_streets, parse_streets
from streams.classify.text.typed import typed
from tests.classify.shipped import shipped

HOAN_KIEM = "00070"
THERE = Place(ward_code=HOAN_KIEM, method="ward-name", confidence=0.97)
WARD = f"ward-{HOAN_KIEM}"
ON_STREETS = ("road-damage", "street-lighting", "drainage", "trees")
LIST = (
    ",".join(COLUMNS)
    + """
Đường Thành Phố,,city,1/QĐ,confirmed
Hai Chủ,Hoàn Kiếm,ward,2/QĐ|Decision 2,to-be-confirmed
Hai Chủ,Cửa Nam,city,2/QĐ,confirmed
Để Ngỏ,,unknown,3/QĐ,confirmed
"""
)
TABLE = RoutingTable(own_text(), streets=ManagedStreets(parse_streets(LIST)[0]))


def owner(category: str, text: str, place: Place = THERE, level: Level = Level.ORDINARY) -> Route:
    """By the project's own table and streets."""
    return routes.route(PetitionKind.PETITION, category, place, level, text)


def listed(text: str, place: Place = THERE, location: Location | None = None) -> Route:
    """By the streets of `LIST`."""
    return TABLE.route(PetitionKind.PETITION, "trees", place, Level.ORDINARY, typed(text), location)


def test_the_shipped_streets_have_no_mistake_and_a_source_each() -> None:
    """As `petitions routing check` finds; none is said to be confirmed, since the whole list was not to be had."""
    streets, mistakes = parse_streets(own_streets())

    assert mistakes == []
    assert {"Hàng Trống", "Hàng Bồ", "Võ Chí Công", "ngõ Tràng Tiền"} == {street.name for street in streets}
    assert all(street.source.startswith("5904/QĐ-UBND") and not street.confirmed for street in streets)


@pytest.mark.parametrize("category", ON_STREETS)
@pytest.mark.parametrize(
    "text", ["hỏng trước số 5 phố Hàng Bồ", "hong truoc so 5 pho Hang Bo", "trong ngõ Tràng Tiền", "Võ Chí Công, gần cầu"]
)
def test_what_lies_on_a_wards_street_is_the_wards(category: str, text: str) -> None:
    """Roads, lights, drains, trees; the rule is named with its decision, in both languages."""
    found = owner(category, text)

    assert (found.office, found.triage) == (WARD, False)
    assert "5904/QĐ-UBND" in found.rule.vi
    assert "chờ thành phố xác nhận" in found.rule.vi
    assert "managed by the ward" in found.rule.en
    assert "to be confirmed" in found.rule.en


@pytest.mark.parametrize("category", ON_STREETS)
@pytest.mark.parametrize(
    "text", ["trong ngõ 12 phố Huế", "ngach 5/3 pho Hue", "thôn Đoài bị hỏng", "xóm 3", "tổ 14 bị hỏng", "tổ dân phố số 3", "ngõ 5 Hàng Bồ"]
)
def test_alleys_hamlets_and_clusters_are_the_wards(category: str, text: str) -> None:
    """Whoever manages the street from which they go off."""
    found = owner(category, text)

    assert (found.office, "61/2025/QĐ-UBND" in found.rule.vi) == (WARD, True)


@pytest.mark.parametrize(
    "text", ["đối diện ngõ 5 phố Huế", "từ ngõ 12 đến ngõ 40", "trước ngõ 3", "to quá", "ngô trồng ngoài bãi", "tổ ong to"]
)
def test_an_alley_as_a_landmark_makes_no_alley(text: str) -> None:
    """Who manages that street is not known: the city's department, with the ward, and the rule says so."""
    found = owner("road-damage", text)

    assert (found.office, found.co_offices) == ("so-xd", (WARD,))
    assert "Chưa rõ ai quản lý đường" in found.rule.vi
    assert "not known" in found.rule.en


@pytest.mark.parametrize("text", ["trong ngõ 12", "phố Hàng Bồ tối om"])
@pytest.mark.parametrize("place", [NOWHERE, Place(ward_code=HOAN_KIEM, method="street", confidence=0.4, candidates=(HOAN_KIEM, "00082"))])
def test_a_ward_that_is_not_certain_gets_no_street(text: str, place: Place) -> None:
    """The city's department takes it first, and the rule says why; no ward is guessed."""
    found = owner("drainage", text, place)

    assert (found.office, found.co_offices, found.triage) == ("so-xd", (), False)
    assert "chưa rõ phường, xã nào" in found.rule.vi


def test_a_street_of_the_city_is_the_citys() -> None:
    """By the operator's own list."""
    found = listed("cây nghiêng trên đường Thành Phố, số 3 Đường Thành Phố")

    assert (found.office, found.rule.vi) == ("so-xd", "Đường do thành phố quản lý, theo 1/QĐ")
    assert any("Đường Thành Phố" in reason for reason in found.reasons)


@pytest.mark.parametrize(("ward", "office"), [(HOAN_KIEM, WARD), ("00082", "so-xd"), ("00004", "so-xd")])
def test_a_street_may_have_a_manager_in_each_ward(ward: str, office: str) -> None:
    """A line holds in its wards; elsewhere nothing is known of the street."""
    found = listed("cây đổ ở phố Hai Chủ", Place(ward_code=ward, method="ward-name", confidence=0.97))

    assert found.office == office
    assert ("Decision 2" in found.rule.en) == (ward == HOAN_KIEM)


@pytest.mark.parametrize("text", ["phố Để Ngỏ", "góc phố Hai Chủ và phố Đường Thành Phố", "cây ở hai chủ khác nhau"])
def test_a_street_that_leaves_it_open_says_nothing(text: str) -> None:
    """A manager `unknown`, two streets that differ, a name that is ordinary words here."""
    assert (listed(text).office, listed(text).co_offices) == ("so-xd", (WARD,))


def test_the_address_says_where_before_the_text_does() -> None:
    """What the sender gave as the place."""
    found = listed("cây gãy cành", location=Location(address="12 Hai Chủ"))

    assert found.office == WARD


@pytest.mark.parametrize(
    ("category", "text", "office", "co_offices"),
    [
        ("education", "trường mầm non thu tiền", WARD, ()),
        ("education", "truong tieu hoc thu tien", WARD, ()),
        ("education", "trường THCS lạm thu", WARD, ()),
        ("education", "trường THPT lạm thu", "so-gddt", ()),
        ("education", "trường tiểu học và trung học phổ thông", "so-gddt", (WARD,)),
        ("education", "trường thu tiền", "so-gddt", (WARD,)),
        ("social-policy", "công ty nợ lương công nhân", "so-nv", ()),
        ("social-policy", "trợ cấp cho thương binh", "so-nv", (WARD,)),
        ("social-policy", "công ty nợ lương, con là trẻ em khuyết tật", "so-nv", ("so-yt",)),
        ("social-policy", "hộ nghèo chưa được trợ cấp", "so-yt", (WARD,)),
        ("social-policy", "cụ bà neo đơn", "so-yt", (WARD,)),
        ("social-policy", "chế độ chậm", "so-nv", ("so-yt", WARD)),
        ("public-order", "bạo hành trẻ em", "ca-tp", ("so-yt", WARD)),
        ("public-order", "đánh nhau", "ca-tp", ()),
        ("traffic-signal", "đèn đỏ không sáng", "ca-tp", ("so-xd",)),
        ("food-safety", "quán ăn bẩn", "so-yt", (WARD,)),
        ("public-transport", "xe buýt bỏ bến", "so-xd", ("cty-xe-buyt",)),
        ("public-transport", "metro dừng lâu", "so-xd", ("cty-metro",)),
        ("water-supply", "mất nước", "so-xd", ("cty-nuoc-sach",)),
        ("market", "hàng giả", "so-ct", ()),
        ("waste", "rác chưa thu", WARD, ()),
        ("construction", "xây trái phép", WARD, ()),
    ],
)
def test_the_owner_follows_from_what_it_is_about(category: str, text: str, office: str, co_offices: tuple[str, ...]) -> None:
    """Level of school, labour or protection, a child or an elder, lights, buses: in the words of the text."""
    found = owner(category, text)

    assert (found.office, found.co_offices) == (office, co_offices)


@pytest.mark.parametrize(
    ("category", "text", "source"),
    [
        ("waste", "rác", "69/2025/QĐ-UBND"),
        ("construction", "xây", "3966/UBND-ĐT"),
        ("education", "tiểu học", "142/2025/NĐ-CP"),
        ("food-safety", "bẩn", "53/2025/QĐ-UBND (chờ thành phố xác nhận)"),
        ("social-policy", "lương", "phân công của các bộ (chờ thành phố xác nhận)"),
    ],
)
def test_a_rule_names_its_decision_and_whether_it_is_confirmed(category: str, text: str, source: str) -> None:
    """What the press reported as decided, and what the city must still say."""
    assert owner(category, text).rule.vi.endswith(f"theo {source}")


def test_a_school_whose_ward_is_not_known_is_with_the_department_first() -> None:
    """And the rule says why."""
    found = owner("education", "trường mầm non", NOWHERE)

    assert (found.office, "chưa rõ phường, xã nào" in found.rule.vi) == ("so-gddt", True)


def test_a_classified_petition_carries_its_rule() -> None:
    """For citizen, office and triage; what a person must sort first carries the rule that would hold."""
    sure, unsure = shipped().classify_texts(
        [Asked("Đèn đường trong ngõ 12 phường Định Công hỏng ba hôm nay, tối om"), Asked("Rác chất đống mấy hôm nay không ai thu gom")]
    )
    (dinh_cong,) = [ward.office for ward in wards().values() if ward.name_vi == "Định Công"]

    assert sure.owner_rule
    assert unsure.owner_rule
    assert (sure.office, "61/2025/QĐ-UBND" in sure.owner_rule.vi) == (dinh_cong, True)
    assert (unsure.office, "69/2025/QĐ-UBND" in unsure.owner_rule.vi) == (TRIAGE_OFFICE, True)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Hàng Mới,,city,1/QĐ", "4 fields"),
        (",,city,1/QĐ,confirmed", "street: must be a name"),
        ("?,,city,1/QĐ,confirmed", "street: must be a name"),
        ("Hàng Mới,Nowhere,city,1/QĐ,confirmed", "wards: 'Nowhere'"),
        ("Hàng Mới,,district,1/QĐ,confirmed", "manager: 'district' must be one of city, ward, unknown"),
        ("Hàng Mới,,city,,confirmed", "source: missing"),
        ("Hàng Mới,,city,1/QĐ,perhaps", "status: 'perhaps' must be one of"),
        ("để ngỏ,00070,city,1/QĐ,confirmed", "street: 'để ngỏ' has a line above"),
    ],
)
def test_the_streets_checker_names_line_field_and_rule(line: str, said: str) -> None:
    """So that an operator finds it."""
    (mistake,) = parse_streets(f"{LIST}{line}\n")[1]

    assert (mistake.line, said in mistake.what) == (6, True)


def test_the_command_checks_the_streets_and_nothing_starts_with_bad_ones(tmp_path: Path) -> None:
    """`petitions routing check --streets FILE` prints file:line: field: rule and exits with 1; a table is not built on it."""
    bad = tmp_path / "streets.csv"
    bad.write_text(f"{','.join(COLUMNS)}\nHàng Mới,,district,1/QĐ,confirmed\n", encoding="utf-8")
    failed = CliRunner().invoke(routing, ["check", "--streets", str(bad)])

    assert (failed.exit_code, f"{bad}:2: manager: 'district'" in failed.output) == (1, True)
    with pytest.raises(BadRoutingError, match=r"streets\.csv:2: manager"):
        routes.load(streets=bad)


def test_a_street_file_of_another_shape_is_refused() -> None:
    """With the header that it must have."""
    (mistake,) = parse_streets("name,who\nHuế,city\n")[1]

    assert (mistake.line, mistake.what) == (1, f"the first line must be {','.join(COLUMNS)}")
