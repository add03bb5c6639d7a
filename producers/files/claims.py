"""How an uploaded file is named by whoever uploaded it. Pure."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.events.base import Model
from schemas.events.files import AT_ONCE, FileId


class FileClaim(Model):
    """Both stand in the answer to the upload."""

    id: FileId
    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]


Claims = Annotated[tuple[FileClaim, ...], Field(max_length=AT_ONCE)]
