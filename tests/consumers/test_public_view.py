"""What anybody may read: nothing that somebody wrote, no few people's figures, and no way from a number to its petition."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from consumers.http.public import wanted
from consumers.read_model.statistics import Row
from consumers.timeline import TimelineEntry
from consumers.views import public
from consumers.views.feed import NAMESPACE, Followed, atom
from consumers.views.statistics import LEAST, hidden, statistics
from schemas.events.numbers import Numbers
from schemas.reference.places import streets
from schemas.web import Problem

NOW = datetime(2026, 11, 27, 17, 30, tzinfo=UTC)
NUMBERS = Numbers((b"s" * 32,))
ROW: dict[str, Any] = {
    "petition_id": "a" * 26,
    "state": "answered",
    "category": "road-damage",
    "office": "so-xd",
    "ward_code": "00070",
    "received_at": NOW,
    "updated_at": NOW,
    "deadline": None,
    "petition": {"text": "Trước nhà tôi", "location": {"lat": 21.0001, "long": 105.8001, "address": "Phố Huế"}},
    "result": "done",
    "late": False,
    "followers": 2,
}


def test_every_street_has_a_code_of_its_own() -> None:
    """Names that differ by their marks alone would share a feed; none do."""
    assert sorted(public.streets_by_code().values()) == sorted(street.name_vi for street in streets())
    assert all(code.replace("-", "").isascii() for code in public.streets_by_code())


@given(st.binary(min_size=13, max_size=13))
def test_a_number_leads_back_to_its_petition_and_tells_nothing_of_it(raw: bytes) -> None:
    """With the secret that made it, or one that came before; not with another deployment's."""
    petition_id = raw.hex()
    number = NUMBERS.of(petition_id)

    assert NUMBERS.petition_of(number) == petition_id
    assert Numbers((b"n" * 32, *NUMBERS.secrets)).petition_of(number) == petition_id
    assert Numbers((b"n" * 32,)).petition_of(number) is None


@pytest.mark.parametrize("text", ["", "a" * 26, "2" * 26, "7KMA-2PXD-49RC", "á" * 26, "a" * 27, "A" * 26])
def test_a_made_up_number_is_nobody_s(text: str) -> None:
    """Whatever it looks like."""
    assert NUMBERS.petition_of(text) is None


def test_neighbouring_petitions_have_numbers_that_are_nothing_alike() -> None:
    """So nobody counts on from his own."""
    first, second = NUMBERS.of("0" * 26), NUMBERS.of("0" * 25 + "1")

    assert sum(one == other for one, other in zip(first, second, strict=True)) < len(first) // 2


def test_a_line_has_no_words_no_point_and_no_instant() -> None:
    """Ward, street of the city's list, days."""
    shown = public.line(ROW, "n" * 26, "vi")

    assert not any(word in str(shown) for word in ("Trước nhà", "21.0001", "105.8001", "a" * 26, "17:30"))
    assert (shown["street"], shown["received_on"], shown["ward"]["code"], shown["followers"]) == ("Phố Huế", "2026-11-28", "00070", 2)


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("phố Huế", "Phố Huế"),
        ("PHỐ HUẾ, Hà Nội", "Phố Huế"),
        ("đầu đường Giải Phóng", "Giải Phóng"),
        ("12 phố Huế", None),
        ("ngõ 5 phố Huế", None),
        ("nhà anh Huế", None),
        ("Phố Huếch", None),
        ("", None),
        (None, None),
    ],
)
def test_a_street_is_named_only_from_the_city_s_list_and_without_a_number(address: str | None, street: str | None) -> None:
    """A number is a house, and a name that is no street's may be a person's."""
    assert public.street_of({"address": address}) == street


@given(st.text(max_size=80))
def test_whatever_an_address_says_only_a_street_of_the_list_is_shown(address: str) -> None:
    """Or nothing."""
    assert public.street_of({"address": address}) in {None, *public._streets().values()}


def entry(what: str, **data: Any) -> TimelineEntry:
    case = {"state": "assigned", "category": "road-damage", "level": "ordinary", "office": "so-xd", "deadline": None, "escalation": 0}
    return TimelineEntry("a" * 26, 2, f"e-{what}", what, "2026-11-27T17:30:00Z", data, case)


def test_the_steps_are_the_city_s_and_carry_no_words() -> None:
    """What the citizen added, corrected or rated is his; what an office wrote may name him."""
    lived = [
        entry("transferred", reason="Bà Lan ở số 5", from_office="so-xd", to_office="ward-00070"),
        entry("information-added", text="Tôi là Lan"),
        entry("rated", stars=1, comment="Tệ"),
        entry("answered", text="Đã trao đổi với bà Lan", result="done"),
    ]
    shown = public.whole(ROW, "n" * 26, lived, "vi")

    assert [step["type"] for step in shown["steps"]] == ["transferred", "answered"]
    assert "Lan" not in str(shown)
    assert all(set(step) == {"type", "title", "on", "office"} for step in shown["steps"])


def test_a_feed_is_atom_with_an_entry_a_petition_and_no_words() -> None:
    """Each under an id that stays, with when it changed to the hour; read by who knows nothing of us."""
    line, changed = public.line(ROW, "n" * 26, "en"), datetime(2026, 11, 27, 10, 41, 12, tzinfo=UTC)
    document = atom(Followed("wards", "ward", "00070", "Hoàn Kiếm & co"), [(line, changed)], "https://city.example", "en")
    feed = ET.fromstring(document)
    names = {"a": NAMESPACE}
    (entry,) = feed.findall("a:entry", names)

    assert [feed.findtext(f"a:{name}", None, names) for name in ("id", "updated")] == [
        "urn:hanoi-petitions:wards:00070",
        "2026-11-27T10:00:00Z",
    ]
    assert (feed.findtext("a:author/a:name", None, names), feed.findtext("a:title", None, names)) == (
        "City of Hanoi",
        "Petitions in the open: Hoàn Kiếm & co",
    )
    assert [link.get("href") for link in feed.findall("a:link", names)] == [
        "https://city.example/v1/public/wards/00070.atom?lang=en",
        "https://city.example/cong-khai?ward=00070",
    ]
    assert entry.findtext("a:id", None, names) == f"urn:hanoi-petitions:petition:{'n' * 26}"
    assert entry.findtext("a:updated", None, names) == "2026-11-27T10:00:00Z"
    assert not any(word in document.decode() for word in ("Trước nhà", "21.0001", "a" * 26))


def figures(received: int, answered: int = 0, ratings: int = 0, **about: str) -> Row:
    given: Row = {"received": received, "answered": answered, "in_time": answered, "overdue": 0, "hours": 30.04, "stars": 4.2}
    return {**given, "ratings": ratings, "ward": None, "category": None, "office": None, "month": None, **about}


def test_figures_of_few_are_not_told_nor_what_the_total_would_tell_of_them() -> None:
    """One small line alone would be the total less the others: the next smallest is left out, too."""
    rows = [
        ("", figures(61, 61, 20)),
        ("ward", figures(3, ward="00070")),
        ("ward", figures(8, ward="00082")),
        ("ward", figures(50, ward="00004")),
    ]
    found = statistics(rows, "vi")

    assert [(one["code"], one["received"], one["few"]) for one in found["by_ward"]] == [
        ("00004", 50, False),
        ("00082", None, True),
        ("00070", None, True),
    ]
    assert found["total"]["received"] == 61


def test_medians_and_means_of_few_are_not_told() -> None:
    """Of a line that is large enough for all else."""
    few, many = (statistics([("", figures(90, n, n))], "vi")["total"] for n in (LEAST - 1, LEAST))

    assert (few["received"], few["median_hours"], few["stars"]) == (90, None, None)
    assert (many["median_hours"], many["stars"], many["share"]) == (30.0, 4.2, 1.0)


@given(st.lists(st.integers(0, 30), max_size=12).map(sorted))
def test_what_is_left_out_cannot_be_worked_out(sizes: list[int]) -> None:
    """All small lines are left out; those left out are none, or all, or at least two with no few petitions in them."""
    number = hidden(sizes)

    assert all(size >= LEAST for size in sizes[number:])
    assert number in (0, len(sizes)) or (number >= 2 and sum(sizes[:number]) >= LEAST)


def test_the_last_twelve_months_are_meant_when_none_is_named() -> None:
    """Of Hanoi: it is already December there."""
    late = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)

    assert wanted.months(QueryParams(), late).names == {"from": "2026-01", "to": "2026-12"}
    assert wanted.months(QueryParams("from=2026-02&to=2026-02"), late).end == datetime.fromisoformat("2026-03-01T00:00:00+07:00")


@pytest.mark.parametrize("query", ["from=2026", "to=2026-13", "from=2026-03&to=2026-02", "from=2020-01&to=2026-01", "to=0001-01"])
def test_only_whole_months_two_years_at_most_are_counted(query: str) -> None:
    """From spans that differ by a day the figures of that day would follow."""
    with pytest.raises(Problem) as found:
        wanted.months(QueryParams(query), NOW)

    assert found.value.fields[0].field in ("from", "to")


@given(
    st.dictionaries(
        st.sampled_from(["ward", "category", "state", "received_from", "received_to", "limit", "cursor", "lat", "long", "from", "to"]),
        st.text(max_size=30) | st.sampled_from(["00070", "waste", "2026-11", "2026-11-27", "21.0", "105.8", "9999-12-31", "nan", "inf"]),
    )
)
def test_any_parameter_is_understood_or_named(query: dict[str, str]) -> None:
    """Never another error."""
    reads: list[Callable[[QueryParams], object]] = [
        lambda given: wanted.petitions(given, NOW, NUMBERS),
        lambda given: wanted.spot(given, NOW),
        lambda given: wanted.months(given, NOW),
    ]

    assert {name for read in reads if (name := blamed(read, QueryParams(query)))} <= {*query, "to"}


def blamed(read: Callable[[QueryParams], object], given: QueryParams) -> str | None:
    """The parameter that is named as wrong; None when all were understood."""
    try:
        read(given)
    except Problem as problem:
        return problem.fields[0].field
    return None


def test_nothing_is_near_without_a_place_or_where_two_may_mean_two_things() -> None:
    """A point out of the city, which a phone may give, is no place."""
    assert wanted.spot(QueryParams("category=waste"), NOW) is None
    assert wanted.spot(QueryParams("category=education&ward=00070"), NOW) is None
    assert wanted.spot(QueryParams("category=waste&ward=00070"), NOW) is not None
