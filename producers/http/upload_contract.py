"""The calls that upload files, as the published contract has them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from producers.http.multipart import MEDIA_TYPE
from schemas.events.files import FileId, FileKind
from schemas.web.contract import IDEMPOTENCY_KEY, NO_KEY_REUSE, Answer, Body, Operation, Parameter, Refusal

_TAG = "Files"
_WHO: tuple[Refusal, ...] = (
    (401, "unknown-key"),
    (401, "unknown-token"),
    (401, "session-over"),
    (403, "not-your-duty"),
    (403, "foreign-page"),
    (429, "uploads-waiting"),
    (503, "files-unavailable"),
    (503, "database-unavailable"),
)
_CONTENT: tuple[Refusal, ...] = ((413, "file-refused"), (415, "file-refused"), (422, "file-refused"))
_TUS = Parameter("Tus-Resumable", "Version of the protocol.", {"type": "string", "enum": ["1.0.0"]}, "header")
_FILE = Parameter("file_id", "The upload's id.", {"type": "string", "pattern": "^[0-9a-f]{32}$"}, "path", "0f" * 16)
_TOKEN = Parameter("token", "What proves that the upload is the caller's.", where="path", example="the-token-of-the-upload")
_ITS = (_FILE, _TOKEN, _TUS)
_THERE: tuple[Refusal, ...] = ((404, "unknown-upload"), (412, "wrong-tus"), (503, "database-unavailable"))
_AFTER = "An upload that no petition, note or answer names within a day is erased."


class UploadForm(BaseModel):
    file: str = Field(description="One picture (JPEG, PNG, WebP, GIF), PDF or video.", json_schema_extra={"format": "binary"})


class Begun(BaseModel):
    """Name both where a petition, note or answer lists its `files`."""

    file_id: FileId
    token: str


class Uploaded(Begun):
    """What has come of an upload. `kind` and what follows are there once it is complete; `size` and `sha256` are those of what is kept."""

    status: Literal["arriving", "held", "ready"] = Field(
        description="`held`: taken, but shown to nobody until malware has been looked for."
    )
    received: int
    length: int
    kind: FileKind | None
    media_type: str | None
    size: int | None
    sha256: str | None


UPLOAD = Operation(
    name="uploadFile",
    method="POST",
    path="/v1/files",
    tag=_TAG,
    summary="Upload a small file.",
    description=(
        "With an intake key, as an office, or from the public form. What the file is, is told from its content. Pictures are made anew "
        "without metadata; of MP4 and MOV videos the boxes with place and device are blanked; WebM and PDF are kept as they are, with "
        f"whatever they say of their maker. {_AFTER}"
    ),
    parameters=(IDEMPOTENCY_KEY,),
    body=Body(UploadForm, {"a picture": {"file": "(bytes)"}}, (MEDIA_TYPE,), closed=False),
    answer=Answer("Taken in, by its content.", Uploaded, 201),
    refusals=(*_WHO, *NO_KEY_REUSE, (413, "too-large"), (415, "wrong-multipart"), *_CONTENT),
)
BEGIN = Operation(
    name="beginUpload",
    method="POST",
    path="/v1/files/uploads",
    tag=_TAG,
    summary="Begin a large file, which then comes by parts (tus 1.0: core, creation, termination).",
    description=f"`Location` is where its parts go. {_AFTER}",
    parameters=(_TUS, Parameter("Upload-Length", "All of its bytes.", {"type": "integer", "minimum": 1}, "header", 1_000_000)),
    answer=Answer("Begun.", Begun, 201),
    refusals=((400, "invalid"), *_WHO, (412, "wrong-tus"), (413, "file-refused"), (422, "file-refused")),
)
OPTIONS = Operation(
    name="describeUploads",
    method="OPTIONS",
    path=BEGIN.path,
    tag=_TAG,
    summary="What of tus is spoken here, and how large a file may be.",
    answer=Answer("In the headers `Tus-Version`, `Tus-Extension`, `Tus-Max-Size`.", status=204, media_types=()),
)
LOOK = Operation(
    name="lookAtUpload",
    method="HEAD",
    path=f"{BEGIN.path}/{{file_id}}/{{token}}",
    tag=_TAG,
    summary="How many bytes have come.",
    parameters=_ITS,
    answer=Answer("In the header `Upload-Offset`.", media_types=()),
    refusals=_THERE,
)
CONTINUE = Operation(
    name="continueUpload",
    method="PATCH",
    path=LOOK.path,
    tag=_TAG,
    summary="Send the next bytes.",
    description="What came before a connection broke is kept. The last byte's answer says whether the file is taken.",
    parameters=(*_ITS, Parameter("Upload-Offset", "Where these bytes begin.", {"type": "integer", "minimum": 0}, "header", 0)),
    body=Body(str, {"bytes": "(bytes)"}, ("application/offset+octet-stream",), closed=False),
    answer=Answer("Kept; `Upload-Offset` says how many there are now.", status=204, media_types=()),
    refusals=(
        (400, "invalid"),
        *_THERE,
        (409, "wrong-offset"),
        (415, "wrong-part"),
        *_CONTENT,
        (503, "files-unavailable"),
    ),
)
CANCEL = Operation(
    name="cancelUpload",
    method="DELETE",
    path=LOOK.path,
    tag=_TAG,
    summary="Erase an upload that nothing has named yet.",
    parameters=_ITS,
    answer=Answer("Erased.", status=204, media_types=()),
    refusals=(*_THERE, (409, "file-in-use"), (503, "files-unavailable")),
)
STATUS = Operation(
    name="getUpload",
    method="GET",
    path=LOOK.path,
    tag=_TAG,
    summary="What has come of an upload.",
    parameters=(_FILE, _TOKEN),
    answer=Answer("The upload.", Uploaded),
    refusals=((404, "unknown-upload"), (503, "database-unavailable")),
)
OPERATIONS = (UPLOAD, BEGIN, OPTIONS, LOOK, CONTINUE, CANCEL, STATUS)
