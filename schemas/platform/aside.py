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
# Outlook puts the headers of the mail that it quotes before it, without a word of introduction.
_QUOTED_SENDER, _QUOTED_DATE = re.compile(r"(?i)(?:from|từ|người gửi)\s*:\s"), re.compile(r"(?i)(?:sent|date|đã gửi|ngày)\s*:\s")
_SIGNATURE_BEGINS = re.compile(
    r"(?i)--\s*$|sent from my|gửi từ (?:iphone|điện thoại|thiết bị)|get outlook for"
    r"|trân trọng(?: cảm ơn)?[.,!]?$|best regards|kind regards|regards,?$"
)
_QUOTED = re.compile(r"\s*(?:>|\|\s)")


def aside(text: str) -> str:
    """The text without them; as it is when nothing would be left. Works on the lines as they came."""
    own = own_words(text)
    return own if any(map(str.isalpha, own)) else text


def own_words(text: str, *, begun: bool = False) -> str:
    """The text without them, though nothing be left. `begun`: something was said before it, as by a mail's subject."""
    lines = _own(text.splitlines(), begun=begun)
    return "\n".join(_SUBJECT.sub("", line, count=1) for line in lines if not _HEADER.match(line) and not _QUOTED.match(line))


def _own(lines: list[str], *, begun: bool) -> list[str]:
    """Up to where a quoted mail or a signature begins, unless that is the first line with text."""
    for at, line in enumerate(lines):
        stripped = line.strip()
        if begun and (_SIGNATURE_BEGINS.match(stripped) or _begins_quote(stripped, lines[at + 1].strip() if at + 1 < len(lines) else "")):
            return lines[:at]
        begun = begun or bool(stripped and not _HEADER.match(stripped) and not _QUOTE_BEGINS.match(stripped))
    return lines


def _begins_quote(line: str, after: str) -> bool:
    """Also where the words that introduce it are broken into two lines, as mail programs do at 78 letters."""
    if _QUOTE_BEGINS.match(line) or (_QUOTED_SENDER.match(line) and _QUOTED_DATE.match(after)):
        return True
    return line[:3].lower() in ("on ", "vào") and bool(_QUOTE_BEGINS.match(f"{line} {after}"))
