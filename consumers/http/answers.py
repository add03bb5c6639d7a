"""Answers: JSON, and errors in the one shape `{"error": {"code", "message", "field"?}}`, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from consumers.read_model.reading import Away
from schemas.platform.logs import log
from schemas.reference.texts import Language

Handler = Callable[[Request], Awaitable[Response]]
NO_STORE = {"Cache-Control": "no-store"}

_MESSAGES: dict[str, dict[Language, str]] = {
    "bad-code": {
        "vi": "Mã tra cứu không đúng: mã gồm 12 chữ và số, ví dụ 7KMA-2PXD-49RC; hãy kiểm tra lại xem có gõ nhầm không.",
        "en": "This is not a tracking code: a code has 12 letters and digits, like 7KMA-2PXD-49RC; check for typing errors.",
    },
    "unknown-petition": {"vi": "Không tìm thấy phản ánh.", "en": "There is no such petition."},
    "no-token": {
        "vi": "Thiếu tiêu đề Authorization: Bearer <mã truy cập>.",
        "en": "The header Authorization: Bearer <token> is missing.",
    },
    "unknown-token": {"vi": "Mã truy cập không đúng.", "en": "This token is not known."},
    "foreign-office": {"vi": "Mã truy cập này thuộc cơ quan khác.", "en": "This token belongs to another office."},
    "admin-only": {
        "vi": "Chỉ quản trị viên của trung tâm điều hành được xem.",
        "en": "Only the operations centre's administrator may see this.",
    },
    "unknown-office": {"vi": "Không có cơ quan nào mang mã này.", "en": "There is no office with this code."},
    "invalid": {"vi": "Tham số {field} không hợp lệ: {rule}.", "en": "The parameter {field} is not valid: {rule}."},
    "database-unavailable": {
        "vi": "Hệ thống đang gián đoạn một phần. Vui lòng thử lại sau ít phút.",
        "en": "A part of the petition service is away. Please try again in a moment.",
    },
    "busy": {
        "vi": "Hệ thống đang bận. Vui lòng thử lại sau giây lát.",
        "en": "The petition service is busy. Please try again in a moment.",
    },
}


class Problem(Exception):
    """The request gets an error; becomes a response in `endpoint`."""

    def __init__(self, status: int, code: str, *, field: str | None = None, rule: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status, self.code, self.field, self.rule, self.headers = status, code, field, rule, headers or {}


def endpoint(handler: Handler) -> Handler:
    """Turn a Problem, or a database that is away, into an answer."""

    async def guarded(request: Request) -> Response:
        try:
            return await handler(request)
        except Problem as problem:
            return _error(problem, language(request))
        except Away as error:
            log.warning("database-unavailable", error=type(error).__name__)
            return _error(Problem(503, "database-unavailable", headers={"Retry-After": "2"}), language(request))

    return guarded


def json(body: Any, *, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), 200, {**NO_STORE, **(headers or {})}, "application/json")


def language(request: Request) -> Language:
    """`?lang=` decides, then the better liked of vi and en in Accept-Language; Vietnamese when neither is named."""
    asked = request.query_params.get("lang", "")
    if asked in ("vi", "en"):
        return "en" if asked == "en" else "vi"
    header = request.headers.get("accept-language", "").lower()
    weights: dict[str, float] = {"vi": 0.0, "en": 0.0}
    for part in header.split(","):
        tag, _, weight = part.strip().partition(";q=")
        if tag[:2] in weights:
            weights[tag[:2]] = max(weights[tag[:2]], _weight(weight))
    return "en" if weights["en"] > weights["vi"] else "vi"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def _error(problem: Problem, lang: Language) -> Response:
    message = _MESSAGES[problem.code][lang].format(field=problem.field, rule=problem.rule)
    error: dict[str, Any] = {"code": problem.code, "message": message}
    if problem.field:
        error["field"] = problem.field
    return Response(orjson.dumps({"error": error}), problem.status, {**NO_STORE, **problem.headers}, "application/json")
