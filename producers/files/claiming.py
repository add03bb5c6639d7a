"""A petition, a note or an answer names files: from then on they are its petition's, and of no other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from producers.files.arriving import Arriving
from producers.files.claims import FileClaim
from producers.files.kinds import Refused
from producers.files.register import Register, Upload
from producers.files.settings import MEGABYTE, FileSettings
from schemas.events.files import FileRef


class Claiming:
    """Gives files to petitions. Raises what `Arriving` raises for what cannot be done now."""

    def __init__(self, settings: FileSettings, register: Register, arriving: Arriving) -> None:
        self._settings, self._register, self._arriving = settings, register, arriving

    async def claim(self, petition_id: str, claims: Sequence[FileClaim]) -> tuple[FileRef, ...]:
        """The references for the event, in the order of the claims. A repeat for the same petition gives the same again.

        Raise Refused, naming the claim: unknown, not wholly there, another petition's, or more than a petition may have.
        """
        if not claims:
            return ()
        await self._check(claims)
        async with self._register.transaction() as connection, connection.transaction():
            found = await self._register.named(connection, [claim.id for claim in claims])
            for number, claim in enumerate(claims):
                _belongs(found, claim, petition_id, number)
            new = [one for one in found.values() if one.petition_id is None]
            self._fits(new, *await self._register.all_of(connection, petition_id))
            await self._register.give(connection, petition_id, [one.file_id for one in new])
        return tuple(found[claim.id].reference() for claim in claims)

    async def _check(self, claims: Sequence[FileClaim]) -> None:
        """Each is its claimer's; what was not judged when its last byte came (we had gone down) is judged now."""
        for number, claim in enumerate(claims):
            upload = await self._register.find(claim.id, claim.token)
            if upload is None:
                raise Refused("unknown_file", field=f"files.{number}")
            if upload.status == "arriving":
                if not upload.is_complete:
                    raise Refused("file_unfinished", field=f"files.{number}")
                await self._arriving.finish(upload)

    def _fits(self, new: Sequence[Upload], number: int, size: int) -> None:
        if number + len(new) > self._settings.files_of_petition:
            raise Refused("too_many_files", field="files", le=self._settings.files_of_petition)
        if size + sum(one.size or 0 for one in new) > self._settings.files_of_petition_mb * MEGABYTE:
            raise Refused("files_too_large", field="files", le=self._settings.files_of_petition_mb)


def _belongs(found: Mapping[str, Upload], claim: FileClaim, petition_id: str, number: int) -> None:
    if claim.id not in found:
        raise Refused("unknown_file", field=f"files.{number}")
    if found[claim.id].petition_id not in (None, petition_id):
        raise Refused("file_taken", field=f"files.{number}")
