"""Personal data in free text is found as people write it, and what only looks like it stays readable."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.platform.masking import Kind, find, mask, masked
from schemas.reference.texts import codes

_ID = "2b61b0912345678be297f8b538"


@pytest.mark.parametrize(
    ("text", "kind", "personal"),
    [
        ("gọi 0912345678 nhé", Kind.PHONE, "0912345678"),
        ("sđt0912345678", Kind.PHONE, "0912345678"),
        ("số 0912.345.678, tối", Kind.PHONE, "0912.345.678"),
        ("09 12 34 56 78", Kind.PHONE, "09 12 34 56 78"),
        ("0 9 1 2 3 4 5 6 7 8", Kind.PHONE, "0 9 1 2 3 4 5 6 7 8"),
        ("+84 912 345 678", Kind.PHONE, "+84 912 345 678"),
        ("84912345678", Kind.PHONE, "84912345678"),
        ("(024)3825 3536", Kind.PHONE, "024)3825 3536"),
        ("CCCD 001099012345 cấp", Kind.IDENTITY, "001099012345"),
        ("căn cước: 001.099.012.345", Kind.IDENTITY, "001.099.012.345"),
        ("CMND 012345678", Kind.IDENTITY, "012345678"),
        ("CMT số 112 345 678", Kind.IDENTITY, "112 345 678"),
        ("xe 29A-123.45 đỗ", Kind.PLATE, "29A-123.45"),
        ("xe 29a12345", Kind.PLATE, "29a12345"),
        ("xe máy 29-B1 123.45", Kind.PLATE, "29-B1 123.45"),
        ("xe 30E1-234.56", Kind.PLATE, "30E1-234.56"),
        ("xe tải 29C-1234", Kind.PLATE, "29C-1234"),
        ("xe 29H 12345", Kind.PLATE, "29H 12345"),
        ("biển số 29H 1234", Kind.PLATE, "29H 1234"),
        ("thư an.nguyen+hn@mail.example.vn nhé", Kind.EMAIL, "an.nguyen+hn@mail.example.vn"),
    ],
)
def test_what_is_personal_is_found_as_people_write_it(text: str, kind: Kind, personal: str) -> None:
    """Phones spaced, dotted, glued or international; identity numbers of 12 and 9 digits; plates old and new; e-mail."""
    ((found, (start, end)),) = find(text)

    assert found is kind
    assert personal in text[start:end]
    assert not any(letter.isdigit() for letter in mask(text))


@pytest.mark.parametrize(
    "text",
    [
        "Số 12 ngõ 345/678 phố Huế, tổ 14",
        "toà 24T1 căn 1203, 24T1 1203",
        "ngày 24/11/2026 lúc 17:30, 24h 2026, 12h 15000",
        "từ 2019 đến 2026",
        "2026-11-24T01:00:00.000Z",
        "thu 150.000.000 đồng, 150 000 000 đ, 150000000 VND",
        "1.500.000.000 đ và 12.500 m2",
        "mặt đường rộng 12 m, dài 1.200 m, km 12+345",
        "tổng đài 19001234 hoặc 1800 1234, 113, 114, 115",
        "tuyến 21B 2026, xe buýt 32",
        "toạ độ 21.0285, 105.8542",
        f"hồ sơ {_ID}",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    """House numbers, flats, dates, amounts, hotlines, coordinates and our own ids are no person's numbers."""
    assert mask(text) == text


def test_each_kind_has_its_words() -> None:
    """Every kind of the catalogue is told in both languages."""
    assert codes("masked") == set(Kind)
    assert mask("gọi 0912345678", "en") == "gọi (phone number masked)"


def test_json_is_masked_at_any_depth() -> None:
    """Fields, names of fields, numbers, lists, and JSON within a text are all looked into; hidden fields go whole."""
    inner = json.dumps({"text": "gọi 0912 345 678", "name": "An"})
    found = masked({"a": [{"b": "0912345678"}], "0987654321": 1, "n": 84912345678, "escaped": inner, "name": ["An"]}, hide={"name"}, by="-")
    text = json.dumps(found, ensure_ascii=False)

    assert not any(part in text for part in ("0912", "0987654321", "84912345678", '"An'))
    assert found["name"] == "-"
    assert masked({"id": _ID, "seq": 3, "open": True, "none": None}) == {"id": _ID, "seq": 3, "open": True, "none": None}


@given(st.text(alphabet="0123456789 .-/aAđ@x+(", max_size=60))
def test_masking_is_done_once(text: str) -> None:
    """What was masked has nothing more to mask, whatever stood there."""
    once = mask(text)

    assert mask(once) == once
