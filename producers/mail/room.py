"""A round through the mailbox. Each mail is moved away only after it is in the pipeline, or its sender knows why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from producers.mail import answers, reading
from producers.mail.headers import text_of
from producers.mail.mailbox import Folder, Mailbox, MailboxAway
from producers.mail.reading import Ignored, Unusable
from producers.mail.service import Service, ServiceAway
from producers.mail.settings import MEGABYTE, MailroomSettings
from producers.mail.taking import take
from schemas.platform import metrics
from schemas.platform.logs import log

TRIES = 5
"""Rounds in which a mail may fail before it is put aside."""
Send = Callable[[EmailMessage], None]


class NotSent(Exception):
    """The mail server did not take an answer, this time."""


class Mailroom:
    """`send` raises NotSent. Raises ServiceAway and MailboxAway: nothing is lost, and the next round does it again."""

    def __init__(self, settings: MailroomSettings, service: Service, send: Send) -> None:
        self._settings, self._service, self._send = settings, service, send
        self._ours = frozenset({parseaddr(settings.mail_from)[1].lower(), settings.imap_user.lower()}) - {""}
        self._failed: Counter[str] = Counter()

    def round(self, box: Mailbox, beat: Callable[[], None]) -> None:
        """All that waits, the oldest first; `beat` after each. One that fails holds up none behind it."""
        waiting = box.waiting()
        for done, uid in enumerate(waiting):
            metrics.MAILS_WAITING().set(len(waiting) - done)
            self._one(box, uid)
            beat()
        metrics.MAILS_WAITING().set(len(box.waiting()))
        metrics.MAILS_LOOKED().set_to_current_time()

    def _one(self, box: Mailbox, uid: str) -> None:
        try:
            outcome, folder = self._handled(box, uid)
        except (ServiceAway, MailboxAway):
            raise
        except NotSent as error:
            metrics.MAILS().labels("failed").inc()
            log.warning("mail-unavailable", error=f"{type(error).__name__}: {error}")
            return  # its sender is told when the mail server is back
        except Exception as error:  # noqa: BLE001 — whatever a stranger's mail does to us, the next one is another's
            self._failed[uid] += 1
            metrics.MAILS().labels("failed").inc()
            log.warning("mail-not-taken", error=type(error).__name__, tries=self._failed[uid])
            if self._failed[uid] < TRIES:
                return
            outcome, folder = "parked", Folder.REFUSED
        box.move(uid, folder)
        self._failed.pop(uid, None)
        metrics.MAILS().labels(outcome).inc()

    def _handled(self, box: Mailbox, uid: str) -> tuple[str, Folder]:
        try:
            return self._taken(box, uid), Folder.PETITIONS
        except Ignored:
            return "ignored", Folder.IGNORED
        except Unusable as unusable:
            self._tell(box, uid, str(unusable))
            return "refused", Folder.REFUSED

    def _taken(self, box: Mailbox, uid: str) -> str:
        """Headers first: what no person wrote is never loaded, nor what is too large."""
        header = _parsed(box.header(uid))
        reading.sender_of(header, self._ours)
        if box.size(uid) > self._settings.mail_largest_mb * MEGABYTE:
            raise Unusable("too-large")
        return take(self._service, reading.read(box.mail(uid), self._ours)).value

    def _tell(self, box: Mailbox, uid: str, reason: str) -> None:
        if reason not in answers.REASONS:
            return  # nobody who could be told
        raw = box.header(uid)
        header = _parsed(raw)
        self._send(
            answers.answer(
                reason,
                sender=self._settings.mail_from,
                to=reading.sender_of(header, self._ours),
                message_id=reading.id_of(header, raw),
                subject=" ".join(text_of(header, "subject").split())[:200],
                limit_mb=self._settings.mail_largest_mb,
            )
        )


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)
