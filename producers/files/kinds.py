"""What a file is, by its first bytes alone: its name and its declared type are anybody's to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import filetype

from producers.files.settings import MEGABYTE, FileSettings
from schemas.events.files import FileKind


class Refused(Exception):
    """The file is not taken. `rule`: which rule it breaks, as in `schemas/web/problems.toml`; `limits`: values for the rule's text."""

    def __init__(self, rule: str, *, field: str = "file", **limits: object) -> None:
        super().__init__(rule)
        self.rule, self.field, self.limits = rule, field, limits


@dataclass(frozen=True, slots=True)
class Content:
    """`media_type`: under which it is served, after it has been made anew where that is done."""

    kind: FileKind
    media_type: str


_KNOWN: Mapping[str, Content] = {
    **dict.fromkeys(("image/jpeg", "image/png", "image/webp", "image/gif"), Content(FileKind.IMAGE, "image/jpeg")),
    "video/mp4": Content(FileKind.VIDEO, "video/mp4"),
    "video/x-m4v": Content(FileKind.VIDEO, "video/mp4"),
    "video/quicktime": Content(FileKind.VIDEO, "video/quicktime"),
    "video/webm": Content(FileKind.VIDEO, "video/webm"),
    "application/pdf": Content(FileKind.DOCUMENT, "application/pdf"),
}
EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "application/pdf": "pdf",
}
"""Served under which media type → end of its name."""


def content_of(path: Path, settings: FileSettings) -> Content:
    """What lies at `path`. Raise Refused for what is empty, of no kind that is taken, or too large for its kind."""
    size = path.stat().st_size
    if not size:
        raise Refused("file_empty")
    found = filetype.guess(str(path))
    content = _KNOWN.get(found.mime) if found else None
    if content is None:
        raise Refused("file_kind")
    most = {
        FileKind.IMAGE: settings.files_picture_mb,
        FileKind.VIDEO: settings.files_video_mb,
        FileKind.DOCUMENT: settings.files_document_mb,
    }[content.kind]
    if size > most * MEGABYTE:
        raise Refused("file_too_large", le=most)
    return content
