"""A form of Open311 and the petition that it is."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.http.open311.form import Form, petition_of
from schemas.web import Problem

GOOD = {"service_code": "drainage", "lat": "21.03", "long": "105.85", "description": "Cống tắc, nước tràn ra đường"}
DAY = date(2026, 11, 27)


def form(*media_urls: str, **more: str) -> Form:
    return Form({**GOOD, **more}, media_urls)


def broken_by(given: Form) -> list[tuple[str, str]]:
    with pytest.raises(Problem) as refused:
        petition_of(given, "fms")
    return [(one.field, one.rule) for one in refused.value.fields]


def test_every_field_finds_its_place() -> None:
    """The standard's fields are the petition's, under other names."""
    found = petition_of(
        form(
            "https://anh.example.vn/1.jpg",
            address_string="12 phố Huế",
            address_id="00070",
            email="an@example.vn",
            first_name="An",
            last_name="Nguyễn",
            phone="0912 345 678",
            **{"attribute[fixmystreet_id]": "4711", "attribute[urgent]": "true"},
        ),
        "fms",
    )

    assert found.model_dump(mode="json", exclude_none=True) == {
        "channel": "fms",
        "external_id": "4711",
        "text": GOOD["description"],
        "category": "drainage",
        "location": {"lat": 21.03, "long": 105.85, "address": "12 phố Huế", "ward_code": "00070"},
        "contact": {"name": "An Nguyễn", "phone": "0912 345 678", "email": "an@example.vn"},
        "media_urls": ["https://anh.example.vn/1.jpg"],
        "files": [],
        "urgent": True,
    }


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"lat": "north"}, "lat", "float_parsing"),
        ({"lat": "51.5"}, "lat", "less_than_equal"),
        ({"address_id": "99999"}, "address_id", "unknown_ward"),
        ({"email": "nobody"}, "email", "string_pattern_mismatch"),
        ({"attribute[urgent]": "perhaps"}, "attribute[urgent]", "enum"),
        ({"colour": "red"}, "colour", "extra_forbidden"),
    ],
)
def test_what_breaks_a_rule_is_named_as_the_form_names_it(changed: dict[str, str], field: str, rule: str) -> None:
    """Not as our own model does."""
    assert broken_by(form(**changed)) == [(field, rule)]


def test_a_report_needs_a_place() -> None:
    """As the standard says: a point, an address, or an address's id."""
    without: Any = {name: text for name, text in GOOD.items() if name not in ("lat", "long")}

    assert broken_by(Form(without, ())) == [("lat, long", "missing")]
    assert petition_of(Form({**without, "address_string": "12 phố Huế"}, ()), "fms").location is not None


@given(st.dictionaries(st.sampled_from(["description", "lat", "email", "device_id"]), st.text(min_size=1, max_size=5)))
def test_the_same_report_is_the_same_on_its_day_only(changes: dict[str, str]) -> None:
    """Whatever differs makes another one; the key that it was sent with does not, nor the order of the fields."""
    one = Form({**GOOD, **changes}, ())
    again = Form(dict(reversed([*one.fields.items(), ("api_key", "k")])), ())

    assert one.digest(DAY) == again.digest(DAY)
    assert one.digest(DAY) != one.digest(date(2026, 11, 28))
    assert (one.digest(DAY) == form().digest(DAY)) == (one.fields == GOOD)


def test_an_update_is_known_by_its_own_id_else_by_what_it_says() -> None:
    """Whatever letters the id has, the key can stand in a header."""
    named = [form(update_id="số 9", description=text).update_key(DAY) for text in ("Thêm", "Khác")]
    plain = [form(description=text).update_key(DAY) for text in ("Thêm", "Khác", "Thêm")]

    assert named[0] == named[1]
    assert plain[0] == plain[2] != plain[1]
    assert all(key.isascii() for key in (*named, *plain))
