"""The words before a name that tell what it is: phường, q., đường, cầu, ông …

Each table lists the accented words; the plain forms that a text without accents uses are made from them. In a text with accents
only the accented words count (`xa` is then `far`, not `commune`), besides the abbreviations, which have none.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Literal

from streams.classify.text.folding import fold


class Role(StrEnum):
    """What the words before a name make of it."""

    WARD = "ward"
    COMMUNE = "commune"
    TOWN = "town"
    DISTRICT = "district"
    AUTHORITY = "authority"  # UBND, công an: of a unit, but of which level is not said
    STREET = "street"
    NEAR = "near"  # chợ, trường, thôn: mostly within the place that it is named after
    FAR = "far"  # cầu, sông, sân bay: may be anywhere
    PERSON = "person"
    AREA = "area"  # ở, tại, thôn, chung cư: a plain place
    NONE = "none"


_ACCENTED = {
    Role.WARD: "phường",
    Role.COMMUNE: "xã",
    Role.TOWN: "thị trấn",
    Role.DISTRICT: "quận|huyện|thị xã|thành phố|liên quận",
    Role.AUTHORITY: "ủy ban|uỷ ban|công an|đảng ủy|bộ phận một cửa|ủy ban nhân dân|chính quyền",
    Role.STREET: (
        "đường|phố|mặt đường|mặt phố|đại lộ|vỉa hè|tuyến đường|đoạn đường|ngã tư|ngã ba|nút giao|dốc|vòng xuyến|vòng xoay|bùng binh"
    ),
    Role.NEAR: (
        "chợ|hồ|trường|tiểu học|trung học cơ sở|mầm non|mẫu giáo|công viên|vườn hoa|nhà văn hóa|nghĩa trang|chùa|đình|đền|"
        "khu công nghiệp|cụm công nghiệp|trạm y tế|sân vận động|bể bơi|thôn|làng|xóm"
    ),
    Role.FAR: (
        "hầm chui|cầu chui|hầm bộ hành|cầu bộ hành|"
        "cầu|cầu vượt|sông|sân bay|đê|ga|bến xe|bệnh viện|cao tốc|quốc lộ|tỉnh lộ|đại học|học viện|công ty|cao đẳng|"
        "ngân hàng|siêu thị|nhà máy|hầm|tàu|tuyến|xe buýt|metro|ga metro|bến"
    ),
    Role.PERSON: (
        "ông|bà|anh|chị|cô|chú|bác|cháu|thầy|bạn|đồng chí|em|tên|tên là|nguyễn|trần|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|ngô|"
        "lý|đinh|trịnh|lương|thị|bé|con|mẹ|bố|cụ|dì"
    ),
    Role.AREA: (
        "ở|tại|khu|dân|người|chung cư|khu đô thị|tập thể|khu tập thể|phía|về|qua|bên|từ|đến|gần|đoạn|địa bàn|vùng|"
        "khu vực|nhà ở|tổ dân phố|cả|quanh|ngay|giữa|thuộc|hướng|sang|lên|xuống|khắp|trên|dân cư|cư dân|mạn|đất|quê|ra|vào"
    ),
}
_ABBREVIATED = {
    Role.WARD: "p|ph|phg|f|phuong|phuog|phương|phừơng|phưòng|phuờng|phừong|fường",
    Role.COMMUNE: "x",
    Role.TOWN: "tt|ttr|thi tran",
    Role.DISTRICT: "q|h|tx|huyen|tp",
    Role.AUTHORITY: "ubnd|ca|ub|hđnd|hdnd|pa06|ban công an",
    Role.STREET: "đ|đg|d",
    Role.NEAR: "thcs|thpt|kcn|tyt|svđ|th",
    Role.FAR: "bv|bvđk|bx|ql|tl|cty|đh|brt",
    Role.AREA: "kđt|kdt|ktt|cc|tdp|kdc|kv",
}
_AFTER = {"ward": Role.WARD, "commune": Role.COMMUNE, "district": Role.DISTRICT, "street": Role.STREET, "road": Role.STREET}
"""English puts them after the name."""
LONGEST = 4
"""Words in the longest entry."""


def _accented() -> dict[str, Role]:
    return {word: role for source in (_ACCENTED, _ABBREVIATED) for role, words in source.items() for word in words.split("|")}


# Without accents these stand for several words; the commoner reading before the name of a place.
_PLAIN = {
    "xa": Role.COMMUNE,
    "quan": Role.DISTRICT,
    "cho": Role.NEAR,
    "ho": Role.NEAR,
    "duong": Role.STREET,
    "cau": Role.FAR,
    "to": Role.AREA,
}
_NOT_PLAIN = ("dinh", "ba", "ban", "co", "ten", "con", "be", "cu", "bo", "di", "vo", "bac")


@cache
def roles(text: Literal["accented", "plain"]) -> dict[str, Role]:
    """Words (lower case, one space between) → role, for texts with accents or without."""
    accented = _accented()
    if text == "accented":
        return accented
    folded = {fold(word): role for word, role in reversed(accented.items())}
    return folded | _PLAIN | dict.fromkeys(_NOT_PLAIN, Role.NONE)


@cache
def endings(text: Literal["accented", "plain"]) -> frozenset[str]:
    """The last words of all entries: after any other word there is no role."""
    return frozenset(entry.rsplit(" ", 1)[-1] for entry in roles(text))


def role_after(text: str) -> Role | None:
    """What the English word after a name makes of it; `text` is in lower case and begins after the name."""
    return _AFTER.get(text.lstrip(" ").split(" ", 1)[0].rstrip(".,;:!?)"))


@cache
def ordinary() -> frozenset[str]:
    """Folded names that are ordinary words, persons' names or places elsewhere too (`ordinary.txt`)."""
    lines = resources.files(__package__).joinpath("ordinary.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
