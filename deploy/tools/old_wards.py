"""Makes `schemas/reference/old_wards.csv` from the data of the package vietnamadminunits (MIT), 1.0.4.

    python -m deploy.tools.old_wards DATA_DIR > schemas/reference/old_wards.csv

`DATA_DIR` holds `dataset.db` (names and codes before and after 1 July 2025) and `converter_2025.json` (old → new). The package is
needed for this alone, never at run time. Names that ended in the mergers of 2024 come from its aliases, which have no
diacritics; `FORMER` gives them back.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from streams.classify.text.folding import fold

HANOI = "01"
HANOI_KEY = "thanhphohanoi"
KINDS = {"Phường": "ward", "Xã": "commune", "Thị trấn": "town"}
FORMER_NAMES = (
    "Nguyễn Trung Trực|Sài Đồng|Quốc Tử Giám|Văn Miếu|Trung Phụng|Phương Liên|Trung Tự|Ngã Tư Sở|Bùi Thị Xuân|Ngô Thì Nhậm|"
    "Đống Mác|Cầu Dền|Quỳnh Lôi|Thanh Xuân Nam|Kim Giang|Đình Xuyên|Dương Hà|Trung Mầu|Phú Thị|Kim Sơn|Đông Dư|Văn Đức|Kim Lan|"
    "Vạn Yên|Yết Kiêu|Nguyễn Trãi|Lê Lợi|Quang Trung|Châu Sơn|Phú Phương|Tản Hồng|Vân Hà|Vân Nam|Cẩm Đình|Xuân Phú|Phương Độ|"
    "Sen Chiểu|Thọ Lộc|Tích Giang|Thượng Cốc|Long Xuyên|Phượng Cách|Yên Sơn|Nghĩa Hương|Liệp Tuyết|Tân Hòa|Đại Thành|Tân Phú|"
    "Dị Nậu|Canh Nậu|Chàng Sơn|Hữu Bằng|Bình Phú|Đồng Phú|Hồng Phong|Phú Nam An|Hòa Chính|Xuân Dương|Cao Dương|Thư Phú|Vạn Điểm|"
    "Thống Nhất|Tri Trung|Thụy Phú|Văn Nhân|Đại Thắng|Nam Triều|Sơn Hà|Viên Nội|Viên An|Hoa Sơn|Cao Thành|Sơn Công|Đồng Tiến|"
    "Hòa Xá|Vạn Thái|Hòa Nam|Hòa Lâm|Lưu Hoàng|Hồng Quang|Đội Bình|Mỹ Thành|Bột Xuyên|Đốc Tín|Vạn Kim"
)
SPELLING = {
    "Đại áng": "Đại Áng",
    "Yên Viên (Thị trấn)": "Yên Viên",
    "Yên Viên (Xã)": "Yên Viên",
    "Văn Miếu Quốc Tử Giám": "Văn Miếu - Quốc Tử Giám",
    "Phương Liên Trung Tự": "Phương Liên - Trung Tự",
}


class OldWard(NamedTuple):
    """A unit that was dissolved. `merged`: the year in which it went; `wards`: codes of those that hold a part of it now."""

    district: str
    kind: str
    name_vi: str
    merged: int
    wards: str


def _key(name: str) -> str:
    return fold(name).replace(" ", "")


FORMER = {_key(name): name for name in FORMER_NAMES.split("|")}


def _successors(data: Path, codes: dict[str, str]) -> dict[str, set[str]]:
    """Old unit's key → codes of the new ones."""
    converter = json.loads((data / "converter_2025.json").read_text(encoding="utf-8"))
    found: dict[str, set[str]] = {}
    for new, olds in converter["DICT_PROVINCE_WARD_NO_DIVIDED"][HANOI_KEY].items():
        for old in olds:
            found.setdefault(old, set()).add(codes[new])
    for old, parts in converter["DICT_PROVINCE_WARD_DIVIDED"][HANOI_KEY].items():
        found.setdefault(old, set()).update(codes[part["newWardKey"]] for part in parts)
    return found


def rows(data: Path) -> Iterator[OldWard]:
    """The units of 2025 and those that were merged into them in 2024, sorted by district and name."""
    with closing(sqlite3.connect(data / "dataset.db")) as database:
        new = dict(database.execute("select wardKey, wardCode from admin_units where provinceCode = ?", (HANOI,)))
        units = database.execute(
            "select districtShort, districtKey, wardKey, wardType, wardShort, wardAlias from admin_units_legacy"
            " where provinceCode = ? order by districtShort, wardShort, wardKey",
            (HANOI,),
        ).fetchall()
    successors = _successors(data, new)
    former: dict[tuple[str, str, str], set[str]] = {}
    for district, district_key, key, kind, name, aliases in units:
        wards = successors[f"{HANOI_KEY}_{district_key}_{key}"]
        yield OldWard(district, KINDS[kind], SPELLING.get(name, name), 2025, " ".join(sorted(wards)))
        for alias in json.loads(aliases or "[]"):
            if alias in FORMER and FORMER[alias] != name:
                former.setdefault((district, KINDS[kind], FORMER[alias]), set()).update(wards)
    for (district, kind, name), wards in sorted(former.items()):
        yield OldWard(district, kind, name, 2024, " ".join(sorted(wards)))


def main() -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(OldWard._fields)
    writer.writerows(rows(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
