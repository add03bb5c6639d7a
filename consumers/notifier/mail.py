"""E-mail: plain text, one message a notice; the event's id is its Message-ID, the petition the thread."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from consumers.notifier.failing import Never, NotTaken
from consumers.notifier.wording import Message
from consumers.settings import NotifierSettings
from schemas.events.strings import EMAIL

_TIMEOUT_SECONDS = 20


def composed(
    message: Message, *, sender: str, address: str, event_id: str, thread: str, leave: str, answers: str | None = None
) -> EmailMessage:
    """`leave`: the link by which one click ends it (RFC 8058). Every mail of a petition answers the same first one: `answers`, the one that
    its citizen wrote, or one that was never sent.
    Raises Never for an address that is none."""
    if not re.fullmatch(EMAIL, address):
        raise Never("address")  # it was taken in before addresses were looked at as closely
    domain = sender.rpartition("@")[2].rstrip(">")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, address, message.subject
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{event_id}.{thread}@{domain}>"
    mail["In-Reply-To"] = mail["References"] = answers or f"<{thread}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["List-Unsubscribe"] = f"<{leave}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(message.text)
    return mail


class Mail:
    """Through the mail server of the settings."""

    def __init__(self, settings: NotifierSettings) -> None:
        self._settings = settings

    async def send(self, mail: EmailMessage) -> None:
        """Raises NotTaken; Never when the server refuses for good."""
        settings = self._settings
        try:
            await aiosmtplib.send(
                mail,
                recipients=[mail["To"]],
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                use_tls=settings.smtp_tls == "tls",
                start_tls=settings.smtp_tls == "starttls",
                username=settings.smtp_user or None,
                password=settings.smtp_password.get_secret_value() or None,
                timeout=_TIMEOUT_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as refused:
            codes = [one.code for one in refused.recipients]
            raise (Never if min(codes, default=0) >= 500 else NotTaken)(f"SMTP {min(codes, default=0)}") from None
        except aiosmtplib.SMTPResponseException as refused:
            raise NotTaken(f"SMTP {refused.code}") from None
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise NotTaken(type(error).__name__) from None
