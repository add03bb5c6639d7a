"""One mail into the pipeline. It is there for good when `take` returns; taken again, after a crash or by chance, it is the same again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from producers.mail import answers
from producers.mail.reading import Attachment, Ignored, Mail, Unusable
from producers.mail.service import Claim, Refused, Service
from schemas.events.files import AT_ONCE
from schemas.events.mails import EMAIL, external_id
from schemas.events.strings import EMAIL as ADDRESS
from schemas.events.strings import says_enough

_NAME_LENGTH = 200
_LITTLE, _LONG = frozenset({"too_little", "string_too_short"}), frozenset({"string_too_long", "too-large"})


class Taken(StrEnum):
    """What has come of a mail."""

    PETITION = "petition"
    ADDITION = "addition"


def take(service: Service, mail: Mail) -> Taken:
    """Raise Unusable for what the service refuses for good, Ignored for what it has, and what the service raises."""
    own_id = external_id(mail.message_id, mail.sender)
    try:
        files, left_out = _uploaded(service, mail.attachments, own_id)
        if mail.is_reply and _added(service, mail, own_id, files, left_out):
            return Taken.ADDITION
        service.hand_in(_petition(mail, own_id, files, left_out))
    except Refused as refused:
        raise _why(refused) from None
    return Taken.PETITION


def _uploaded(service: Service, attachments: Sequence[Attachment], own_id: str) -> tuple[list[Claim], list[str]]:
    """The files that were taken, and the names of those that were not."""
    taken: list[Claim] = []
    left_out = [attachment.name for attachment in attachments[AT_ONCE:]]
    for number, attachment in enumerate(attachments[:AT_ONCE]):
        key = hashlib.sha256(f"{own_id}\0{number}\0".encode() + attachment.content).hexdigest()
        try:
            taken.append(service.upload(attachment.name, attachment.content, key))
        except Refused as refused:
            if refused.status >= 500:
                raise
            left_out.append(attachment.name)
    return taken, left_out


def _added(service: Service, mail: Mail, own_id: str, files: list[Claim], left_out: list[str]) -> bool:
    text = answers.text_with(mail, mail.words, left_out)
    if not text:
        raise Unusable("nothing")
    threads = [external_id(one, mail.sender) for one in mail.references]
    return service.add(threads, mail.codes, {"text": text, "files": files}, hashlib.sha256(own_id.encode()).hexdigest())


def _petition(mail: Mail, own_id: str, files: list[Claim], left_out: list[str]) -> dict[str, Any]:
    text = mail.petition_text
    if not says_enough(text) and not files:
        raise Unusable("nothing")
    whole = {"channel": EMAIL, "external_id": own_id, "text": answers.text_with(mail, text, left_out), "files": files}
    return whole | ({"contact": _contact(mail)} if re.fullmatch(ADDRESS, mail.sender) else {})


def _contact(mail: Mail) -> dict[str, Any]:
    """Who writes a mail wants to be answered by mail."""
    named = {"name": mail.name[:_NAME_LENGTH]} if mail.name else {}
    return {"email": mail.sender, "notices": True, **named}


def _why(refused: Refused) -> Exception:
    if refused.code == "key-reused":
        return Ignored("duplicate")  # it came by two ways, one of which has changed it
    if refused.code == "takes-no-addition":
        return Unusable("closed")
    if refused.status >= 500:
        return refused
    found = refused.rules | {refused.code}
    return Unusable("nothing" if found & _LITTLE else "too-long" if found & _LONG else "refused")
