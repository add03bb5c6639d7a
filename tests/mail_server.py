"""A mail server that others wrote (aiosmtpd), which keeps what it is given."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as email_policy
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Inbox:
    """`refuse`: an SMTP answer instead of taking a mail; `port`: the server's."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuse: str = ""
    port: int = 0

    def of(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.refuse:
            return self.refuse
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.mails.append(message_from_bytes(envelope.content, policy=email_policy))  # type: ignore[arg-type]
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[Inbox]:
    """The inbox, while its server runs."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        inbox.port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port)
    controller.start()
    yield inbox
    controller.stop()
