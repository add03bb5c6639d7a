"""Cases as a table for a spreadsheet: CSV that Excel opens with Vietnamese letters, and XLSX. A cell never becomes a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import IO, Any

import xlsxwriter

from consumers.views.citizen import Json
from schemas.platform.instants import local
from schemas.reference import wards
from schemas.reference.texts import Language, words

BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for its own old code page."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""With which a cell begins that a spreadsheet computes (OWASP, CSV injection)."""
_COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("petition_id", "Mã phản ánh", "Petition"),
    ("state", "Trạng thái", "State"),
    ("level", "Mức độ", "Level"),
    ("category_name", "Lĩnh vực", "Category"),
    ("office", "Cơ quan xử lý", "Office"),
    ("officer_name", "Cán bộ", "Officer"),
    ("ward", "Phường, xã", "Ward"),
    ("received_at", "Tiếp nhận", "Received"),
    ("deadline", "Hạn trả lời", "Answer by"),
    ("overdue", "Đang quá hạn", "Late now"),
    ("missed", "Đã từng quá hạn", "Once late"),
    ("escalation", "Bậc leo thang", "Rung"),
    ("transfers", "Số lần chuyển", "Transfers"),
    ("reopened", "Số lần mở lại", "Reopened"),
    ("followers", "Người cùng phản ánh", "Followers"),
    ("channel", "Kênh", "Channel"),
    ("text", "Nội dung", "Text"),
)


def head(lang: Language) -> list[str]:
    """The columns' names."""
    return [vi if lang == "vi" else en for _, vi, en in _COLUMNS]


def row(item: Json, lang: Language) -> list[Any]:
    """A line of a list as cells: numbers as numbers, instants as people in Hanoi write them."""
    ward = wards().get(item["ward"] or "")
    in_words = {
        "state": words("state", item["state"], lang),
        "level": words("level", item["level"], lang),
        "office": item["office"]["name"],
        "ward": ward.full_name_vi if ward else "",
        "received_at": local(item["received_at"]),
        "deadline": local(item["deadline"]) if item["deadline"] else "",
        "overdue": int(item["overdue"]),
        "missed": int(item["missed"]),
    }
    return [in_words.get(name, item.get(name, "")) for name, _, _ in _COLUMNS]


def csv_line(cells: Sequence[Any]) -> str:
    made = io.StringIO()
    csv.writer(made).writerow([_plain(cell) for cell in cells])
    return made.getvalue()


class Xlsx:
    """A workbook that grows row by row, in files: whatever their number, little of it is in memory. The first row is the head."""

    def __init__(self, into: IO[bytes], folder: str) -> None:
        """`folder`: for the rows until the book is closed."""
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(into, options)
        self._page, self._rows = self._book.add_worksheet(), 0

    def add(self, cells: Sequence[Any]) -> None:
        self._page.write_row(self._rows, 0, cells)
        self._rows += 1

    def close(self) -> None:
        """From now on the file is whole."""
        self._page.freeze_panes(1, 1)
        self._page.autofilter(0, 0, self._rows - 1, len(_COLUMNS) - 1)
        self._page.set_column(0, len(_COLUMNS) - 1, 20)
        self._book.close()


def _plain(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
