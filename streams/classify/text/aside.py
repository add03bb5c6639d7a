"""What a mail carries around its text (headers, signatures, quoted replies), and marks of social media: laid aside line by line."""

from __future__ import annotations

import re

_HEADER = re.compile(
    r"(?i)(?:from|to|cc|bcc|sent|date|reply-to|message-id|content-type|mime-version|x-[\w-]+"
    r"|từ|người gửi|tới|đến|người nhận|ngày|đã gửi)\s*:\s"
)
_SUBJECT = re.compile(r"(?i)(?:subject|tiêu đề|chủ đề|v/v)\s*:\s*(?:(?:re|fwd?|trả lời|chuyển tiếp)\s*:\s*)*")
_QUOTE_BEGINS = re.compile(
    r"(?i)on .{4,80} wrote:|vào .{4,100} (?:đã )?viết:|-{2,}\s*(?:original|forwarded) message|-{2,}\s*(?:thư gốc|tin nhắn gốc)|_{10,}$"
)
_SIGNATURE_BEGINS = re.compile(
    r"(?i)--\s*$|sent from my|gửi từ (?:iphone|điện thoại|thiết bị)|get outlook for"
    r"|trân trọng(?: cảm ơn)?[.,!]?$|best regards|kind regards|regards,?$"
)
_QUOTED = re.compile(r"\s*(?:>|\|\s)")


def aside(text: str) -> str:
    """The text without them; as it is when nothing would be left. Works on the lines as they came."""
    kept = [_SUBJECT.sub("", line, count=1) for line in _own(text.splitlines()) if not _HEADER.match(line) and not _QUOTED.match(line)]
    own = "\n".join(kept)
    return own if any(map(str.isalpha, own)) else text


def _own(lines: list[str]) -> list[str]:
    """Up to where a quoted mail or a signature begins, unless that is the first line with text."""
    begun = False
    for at, line in enumerate(lines):
        stripped = line.strip()
        if begun and (_QUOTE_BEGINS.match(stripped) or _SIGNATURE_BEGINS.match(stripped)):
            return lines[:at]
        begun = begun or bool(stripped and not _HEADER.match(stripped) and not _QUOTE_BEGINS.match(stripped))
    return lines
