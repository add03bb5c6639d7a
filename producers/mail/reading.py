"""What a mail says: whose it is, what of it are its sender's own words, which petition it belongs to. Pure: bytes in, a `Mail` out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr

from producers.mail import html
from producers.mail.headers import not_a_persons, text_of
from schemas.events import tracking
from schemas.platform.aside import own_words

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_CODE = re.compile(r"(?<![A-Za-z0-9-])[A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}(?:-[2-9])?(?![A-Za-z0-9-])")
_LINK = re.compile(r"/t/([A-Za-z0-9]{4}-[A-Za-z0-9]{4}-[A-Za-z0-9]{4}(?:-[2-9])?)")
_REPLY = re.compile(r"(?i)^\s*(?:(?:re|fwd?|aw|trả lời|tl|chuyển tiếp)\s*(?:\[\d+\])?\s*:\s*)+")
_SIGNATURES = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys"}
)
_LOGO_BYTES = 20_000
_MOST_REFERENCES = 20
_UNREADABLE = "\N{REPLACEMENT CHARACTER}"


class Ignored(Exception):
    """No person wrote this mail to us; nobody is answered. The message is the reason, for the metric."""


class Unusable(Exception):
    """A person's mail that can be no petition. The message names the reason, of `answers`."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """`name`: as the sender has it, to tell him of it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """`message_id` with its brackets; `subject` without `Re:`; `words`: the sender's own, without what he quotes and his signature;
    `references`: mails that it answers, the thread's first one first; `codes`: tracking codes in its subject, or in links in it."""

    message_id: str
    sender: str
    name: str
    subject: str
    words: str
    attachments: tuple[Attachment, ...]
    references: tuple[str, ...]
    codes: tuple[str, ...]

    @property
    def is_reply(self) -> bool:
        return bool(self.references or self.codes)

    @property
    def petition_text(self) -> str:
        """Subject and words; the subject once where the words begin with it."""
        return self.words if self.words.startswith(self.subject) else f"{self.subject}\n\n{self.words}".strip()


def read(raw: bytes, ours: frozenset[str]) -> Mail:
    """The whole mail. `ours`: addresses of our own, in small letters. Raise Ignored, Unusable."""
    message = message_from_bytes(raw, policy=policy.default)
    sender = sender_of(message, ours)
    bodies = [_decoded(part) for kind in ("plain", "html") if (part := message.get_body((kind,))) is not None]
    references = tuple(dict.fromkeys(_MESSAGE_ID.findall(text_of(message, "references") + text_of(message, "in-reply-to"))))
    subject = _REPLY.sub("", " ".join(text_of(message, "subject").split()))
    return Mail(
        id_of(message, raw),
        sender,
        " ".join(parseaddr(text_of(message, "from"))[0].split()),
        subject,
        _words(message, begun=bool(subject) or bool(references)),
        tuple(_attachments(message, "".join(bodies))),
        references[:1] + references[1:][-(_MOST_REFERENCES - 1) :],
        _codes(subject, bodies),
    )


def sender_of(message: EmailMessage, ours: frozenset[str]) -> str:
    """The address of the person who wrote it. Raise Ignored where it was none, Unusable for an address that is none."""
    sender = parseaddr(text_of(message, "from"))[1].strip().lower()
    if reason := not_a_persons(message, sender, ours):
        raise Ignored(reason)
    if "@" not in sender:
        raise Unusable("no-sender")
    return sender


def id_of(message: EmailMessage, raw: bytes) -> str:
    """The mail's own id; one that follows from its bytes where it has none."""
    found = _MESSAGE_ID.search(text_of(message, "message-id"))
    return found[0] if found else f"<{hashlib.sha256(raw).hexdigest()}@no-id.invalid>"


def _words(message: EmailMessage, *, begun: bool) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    whole = _decoded(part)
    return own_words(html.text_of(whole) if part.get_content_subtype() == "html" else whole, begun=begun).strip()


def _decoded(part: MIMEPart) -> str:
    """Its text; an unknown or wrong charset is taken for UTF-8, which most such mails are. Raise Unusable for what cannot be read."""
    with suppress(LookupError, UnicodeError):
        text = str(part.get_content())
        if _UNREADABLE not in text:
            return text.replace("\0", "")
    try:
        return bytes(part.get_payload(decode=True) or b"").decode().replace("\0", "")
    except UnicodeDecodeError:
        raise Unusable("unreadable") from None


def _codes(subject: str, bodies: list[str]) -> tuple[str, ...]:
    found = []
    for text in [*_CODE.findall(subject), *(code for body in bodies for code in _LINK.findall(body))]:
        with suppress(tracking.BadTrackingCode):
            found.append(tracking.parse(text))
    return tuple(dict.fromkeys(found))[:5]


def _attachments(message: EmailMessage, bodies: str) -> Iterator[Attachment]:
    """But what a mail program puts there itself: signatures, and the small pictures of somebody's letter-head."""
    for part in _leaves(message):
        content = _content(part)
        shown = text_of(part, "content-id").strip("<> ")
        is_logo = part.get_content_maintype() == "image" and shown and f"cid:{shown}" in bodies and len(content) < _LOGO_BYTES
        if content and not is_logo and part.get_content_type() not in _SIGNATURES:
            yield Attachment(" ".join((part.get_filename() or "").split())[:100] or part.get_content_type(), content)


def _leaves(part: MIMEPart) -> Iterator[MIMEPart]:
    """The files in it; a mail within the mail is one of them."""
    if part.get_content_maintype() == "multipart":
        for inner in part.iter_parts():
            yield from _leaves(inner)
    elif part.get_content_maintype() != "text" or part.get_filename():
        yield part


def _content(part: MIMEPart) -> bytes:
    if part.get_content_maintype() == "message":
        return bytes(part)
    return bytes(part.get_payload(decode=True) or b"")
