"""The mailbox, over IMAP. Python's own client does: five commands are needed, and what a mail says is read elsewhere.

Whatever lies in the folder is to be done; it is moved away only when it is done with, so a crash leaves it there.
"""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from producers.mail.settings import MailroomSettings

_TIMEOUT_SECONDS = 30


class Folder(StrEnum):
    """Where a mail goes that is done with."""

    PETITIONS = "Petitions"
    REFUSED = "Refused"
    IGNORED = "Ignored"


class MailboxAway(Exception):
    """The server does not answer, or does not do what it was asked; the message names the command, nothing of anybody's."""


@contextmanager
def opened(settings: MailroomSettings) -> Iterator[Mailbox]:
    """Signed in, with the folder open and the others there. Raise MailboxAway, from within as well."""
    client: imaplib.IMAP4 | None = None
    try:
        client = _connected(settings)
        client.login(settings.imap_user, settings.imap_password.get_secret_value())
        for folder in Folder:
            client.create(folder)  # refused where it is there already
        box = Mailbox(client, client.capability()[1][0].decode().upper().split())
        box.ask("select", settings.imap_folder)
        yield box
    except (imaplib.IMAP4.error, OSError) as error:
        raise MailboxAway(type(error).__name__) from None
    finally:
        if client is not None:
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()


def _connected(settings: MailroomSettings) -> imaplib.IMAP4:
    if settings.imap_tls == "tls":
        return imaplib.IMAP4_SSL(settings.imap_host, settings.imap_port, ssl_context=ssl.create_default_context(), timeout=_TIMEOUT_SECONDS)
    client = imaplib.IMAP4(settings.imap_host, settings.imap_port, timeout=_TIMEOUT_SECONDS)
    if settings.imap_tls == "starttls":
        client.starttls(ssl.create_default_context())
    return client


class Mailbox:
    """Mails of the open folder, by their UIDs."""

    def __init__(self, client: imaplib.IMAP4, can: Collection[str]) -> None:
        """`can`: the server's capabilities, which it may tell only to who has signed in."""
        self._client, self._can = client, can

    def ask(self, command: str, *arguments: str) -> list[bytes | tuple[bytes, bytes]]:
        """Raise MailboxAway unless the server says OK."""
        status, found = getattr(self._client, command)(*arguments)
        if status != "OK":
            raise MailboxAway(" ".join((command, *arguments[:1])))
        return list(found)

    def waiting(self) -> list[str]:
        """The oldest first."""
        self.ask("noop")
        return _uids(self.ask("uid", "SEARCH", "UNDELETED"))

    def size(self, uid: str) -> int:
        """Bytes of the whole mail; 0 where it is gone."""
        lines = [line for line in self.ask("uid", "FETCH", uid, "(RFC822.SIZE)") if isinstance(line, bytes)]
        found = re.search(rb"RFC822\.SIZE (\d+)", b" ".join(lines))
        return int(found[1]) if found else 0

    def mail(self, uid: str) -> bytes:
        """The whole mail, which stays as it was; empty where it is gone."""
        return self._fetched(uid, "(BODY.PEEK[])")

    def header(self, uid: str) -> bytes:
        return self._fetched(uid, "(BODY.PEEK[HEADER])")

    def _fetched(self, uid: str, what: str) -> bytes:
        return next((part[1] for part in self.ask("uid", "FETCH", uid, what) if isinstance(part, tuple)), b"")

    def move(self, uid: str, folder: Folder) -> None:
        """Where the server knows no MOVE, it is copied and then deleted: a crash in between leaves it to be done again."""
        if "MOVE" in self._can:
            self.ask("uid", "MOVE", uid, folder)
            return
        self.ask("uid", "COPY", uid, folder)
        self._delete(uid)

    def sweep(self, days: float) -> int:
        """Delete what has been done with for so long; how many mails that were."""
        before, count = (datetime.now(UTC) - timedelta(days=days)).strftime("%d-%b-%Y"), 0
        for folder in Folder:
            self.ask("select", folder)
            for uid in _uids(self.ask("uid", "SEARCH", "BEFORE", before)):
                self._delete(uid)
                count += 1
        return count

    def _delete(self, uid: str) -> None:
        self.ask("uid", "STORE", uid, "+FLAGS", r"(\Deleted)")
        if "UIDPLUS" in self._can:
            self.ask("uid", "EXPUNGE", uid)  # this one alone, and nothing that somebody else has marked
        else:
            self.ask("expunge")


def _uids(found: list[bytes | tuple[bytes, bytes]]) -> list[str]:
    return sorted((uid.decode() for line in found if isinstance(line, bytes) for uid in line.split()), key=int)
