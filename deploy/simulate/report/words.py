"""The report's words, Vietnamese and English."""

from __future__ import annotations

from dataclasses import dataclass

from deploy.simulate.tempers import Crowd
from schemas.reference.texts import Language


@dataclass(frozen=True, slots=True)
class Words:
    vi: str
    en: str

    def of(self, lang: Language) -> str:
        return self.vi if lang == "vi" else self.en


TITLE = Words("Mô phỏng phản ánh, kiến nghị của người dân Hà Nội", "Simulated petitions of Hanoi's citizens")
LEAD = Words(
    "{days} ngày, từ {start} đến {until}: {petitions} phản ánh của người dân giả lập, {crowd}. "
    "Mọi con số đều tính từ nhật ký sự kiện, không từ báo cáo của cơ quan.",
    "{days} days, {start} to {until}: {petitions} petitions of made-up citizens, {crowd}. "
    "All figures come from the event record, none from what an office reports of itself.",
)
CROWDS: dict[Crowd, Words] = {
    Crowd.DILIGENT: Words("các cơ quan mẫn cán", "diligent offices"),
    Crowd.MIXED: Words("cơ quan mẫn cán lẫn chậm trễ", "diligent and slack offices mixed"),
    Crowd.NEGLIGENT: Words("phần lớn cơ quan bỏ bê", "mostly negligent offices"),
}
LAG = Words(
    "Thời gian trong mô phỏng chạy nhanh gấp {scale} lần; đường truyền mất {median} (trung vị) và {high} (95%) giờ mô phỏng cho mỗi "
    "phản ánh, được tính vào các số giờ bên dưới.",
    "Time ran {scale} times as fast; on the way from citizen to office each petition spent {median} (median) and {high} (95%) "
    "simulated hours, which are part of the hours below.",
)
LAGGED = Words(
    "Máy quá bận so với tốc độ này: số giờ và tỷ lệ đúng hạn xấu hơn thực tế. Hãy chạy lại với \u2011\u2011minutes lớn hơn.",
    "The machine was too busy for this speed: hours and shares in time look worse than they are. Run again with more \u2011\u2011minutes.",
)

FAST = Words("Nhanh", "Fast")
RIGHT = Words("Đúng", "Right")
EFFECTIVE = Words("Hiệu quả", "Effective")
TO_THE_END = Words("Đến cùng", "To the end")

IN_TIME = Words("trả lời đúng hạn", "answered in time")
HOURS_TO_ACCEPT = Words("giờ làm việc đến khi nhận (trung vị)", "working hours to accept (median)")
HOURS_TO_ANSWER = Words("giờ làm việc đến khi trả lời (trung vị)", "working hours to answer (median)")
FIRST_OFFICE = Words("do cơ quan được giao đầu tiên trả lời", "answered by the first office")
TRANSFERS_EACH = Words("lần chuyển mỗi phản ánh", "transfers a petition")
DISPUTED = Words("vụ cấp trên phải quyết định", "cases that a superior had to decide")
STARS = Words("sao trung bình ({count} lượt đánh giá)", "stars on average ({count} ratings)")
DISSATISFIED = Words("không hài lòng (1–2 sao)", "dissatisfied (1–2 stars)")
REOPENED = Words("câu trả lời bị mở lại", "of answers reopened")
RETURNED = Words("câu trả lời rỗng bị trả lại", "empty answers sent back")
OPEN = Words("phản ánh còn dở dang", "petitions still open")
OPEN_LATE = Words("trong đó đang quá hạn", "of these late now")
OLDEST = Words("ngày: vụ lâu nhất chưa xong", "days: the oldest open case")
BY_RATING = Words("kết thúc do người dân đánh giá", "closed by the citizen's rating")
BY_WINDOW = Words("kết thúc do hết hạn đánh giá", "closed after the rating window")
RUNGS = (
    Words("Thủ trưởng cơ quan", "Head of the office"),
    Words("Văn phòng UBND", "City office"),
    Words("Chủ tịch thành phố", "Chairman's list"),
)

FLOW = Words("Phản ánh theo ngày", "Petitions by day")
RECEIVED = Words("Tiếp nhận", "Received")
ANSWERED = Words("Trả lời", "Answered")
LATE = Words("Trả lời muộn", "Answered late")
BACKLOG = Words("Còn dở dang", "Open")
BACKLOG_TITLE = Words("Số phản ánh còn dở dang cuối ngày", "Open petitions at the end of each day")
WAITING = Words("Sau bao nhiêu giờ làm việc thì được nhận, được trả lời", "After how many working hours accepted, answered")
ACCEPTED_SHARE = Words("Đã nhận", "Accepted")
ANSWERED_SHARE = Words("Đã trả lời", "Answered")
OFFICES_IN_TIME = Words("Tỷ lệ đúng hạn của các cơ quan nhiều việc nhất (%)", "In time, the offices with most work (%)")
OFFICES_STARS = Words("Số sao theo đánh giá", "Ratings by stars")
LADDER = Words("Số vụ đã lên tới bậc", "Cases that reached a rung")

TABLE = Words("Từng cơ quan", "Office by office")
TABLE_NOTE = Words(
    "Bấm vào tiêu đề cột để sắp xếp. Việc chưa xong cũng được tính theo thời gian đã chờ; chưa trả lời mà quá hạn là không đúng hạn.",
    "Click a heading to sort. What still waits counts for as long as it has waited; unanswered beyond the deadline is not in time.",
)
COLUMNS = (
    Words("Cơ quan", "Office"),
    Words("Phản ánh", "Petitions"),
    Words("Đúng hạn", "In time"),
    Words("Giờ nhận", "Hours to accept"),
    Words("Giờ trả lời", "Hours to answer"),
    Words("Đúng nơi", "First office"),
    Words("Chuyển đi", "Passed on"),
    Words("Sao", "Stars"),
    Words("Mở lại", "Reopened"),
    Words("Trả lại", "Sent back"),
    Words("Dở dang", "Open"),
    Words("Lâu nhất (ngày)", "Oldest (days)"),
    Words("Lên bậc 1 / 2 / 3", "Rung 1 / 2 / 3"),
)
