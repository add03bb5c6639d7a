"""What a phone writes beside a video: in MP4 and QuickTime the place and the device stand in boxes of their own, which are blanked.

A blanked box keeps its length and becomes `free` (ISO/IEC 14496-12, 8.1.2), so that every offset in the file still holds and nothing has to
be made anew. Not blanked are the times of recording in the headers, tracks of measurements (as of action cameras), and whatever a WebM
carries: what is said or shown in a video is not looked at either.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_BLANKED = frozenset({b"udta", b"meta", b"uuid", b"Xtra"})
_WITHIN = frozenset({b"moov", b"trak", b"moof", b"traf"})
_ZEROS = bytes(65_536)
_MOST_BOXES = 100_000
_DEEPEST = 4


def blank_metadata(path: Path) -> None:
    """Blank the boxes in place; a file whose boxes make no sense stays from there on as it is: no player reads further either."""
    with path.open("r+b") as file:
        boxes = list(_boxes(file, 0, os.fstat(file.fileno()).st_size))
        for start, head, end in boxes:
            file.seek(start + 4)
            file.write(b"free")
            _zero(file, start + head, end)


def _boxes(file: BinaryIO, start: int, end: int, depth: int = 0, left: list[int] | None = None) -> Iterator[tuple[int, int, int]]:
    """Where each box to blank begins, how long its head is, where it ends. `left`: how many more are looked at, of the whole file."""
    left = [_MOST_BOXES] if left is None else left
    while start + 8 <= end and left[0] > 0:
        left[0] -= 1
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if size == 1 and start + 16 <= end:
            size, head = struct.unpack(">Q", file.read(8))[0], 16
        size = size or end - start
        if size < head or start + size > end:
            return
        if kind in _BLANKED:
            yield start, head, start + size
        elif kind in _WITHIN and depth < _DEEPEST:
            yield from _boxes(file, start + head, start + size, depth + 1, left)
        start += size


def _zero(file: BinaryIO, start: int, end: int) -> None:
    file.seek(start)
    while start < end:
        start += file.write(_ZEROS[: end - start])
