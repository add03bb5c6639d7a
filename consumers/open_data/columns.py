"""The data dictionary: each column, what it means and what it may hold. Everything else, the description included, is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Types by their names in Table Schema (https://specs.frictionlessdata.io/table-schema/)."""

    TEXT = "string"
    NUMBER = "integer"
    BOOLEAN = "boolean"
    DAY = "date"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    kind: Kind
    vi: str
    en: str
    always: bool = False
    """Never empty."""


COLUMNS = (
    Column(
        "number",
        Kind.TEXT,
        "Số công khai của phản ánh, như trên trang công khai",
        "The petition's public number, as on the page",
        always=True,
    ),
    Column("received_on", Kind.DAY, "Ngày tiếp nhận (giờ Hà Nội)", "Day of reception (Hanoi)", always=True),
    Column("category", Kind.TEXT, "Mã lĩnh vực, xem /v1/categories", "Code of the category, see /v1/categories", always=True),
    Column("ward", Kind.TEXT, "Mã phường, xã, xem /v1/wards; trống: chưa rõ", "Code of the ward, see /v1/wards; empty: not known"),
    Column("level", Kind.TEXT, "Mức độ: ordinary, complex, urgent", "Level: ordinary, complex, urgent", always=True),
    Column("state", Kind.TEXT, "Trạng thái vào cuối khoảng thời gian", "State at the end of the span", always=True),
    Column(
        "office",
        Kind.TEXT,
        "Mã cơ quan chịu trách nhiệm, xem /v1/offices; trống: đang phân loại",
        "Code of the responsible office, see /v1/offices; empty: being sorted",
    ),
    Column("deadline_on", Kind.DAY, "Hạn trả lời", "By when it must be answered"),
    Column("answered_on", Kind.DAY, "Ngày trả lời gần nhất", "Day of the newest answer"),
    Column("result", Kind.TEXT, "Kết quả của câu trả lời đó: done, not-done, …", "That answer's result: done, not-done, …"),
    Column("in_time", Kind.BOOLEAN, "Câu trả lời đó có đúng hạn không", "Whether that answer was in time"),
    Column(
        "was_late", Kind.BOOLEAN, "Đã từng quá hạn trả lời hoặc hạn đã hứa", "A deadline to answer or a promised date passed", always=True
    ),
    Column("escalation", Kind.NUMBER, "Bậc leo thang, 0 đến 3", "Rung of escalation, 0 to 3", always=True),
    Column("transfers", Kind.NUMBER, "Số lần chuyển cơ quan", "How often it was handed to another office", always=True),
    Column("reopened", Kind.NUMBER, "Số lần người dân mở lại", "How often its citizen reopened it", always=True),
)
