"""A mailbox on an IMAP server that others wrote (pymap), a mail server for answers, and the mailroom between them and the running city."""

from __future__ import annotations

import imaplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from deploy.one_machine.embedded.child import guarded
from deploy.one_machine.embedded.ports import free_port
from producers.mail.mailbox import Folder, opened
from producers.mail.role import send
from producers.mail.room import Mailroom
from producers.mail.service import Service
from producers.mail.settings import MailroomSettings
from tests.mail_server import Inbox, mail_server
from tests.system.people import City

USER, PASSWORD = "phananh", "secret"
OURS = "Phản ánh Hà Nội <phananh@petitions.example.vn>"


@dataclass
class Box:
    """The mailbox as its owner sees it."""

    port: int

    def client(self) -> imaplib.IMAP4:
        found = imaplib.IMAP4("127.0.0.1", self.port)
        found.login(USER, PASSWORD)
        return found

    def gets(self, *mails: EmailMessage | bytes) -> None:
        with self.client() as client:
            for mail in mails:
                client.append("INBOX", "", "", bytes(mail))

    def holds(self, folder: str = "INBOX") -> list[EmailMessage]:
        with self.client() as client:
            client.select(folder)
            found = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
        parts = [part[1] for part in found if isinstance(part, tuple)]
        return [message_from_bytes(part, policy=policy.default) for part in parts]

    def subjects(self, folder: str = "INBOX") -> list[str]:
        return [str(mail["Subject"]) for mail in self.holds(folder)]

    def empty(self) -> None:
        with self.client() as client:
            for folder in ("INBOX", *Folder):
                client.create(folder)
                client.select(folder)
                client.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
                client.expunge()


@pytest.fixture(scope="session")
def imap() -> Iterator[Box]:
    """The server, for the session."""
    port = free_port()
    server = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port)]
    user = ["dict", "--demo-data", "--demo-user", USER, "--demo-password", PASSWORD]
    running = subprocess.Popen(guarded([*server, *user]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            assert time.monotonic() < end, "the IMAP server did not start"
            time.sleep(0.05)
    yield Box(port)
    running.kill()
    running.wait(10)


@pytest.fixture
def box(imap: Box) -> Box:
    imap.empty()
    return imap


@dataclass
class Room:
    """The role in parts: `round` goes once through the mailbox; `answers`: what senders were told."""

    settings: MailroomSettings
    answers: list[EmailMessage]

    def round(self) -> None:
        with Service(self.settings) as service, opened(self.settings) as box:
            Mailroom(self.settings, service, lambda mail: send(self.settings, mail)).round(box, lambda: None)


def settings_for(city: City, box: Box, inbox: Inbox, **more: Any) -> MailroomSettings:
    return MailroomSettings(
        imap_host="127.0.0.1",
        imap_port=box.port,
        imap_tls="none",
        imap_user=USER,
        imap_password=PASSWORD,
        intake_url=str(city.http.base_url),
        intake_key=city.credentials["intake"]["email"],
        smtp_port=inbox.port,
        smtp_tls="none",
        mail_from=OURS,
        mail_largest_mb=1,
        **more,
    )


@pytest.fixture
def room(city: City, box: Box) -> Iterator[Room]:
    """Its answers go to a server of the test's own; what the city's notifier sends is in `letters`."""
    with mail_server() as inbox:
        yield Room(settings_for(city, box, inbox), inbox.mails)
