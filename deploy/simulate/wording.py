"""What offices and citizens write on a case."""

from __future__ import annotations

from random import Random
from typing import Any

from schemas.reference import categories

_DONE = (
    "Tổ công tác {number} đã đến hiện trường ngày {day}, khắc phục nội dung về {topic}; kết quả có ảnh kèm theo.",
    "Chúng tôi đã làm việc với các bên liên quan sáng {day}, biên bản số {number}; vụ việc về {topic} đã được giải quyết dứt điểm.",
    "Đơn vị thi công đã sửa chữa xong trước {hour} giờ ngày {day} theo phiếu giao việc số {number}, lĩnh vực {topic}.",
    "Hồ sơ số {number} về {topic} đã được kiểm tra ngày {day}; người gửi có thể nhận kết quả tại bộ phận một cửa từ {hour} giờ.",
)
_NOT_DONE = "Sau khi kiểm tra ngày {day} (biên bản {number}), nội dung về {topic} chưa thực hiện được trong năm nay."
_CAUSES = ("Chưa được bố trí vốn duy tu", "Đang có tranh chấp chờ tòa án giải quyết", "Nằm trong dự án cải tạo khởi công quý sau")
_PROMISE = "Đơn vị đã lập phương án số {number} cho nội dung {topic} và sẽ hoàn thành trước thời điểm hẹn, bắt đầu từ {hour} giờ."
_HOLLOW = (
    "Đã tiếp nhận.",
    "Kính gửi ông bà, đơn vị đã ghi nhận phản ánh, sẽ xem xét, xử lý theo quy định. Trân trọng.",
    "Đã chuyển đơn vị liên quan kiểm tra.",
    "Nội dung phản ánh của ông bà đang được chúng tôi nghiên cứu, giải quyết trong tháng này.",
)
_QUESTIONS = ("Đề nghị cho biết rõ số nhà hoặc gửi ảnh hiện trường.", "Sự việc xảy ra vào khung giờ nào trong ngày?")
_INFORMATION = ("Tôi gửi thêm ảnh, sự việc xảy ra khoảng {hour} giờ hằng ngày.", "Vị trí cụ thể là trước số nhà {number}.")
_PASSING = ("Không thuộc thẩm quyền của đơn vị", "Đề nghị cơ quan chuyên ngành chủ trì", "Địa bàn do đơn vị khác quản lý")
_UNHAPPY = ("Trả lời chung chung, hiện trường vẫn như cũ.", "Chưa giải quyết đúng nội dung tôi phản ánh.", "Hứa nhưng không làm.")
_HAPPY = ("Cảm ơn, đã xử lý nhanh.", "Kết quả tốt.", "Cán bộ nhiệt tình.")
EVIDENCE = "https://files.hanoi.example/ket-qua-{number}.jpg"


def done(category: str, rng: Random) -> dict[str, Any]:
    """An answer with substance and evidence."""
    return {
        "action": "answer",
        "result": "done",
        "text": _fill(rng.choice(_DONE), rng, category),
        "evidence_urls": [_fill(EVIDENCE, rng)],
    }


def not_done(category: str, rng: Random) -> dict[str, Any]:
    return {"action": "answer", "result": "not-done", "text": _fill(_NOT_DONE, rng, category), "cause": rng.choice(_CAUSES)}


def promised(category: str, date: str, rng: Random) -> dict[str, Any]:
    return {"action": "answer", "result": "will-be-done", "text": _fill(_PROMISE, rng, category), "promise_date": date}


def hollow(category: str, rng: Random) -> dict[str, Any]:
    """Boilerplate, or a claim without evidence."""
    if rng.random() < 0.4:
        return {**done(category, rng), "evidence_urls": []}
    return {"action": "answer", "result": "done", "text": rng.choice(_HOLLOW)}


def question(rng: Random) -> str:
    return rng.choice(_QUESTIONS)


def information(rng: Random) -> str:
    return _fill(rng.choice(_INFORMATION), rng)


def passing(rng: Random) -> str:
    return rng.choice(_PASSING)


def opinion(stars: int, rng: Random) -> str | None:
    """What a citizen adds to the stars; often nothing."""
    if rng.random() < 0.6:
        return None
    return rng.choice(_UNHAPPY if stars <= 2 else _HAPPY)


def complaint(rng: Random) -> str:
    return rng.choice(_UNHAPPY)


def _fill(text: str, rng: Random, category: str = "other") -> str:
    day = f"{rng.randint(1, 28)}/{rng.randint(1, 12)}"
    topic = categories()[category].name_vi.lower()
    return text.format(number=rng.randint(100, 99_999), day=day, hour=rng.randint(8, 17), topic=topic)
