"""Mails that no person wrote to us, by their headers: automatic replies, reports of mail servers, lists, our own. Pure."""

from __future__ import annotations

from email.message import EmailMessage, MIMEPart

_LISTS = ("list-id", "list-unsubscribe", "list-post", "x-mailing-list")
_MACHINES = ("x-autoreply", "x-autorespond", "x-failed-recipients")
_BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
_SERVERS = ("mailer-daemon@", "postmaster@")


def text_of(message: MIMEPart, name: str) -> str:
    """A header's text, empty where there is none; one that the library cannot read is as it came."""
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, TypeError, AttributeError):  # what a broken header makes the parser raise
        return str(next((value for key, value in message.raw_items() if key.lower() == name), ""))


def not_a_persons(message: EmailMessage, sender: str, ours: frozenset[str]) -> str | None:
    """Why nobody wrote this to us (RFC 3834, RFC 2919); None: somebody did. `ours`: addresses of our own, in small letters."""
    if sender in ours:
        return "own"
    if text_of(message, "auto-submitted").strip().lower() not in ("", "no") or any(text_of(message, name) for name in _MACHINES):
        return "automatic"
    is_report = message.get_content_type() == "multipart/report" or text_of(message, "return-path").strip() == "<>"
    if is_report or sender.startswith(_SERVERS):
        return "bounce"
    if text_of(message, "precedence").strip().lower() in _BULK or any(text_of(message, name) for name in _LISTS):
        return "list"
    return None
