"""References to uploaded files, as events carry them; the bytes lie in the store of `producers.files`, and are erased there."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from schemas.events.base import Model

FileId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
AT_ONCE = 10
"""Files that one petition, note or answer may name."""


class FileKind(StrEnum):
    """What is taken in: pictures are made anew without what a camera writes into them, the others are kept as they are."""

    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


class FileRef(Model):
    """A file as it lies in the store. `size`: bytes; `sha256`: of those bytes."""

    id: FileId
    kind: FileKind
    size: Annotated[int, Field(ge=1)]
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]


Files = Annotated[tuple[FileRef, ...], Field(max_length=AT_ONCE)]


def plain(files: Iterable[FileRef]) -> list[dict[str, Any]]:
    """As the fields of an event."""
    return [{"id": one.id, "kind": one.kind.value, "size": one.size, "sha256": one.sha256} for one in files]
