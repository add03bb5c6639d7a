"""All that the calls need of uploaded files, built once for a process."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass

from psycopg_pool import AsyncConnectionPool

from producers.files.arriving import Arriving
from producers.files.claiming import Claiming
from producers.files.kinds import EXTENSIONS, Refused
from producers.files.register import Register, new_name
from producers.files.scanner import Scanner
from producers.files.settings import MEGABYTE, FileSettings
from producers.files.store import SMALL, WHOLE, Store, store_of
from producers.files.sweeping import Sweeping
from schemas.events.files import FileKind

_APPS = 100


class TooMuchWaiting(Exception):
    """The uploader has too many bytes that no petition has named."""


class Held(Exception):
    """Nobody has looked for malware in it yet."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that may be shown. `sha256`: of the whole; `name`: under which a browser saves it."""

    media_type: str
    size: int
    sha256: str
    name: str
    is_document: bool
    store: Store
    file_id: str
    part: str

    def read(self, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` to before `end`; of a small form all of them, its size is not known beforehand."""
        return self.store.read(self.file_id, self.part) if self.part == SMALL else self.store.read(self.file_id, self.part, start, end)


class Files:
    """Uploads begin here, are found by petition here; the rest is `arriving`, `claiming` and `sweeping`."""

    def __init__(self, settings: FileSettings, pool: AsyncConnectionPool) -> None:
        self.settings, self.store = settings, store_of(settings)
        self.register = Register(pool)
        scanner = Scanner(settings.files_scanner)
        self.arriving = Arriving(settings, self.register, self.store, scanner)
        self.claiming = Claiming(settings, self.register, self.arriving)
        self.sweeping = Sweeping(settings, self.register, self.store, scanner, self.arriving)

    async def begin(self, uploader: str, length: int, *, by_app: bool, named: tuple[str, str] | None = None) -> tuple[str, str]:
        """A new upload's id and token; `named`: these and no others. Raise Refused for a length that no file may have, TooMuchWaiting."""
        if length < 1:
            raise Refused("file_empty")
        if length > self.settings.largest_file:
            raise Refused("file_too_large", le=self.settings.largest_file // MEGABYTE)
        most = self.settings.files_waiting_mb * MEGABYTE * (_APPS if by_app else 1)
        begun = await self.register.begin(uploader, length, most, named or new_name())
        if begun is None:
            raise TooMuchWaiting
        return begun

    async def find(self, petition_id: str, file_id: str, *, small: bool) -> Stored | None:
        """A file of this petition; None when there is none. `small`: of a picture its small form. Raise Held."""
        found = await self.register.of_petition(file_id, petition_id)
        if found is None or found.media_type is None or found.size is None or found.sha256 is None:
            return None
        if found.status == "held":
            raise Held
        name = f"phan-anh-{file_id[:8]}.{EXTENSIONS[found.media_type]}"
        part = SMALL if small and found.kind == FileKind.IMAGE else WHOLE
        document = found.kind == FileKind.DOCUMENT
        return Stored(found.media_type, found.size, found.sha256, name, document, self.store, file_id, part)


def of_address(secret: bytes, address: str) -> str:
    """Who uploads without a key: known again, but not known, since an address is personal."""
    return f"address:{hmac.digest(secret, f'upload{chr(0)}{address}'.encode(), 'sha256').hex()[:24]}"
