"""What the sender of a mail is told that could be no petition, and what its petition says of files that were not taken. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from importlib import resources

from producers.mail.reading import Mail
from schemas.reference.texts import LANGUAGES, Language

REASONS = ("too-large", "too-long", "nothing", "unreadable", "closed", "refused")
"""Why a mail is refused, each with its words in `texts.toml`."""


def answer(reason: str, *, sender: str, to: str, message_id: str, subject: str, limit_mb: int) -> EmailMessage:
    """The mail that says so, in both languages; the same for the same mail. It is an automatic one, so that no machine answers it."""
    mail = EmailMessage()
    domain = sender.rpartition("@")[2].rstrip("> ")
    mail["From"], mail["To"] = sender, to
    mail["Subject"] = f"Re: {subject}" if subject else _say("answer", "subject", "vi")
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{reason}.{message_id.strip('<>').replace('@', '.')[:120]}@{domain}>"
    mail["In-Reply-To"] = mail["References"] = message_id
    mail["Auto-Submitted"] = "auto-replied"
    mail.set_content("\n\n--\n\n".join(_body(reason, lang, limit_mb) for lang in LANGUAGES))
    return mail


def _body(reason: str, language: Language, limit_mb: int) -> str:
    why = _say("reason", reason, language).format(limit=limit_mb)
    return "\n\n".join((_say("answer", "begin", language), why, _say("answer", "end", language)))


def text_with(mail: Mail, text: str, left_out: Sequence[str]) -> str:
    """What the petition says: the words, and which files could not be taken; a reader must know that there was more."""
    notes = [_say("file", "left-out", "vi").format(name=name) for name in left_out]
    return "\n\n".join(part for part in (text or (_say("file", "alone", "vi") if mail.attachments else ""), "\n".join(notes)) if part)


def _say(group: str, name: str, language: Language) -> str:
    return _texts()[group][name][language]


@cache
def _texts() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))
