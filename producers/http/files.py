"""Uploads over HTTP: small files at once (multipart), large ones by parts that can be taken up again (tus 1.0, https://tus.io)."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from producers.files.register import Upload
from producers.http.body import idempotency_key
from producers.http.endpoint import endpoint
from producers.http.multipart import SMALL_BYTES, Attached, parts_of
from producers.http.refusals import told
from producers.http.state import Intake
from producers.http.upload_contract import BEGIN, CANCEL, CONTINUE, LOOK, OPTIONS, STATUS, UPLOAD
from producers.http.uploader import uploader
from schemas.web import Field, Handler, Problem, json

VERSION = "1.0.0"


def file_routes(intake: Intake) -> list[Route]:
    return [
        UPLOAD.route(endpoint(_upload(intake))),
        BEGIN.route(endpoint(_begin(intake))),
        OPTIONS.route(endpoint(_options(intake))),
        # Before GET, which Starlette would answer HEAD with.
        LOOK.route(endpoint(_look(intake))),
        CONTINUE.route(endpoint(_continue(intake))),
        CANCEL.route(endpoint(_cancel(intake))),
        STATUS.route(endpoint(_status(intake))),
    ]


def _upload(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        who, by_app = await uploader(intake, request)
        key = idempotency_key(request)
        with told():
            async with parts_of(request, SMALL_BYTES) as (_, files):
                if len(files) != 1 or files[0].name != "file":
                    raise Problem(422, "file-refused", fields=[Field("file", "missing", {})])
                if key:
                    taken, token = await _take_once(intake, who, key, files[0], by_app=by_app)
                else:
                    taken, token = await take_small(intake, who, files[0].chunks(), files[0].size, by_app=by_app)
        return json(_described(taken, token), status=201)

    return handle


async def take_small(intake: Intake, who: str, chunks: AsyncIterator[bytes], size: int, *, by_app: bool) -> tuple[Upload, str]:
    """A file whose bytes are all here; and its token. Raises as `Files.begin` and `Arriving` do."""
    files = intake.files
    file_id, token = await files.begin(who, size, by_app=by_app)
    return await files.arriving.add(Upload(file_id, size), 0, chunks), token


async def _take_once(intake: Intake, who: str, key: str, attached: Attached, *, by_app: bool) -> tuple[Upload, str]:
    """The same for a caller that may ask again under its key: it is the same file then. Raise Problem 409 for one of another length."""
    files = intake.files
    proof = hmac.digest(intake.codes.secrets[0], f"upload\0{who}\0{key}".encode(), "sha256").hex()
    file_id, token = named = proof[:32], proof[32:]
    found = await files.register.find(file_id, token)
    if found is None:
        await files.begin(who, attached.size, by_app=by_app, named=named)
        found = Upload(file_id, attached.size)
    if found.length != attached.size:
        raise Problem(409, "key-reused")
    if found.status != "arriving":
        return found, token
    return await files.arriving.add(found, found.received, attached.chunks(found.received)), token


def _begin(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        _version(request)
        who, by_app = await uploader(intake, request)
        with told():
            file_id, token = await intake.files.begin(who, _number(request, "upload-length"), by_app=by_app)
        place = f"{BEGIN.path}/{file_id}/{token}"
        return json({"file_id": file_id, "token": token}, status=201, headers=_headers(Location=place, Upload_Offset="0"))

    return handle


def _options(intake: Intake) -> Handler:
    async def handle(_: Request) -> Response:
        most = str(intake.files.settings.largest_file)
        return Response(status_code=204, headers=_headers(Tus_Version=VERSION, Tus_Max_Size=most, Tus_Extension="creation,termination"))

    return handle


def _look(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        _version(request)
        found = await _found(intake, request)
        return Response(status_code=200, headers=_headers(Upload_Offset=str(found.received), Upload_Length=str(found.length)))

    return handle


def _continue(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        _version(request)
        if request.headers.get("content-type") != "application/offset+octet-stream":
            raise Problem(415, "wrong-part")
        found, start = await _found(intake, request), _number(request, "upload-offset")
        with told():
            after = await intake.files.arriving.add(found, start, request.stream())
        return Response(status_code=204, headers=_headers(Upload_Offset=str(after.received)))

    return handle


def _cancel(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        _version(request)
        found = await _found(intake, request)
        with told():
            async with intake.files.register.forgetting(found.file_id) as unclaimed:
                if not unclaimed:
                    raise Problem(409, "file-in-use")
                await intake.files.store.remove(found.file_id)
        return Response(status_code=204, headers=_headers())

    return handle


def _status(intake: Intake) -> Handler:
    async def handle(request: Request) -> Response:
        return json(_described(await _found(intake, request), request.path_params["token"]))

    return handle


async def _found(intake: Intake, request: Request) -> Upload:
    found = await intake.files.register.find(request.path_params["file_id"], request.path_params["token"])
    if found is None:
        raise Problem(404, "unknown-upload")
    return found


def _described(upload: Upload, token: str) -> dict[str, object]:
    return {
        "file_id": upload.file_id,
        "token": token,
        "status": upload.status,
        "received": upload.received,
        "length": upload.length,
        "kind": upload.kind,
        "media_type": upload.media_type,
        "size": upload.size,
        "sha256": upload.sha256,
    }


def _version(request: Request) -> None:
    if request.headers.get("tus-resumable") != VERSION:
        raise Problem(412, "wrong-tus", headers={"Tus-Version": VERSION})


def _number(request: Request, name: str) -> int:
    given = request.headers.get(name, "")
    if not (given.isascii() and given.isdigit()) or len(given) > 15:
        raise Problem(400, "invalid", fields=[Field(name, "int_parsing" if given else "missing", {})])
    return int(given)


def _headers(**more: str) -> dict[str, str]:
    return {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **{name.replace("_", "-"): value for name, value in more.items()}}
