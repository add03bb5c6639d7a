"""Files that come with a form of Open311 (`media`, multipart): uploads of the channel, named by the request that they came with.

The same bytes for the same petition are the same file: a client that sends all of it again, since it got no answer, means the same.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence

from producers.files.claims import FileClaim
from producers.files.register import Upload
from producers.http.multipart import Attached
from producers.http.refusals import told
from producers.http.state import Intake

NAMES = ("media", "media[]")
"""Of the form's parts with files."""


async def mark_of(attached: Attached) -> str:
    """The fingerprint of its bytes as they were sent."""
    digest = hashlib.sha256()
    async for chunk in attached.chunks():
        digest.update(chunk)
    return digest.hexdigest()


async def claims_of(intake: Intake, channel: str, petition_id: str, media: Sequence[tuple[Attached, str]]) -> tuple[FileClaim, ...]:
    """Take the files in, each with its `mark_of`; what the petition names them by. Raise Problem for one that is refused."""
    with told(whole=False):
        return tuple([await _claim(intake, channel, petition_id, attached, mark) for attached, mark in media])


async def _claim(intake: Intake, channel: str, petition_id: str, attached: Attached, mark: str) -> FileClaim:
    proof = hmac.digest(intake.codes.secrets[0], f"media\0{petition_id}\0{mark}".encode(), "sha256").hex()
    file_id, token = proof[:32], proof[32:]
    if await intake.files.register.find(file_id, token) is None:
        await intake.files.begin(f"channel:{channel}", attached.size, by_app=True, named=(file_id, token))
        await intake.files.arriving.add(Upload(file_id, attached.size), 0, attached.chunks())
    return FileClaim(id=file_id, token=token)
