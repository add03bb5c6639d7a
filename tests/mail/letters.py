"""Mails as people and machines send them."""

from __future__ import annotations

import secrets
from email.message import EmailMessage

from tests.files.contents import jpeg

SENDER = "nguyen.thi.dan@example.org"


def letter(
    text: str | None, subject: str = "Đèn đường hỏng", *, sender: str = SENDER, picture: bool = False, **headers: str
) -> EmailMessage:
    """A mail of a citizen's; `headers` with `_` for `-`."""
    mail = EmailMessage()
    mail["From"], mail["To"] = f"Nguyễn Thị Dân <{sender}>", "phananh@petitions.example.vn"
    if subject:
        mail["Subject"] = subject
    mail["Message-ID"] = f"<{secrets.token_hex(8)}@example.org>"
    for name, value in headers.items():
        del mail[name.replace("_", "-")]
        mail[name.replace("_", "-")] = value
    if text is not None:
        mail.set_content(text)
    if picture:
        mail.add_attachment(jpeg(), maintype="image", subtype="jpeg", filename="den.jpg")
    return mail


def reply(to: EmailMessage, text: str, **more: object) -> EmailMessage:
    """As mail programs answer: the thread named, the mail quoted."""
    quoted = f"{text}\n\nVào Th 6, 27 thg 11, 2026 vào lúc 10:00 Phản ánh <phananh@petitions.example.vn> đã viết:\n> Đã tiếp nhận\n"
    return letter(quoted, f"Re: {to['Subject']}", In_Reply_To="<x@y>", References=f"{to['Message-ID']} <x@y>", **more)  # type: ignore[arg-type]
