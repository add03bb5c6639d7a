"""Role `mailroom`: a mailbox → petitions, and what is added to them, round after round."""

from __future__ import annotations

import smtplib
import ssl
import time
from email.message import EmailMessage

from producers.mail.mailbox import MailboxAway, opened
from producers.mail.room import Mailroom, NotSent
from producers.mail.service import Service, ServiceAway
from producers.mail.settings import MailroomSettings
from schemas.platform import service as life
from schemas.platform.logs import log

NAME = "mailroom"
_TIMEOUT_SECONDS = 20
_SWEEP_EVERY_SECONDS = 3600.0
_BREATH_SECONDS = 5.0


def run() -> None:
    """Take mails in until told to stop."""
    settings = MailroomSettings()
    process = life.Service(NAME, settings)
    process.run(lambda: work(process, settings))


def work(process: life.Service, settings: MailroomSettings) -> None:
    """Rounds, with a pause between two; while mailbox or service are away, tries with pauses that grow."""
    with Service(settings) as service:
        room = Mailroom(settings, service, lambda mail: send(settings, mail))
        for _ in process.tries():
            try:
                _go_round(process, settings, room)
            except (MailboxAway, ServiceAway) as error:
                log.warning("mail-unavailable", error=f"{type(error).__name__}: {error}")


def _go_round(process: life.Service, settings: MailroomSettings, room: Mailroom) -> None:
    sweep_at = 0.0
    while not process.stopping.is_set():
        with opened(settings) as box:
            room.round(box, process.beat)
            if time.monotonic() >= sweep_at:
                sweep_at = time.monotonic() + _SWEEP_EVERY_SECONDS
                box.sweep(settings.mail_keep_days)
        process.ready = True
        _rest(process, settings.mail_poll_seconds)


def _rest(process: life.Service, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and not process.stopping.wait(min(left, _BREATH_SECONDS)):
        process.beat()


def send(settings: MailroomSettings, mail: EmailMessage) -> None:
    """Raise NotSent; an address that the server refuses for good is as good as told."""
    make = smtplib.SMTP_SSL if settings.smtp_tls == "tls" else smtplib.SMTP
    try:
        with make(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT_SECONDS) as server:
            if settings.smtp_tls == "starttls":
                server.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as refused:
        if any(code < 500 for code, _ in refused.recipients.values()):
            raise NotSent from None
    except (smtplib.SMTPException, OSError) as error:
        raise NotSent(type(error).__name__) from None
