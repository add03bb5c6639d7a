"""Messages of refusals and of broken rules, in English and Vietnamese."""

from __future__ import annotations

from typing import Literal

Lang = Literal["en", "vi"]
Texts = dict[str, dict[Lang, str]]


def _both(en: str, vi: str) -> dict[Lang, str]:
    return {"en": en, "vi": vi}


MESSAGES: Texts = {
    "no-key": _both(
        "The header X-API-Key with the channel's intake key is missing.",
        "Thiếu tiêu đề X-API-Key chứa khoá tiếp nhận của kênh.",
    ),
    "unknown-key": _both("This intake key is not known.", "Khoá tiếp nhận không đúng."),
    "foreign-channel": _both(
        "This intake key belongs to another channel than the one in the body.",
        "Khoá tiếp nhận này thuộc kênh khác với kênh ghi trong nội dung gửi.",
    ),
    "no-token": _both(
        "The header Authorization: Bearer <token> is missing.",
        "Thiếu tiêu đề Authorization: Bearer <mã truy cập>.",
    ),
    "unknown-token": _both("This token is not known.", "Mã truy cập không đúng."),
    "foreign-office": _both("This token belongs to another office.", "Mã truy cập này thuộc cơ quan khác."),
    "unknown-office": _both("There is no office with this code.", "Không có cơ quan nào mang mã này."),
    "not-in-queue": _both(
        "This petition is not in the queue of this office.",
        "Phản ánh này không nằm trong danh sách việc của cơ quan.",
    ),
    "not-allowed": _both(
        "On this petition this office may only: {allowed}.",
        "Với phản ánh này, cơ quan chỉ được: {allowed}.",
    ),
    "unknown-petition": _both("There is no such petition.", "Không tìm thấy phản ánh."),
    "bad-code": _both(
        "This is not a tracking code: a code has 12 letters and digits, like 7KMA-2PXD-49RC; check for typing errors.",
        "Mã tra cứu không đúng: mã gồm 12 chữ và số, ví dụ 7KMA-2PXD-49RC; hãy kiểm tra lại xem có gõ nhầm không.",
    ),
    "wrong-type": _both(
        "The body must be JSON (Content-Type: application/json).",
        "Nội dung phải ở dạng JSON (Content-Type: application/json).",
    ),
    "too-large": _both("The body is larger than {limit} bytes.", "Nội dung lớn hơn {limit} byte."),
    "malformed": _both("The body is not well-formed JSON.", "Nội dung không phải JSON hợp lệ."),
    "not-an-object": _both("The body must be a JSON object.", "Nội dung phải là một đối tượng JSON."),
    "bad-idempotency-key": _both(
        "Idempotency-Key must have 1 to 200 visible ASCII characters.",
        "Idempotency-Key phải gồm từ 1 đến 200 ký tự ASCII in được.",
    ),
    "invalid": _both("Some fields break a rule; see `fields`.", "Một số trường không hợp lệ; xem `fields`."),
    "unknown-action": _both("Unknown action. Allowed here: {allowed}.", "Thao tác không hợp lệ. Được phép: {allowed}."),
    "kafka-unavailable": _both(
        "The petition service cannot take this right now. "
        "Repeat it with the same Idempotency-Key (it is in the answer's header): it will be counted once.",
        "Hệ thống tạm thời chưa tiếp nhận được. Hãy gửi lại với cùng Idempotency-Key (có trong tiêu đề trả lời): "
        "yêu cầu chỉ được tính một lần.",
    ),
    "database-unavailable": _both(
        "A part of the petition service is away. Nothing was accepted; please repeat it in a moment.",
        "Một phần hệ thống đang gián đoạn. Yêu cầu chưa được tiếp nhận; vui lòng gửi lại sau ít phút.",
    ),
    "foreign-page": _both("This form can only be sent from our own page.", "Biểu mẫu này chỉ gửi được từ trang của hệ thống."),
    "machine": _both(
        "This looks like an automatic submission and was not taken.",
        "Nội dung giống do máy tự động gửi nên không được tiếp nhận.",
    ),
    "too-many": _both(
        "Many petitions came from this connection within a short time. Please try again in {minutes} min.",
        "Kết nối này vừa gửi nhiều phản ánh trong thời gian ngắn. Vui lòng thử lại sau {minutes} phút.",
    ),
    "not-found": _both("There is nothing at this address.", "Không có gì tại địa chỉ này."),
    "method-not-allowed": _both("This address does not take this method.", "Địa chỉ này không nhận phương thức này."),
    "internal": _both(
        "Something went wrong on our side. Please repeat the request.",
        "Hệ thống gặp lỗi. Vui lòng gửi lại yêu cầu.",
    ),
}

RULES: Texts = {
    "missing": _both("is required", "là bắt buộc"),
    "string_type": _both("must be text", "phải là chuỗi ký tự"),
    "string_too_short": _both("must have at least {min_length} characters", "phải có ít nhất {min_length} ký tự"),
    "string_too_long": _both("may have at most {max_length} characters", "có tối đa {max_length} ký tự"),
    "string_pattern_mismatch": _both("has the wrong form", "sai định dạng"),
    "too_long": _both("may have at most {max_length} entries", "có tối đa {max_length} mục"),
    "tuple_type": _both("must be a list", "phải là danh sách"),
    "model_type": _both("must be an object", "phải là một đối tượng"),
    "bool_type": _both("must be true or false", "phải là true hoặc false"),
    "bool_parsing": _both("must be true or false", "phải là true hoặc false"),
    "int_type": _both("must be a whole number", "phải là số nguyên"),
    "int_parsing": _both("must be a whole number", "phải là số nguyên"),
    "int_from_float": _both("must be a whole number", "phải là số nguyên"),
    "float_type": _both("must be a number", "phải là số"),
    "float_parsing": _both("must be a number", "phải là số"),
    "finite_number": _both("must be a finite number", "phải là số hữu hạn"),
    "greater_than": _both("must be greater than {gt}", "phải lớn hơn {gt}"),
    "greater_than_equal": _both("must be at least {ge}", "không được nhỏ hơn {ge}"),
    "less_than": _both("must be less than {lt}", "phải nhỏ hơn {lt}"),
    "less_than_equal": _both("must be at most {le}", "không được lớn hơn {le}"),
    "enum": _both("must be one of {expected}", "phải là một trong {expected}"),
    "literal_error": _both("must be one of {expected}", "phải là một trong {expected}"),
    "url_type": _both("must be a URL", "phải là một URL"),
    "url_parsing": _both("must be a URL", "phải là một URL"),
    "url_scheme": _both("must be an http or https URL", "phải là URL http hoặc https"),
    "url_too_long": _both("is too long", "quá dài"),
    "datetime_type": _both("must be a date and time in ISO 8601", "phải là ngày giờ theo ISO 8601"),
    "datetime_parsing": _both("must be a date and time in ISO 8601", "phải là ngày giờ theo ISO 8601"),
    "datetime_from_date_parsing": _both("must be a date and time in ISO 8601", "phải là ngày giờ theo ISO 8601"),
    "timezone_aware": _both("needs a time zone", "phải có múi giờ"),
    "unknown_category": _both("is not a known category", "không phải lĩnh vực đã biết"),
    "unknown_office": _both("is not a known office", "không phải cơ quan đã biết"),
    "unknown_ward": _both("is not a known ward", "không phải phường, xã đã biết"),
    "unknown_action": _both("must be one of {expected}", "phải là một trong {expected}"),
    "contact_empty": _both("needs a name, a phone number or an e-mail address", "cần có họ tên, số điện thoại hoặc địa chỉ e-mail"),
    "null_character": _both("must not contain the character U+0000", "không được chứa ký tự U+0000"),
    "other": _both("is not valid", "không hợp lệ"),
}
