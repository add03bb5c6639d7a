"""The words before a name that tell what it is: phường, q., đường, cầu, ông …

Each table lists the accented words; the plain forms that a text without accents uses are made from them. In a text with accents
only the accented words count (`xa` is then `far`, not `commune`), besides the abbreviations, which have none.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache

from streams.classify.text import fold


class Role(StrEnum):
    """What the words before a name make of it."""

    WARD = "ward"
    COMMUNE = "commune"
    TOWN = "town"
    DISTRICT = "district"
    AUTHORITY = "authority"  # UBND, công an: of a unit, but of which level is not said
    STREET = "street"
    NEAR = "near"  # chợ, hồ, trường: mostly within the place that it is named after
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
    Role.STREET: "đường|phố|mặt đường|mặt phố|đại lộ|vỉa hè|tuyến đường|đoạn đường|ngã tư|ngã ba|nút giao|dốc",
    Role.NEAR: (
        "chợ|hồ|trường|tiểu học|trung học cơ sở|mầm non|mẫu giáo|công viên|vườn hoa|nhà văn hóa|nghĩa trang|chùa|đình|đền|"
        "khu công nghiệp|cụm công nghiệp|trạm y tế|sân vận động|bể bơi"
    ),
    Role.FAR: (
        "cầu|cầu vượt|sông|sân bay|đê|ga|bến xe|bệnh viện|cao tốc|quốc lộ|tỉnh lộ|đại học|học viện|công ty|cao đẳng|"
        "ngân hàng|siêu thị|nhà máy|hầm|tàu|tuyến|xe buýt"
    ),
    Role.PERSON: (
        "ông|bà|anh|chị|cô|chú|bác|cháu|thầy|bạn|đồng chí|em|tên|tên là|nguyễn|trần|phạm|hoàng|huỳnh|phan|vũ|võ|đặng|bùi|đỗ|ngô|"
        "lý|đinh|trịnh|lương|nguyễn thị|trần thị|bé|con|mẹ|bố|cụ|dì"
    ),
    Role.AREA: (
        "ở|tại|khu|thôn|làng|xóm|dân|người|chung cư|khu đô thị|tập thể|khu tập thể|phía|về|qua|bên|từ|đến|gần|đoạn|địa bàn|vùng|"
        "khu vực|nhà ở|tổ dân phố|cả|quanh|ngay|giữa|thuộc|hướng|sang|lên|xuống|khắp|trên|dân cư|cư dân|mạn|đất|quê|ra|vào"
    ),
}
_ABBREVIATED = {
    Role.WARD: "p|ph|phg|f|phuong|phuog|phường",
    Role.COMMUNE: "x",
    Role.TOWN: "tt|ttr|thi tran",
    Role.DISTRICT: "q|h|tx|huyen|tp",
    Role.AUTHORITY: "ubnd|ca|ub|hđnd|hdnd|pa06|ban công an",
    Role.STREET: "đ|đg|d",
    Role.NEAR: "thcs|thpt|kcn|tyt|svđ|th",
    Role.FAR: "bv|bvđk|bx|ql|tl|cty|đh|brt",
    Role.AREA: "kđt|kdt|ktt|cc|tdp|kdc|kv|xom|thon",
}
LONGEST = 4
"""Words in the longest entry."""


def _table(plain: bool) -> dict[str, Role]:
    table: dict[str, Role] = {}
    for source in (_ACCENTED, _ABBREVIATED):
        for role, words in source.items():
            for word in words.split("|"):
                table[word] = role
                if plain:
                    table.setdefault(fold(word), role)
    if plain:
        table |= _PLAIN
    return table


# Without accents these stand for several words; the commoner reading before the name of a place.
_PLAIN = {"xa": Role.COMMUNE, "quan": Role.DISTRICT, "cho": Role.NEAR, "ho": Role.NEAR, "dinh": Role.NONE, "ba": Role.NONE,
          "ban": Role.NONE, "co": Role.NONE, "ten": Role.NONE, "con": Role.NONE, "be": Role.NONE, "cu": Role.NONE, "bo": Role.NONE,
          "duong": Role.STREET, "cau": Role.FAR, "di": Role.NONE, "to": Role.AREA, "vo": Role.NONE, "bac": Role.NONE}  # fmt: skip


@cache
def roles(plain: bool) -> dict[str, Role]:
    """Words (lower case, one space between) → role, for texts without accents (`plain`) or with them."""
    return _table(plain)


ORDINARY = frozenset(
    "binh minh|quang minh|tu nhien|hop dong|dong tien|tu lap|thong nhat|hoa binh|dan chu|doan ket|tien phong|can kiem|thanh cong|"
    "dong tam|trung hoa|tan tien|hop tien|dai dong|dan quyen|tien tien|dong lac|bach khoa|lang|thang loi|hoa lac|hop thanh|"
    "an tien|dong thai|dai hung|tan dan|tan minh|tan phu|tan hoa|quang trung|phu cuong|dai thanh|hoa nam|dong phu|hoa phu|"
    "dai thang|binh phu|nam son|bac son|dong son|hai boi|kim lan|mai lam|lam son|trung tu|van mieu|xuan thu|tien duoc|"
    "ba vi|minh phu|minh tri|minh tan|minh duc|thanh nien|hoa son|an phu|son ha|viet long|binh yen|yen bai|dong la|nha tho|"
    "ngoc khanh|kim anh|minh chau|hung dao|phu minh|thanh binh|lien quan|lien ha|tam hiep|thuan an|van vo|buoi|cua nam|cua bac|"
    "kim chung|hong ha|hoang long|tuyet nghia|an thuong|an khanh|thanh mai|kim thu|thanh van|thanh cao|bac hong|nam hong".split("|")
)
"""Folded names that are ordinary words, persons' names or places elsewhere too: in lower case they mean nothing by themselves."""
