"""Reading a request: its body (bounded while it streams in), its keys and its JSON."""

from __future__ import annotations

from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from schemas.web import Problem, from_validation

M = TypeVar("M", bound=BaseModel)


async def read_json_body(request: Request, limit: int) -> bytes:
    """The body; refuses another content type (415) and more than `limit` bytes (413) as soon as they are seen."""
    kind = content_type(request)
    if kind != "application/json" and not kind.endswith("+json"):
        raise Problem(415, "wrong-type")
    return await read_body(request, limit)


def content_type(request: Request) -> str:
    """Without its parameters, in small letters; empty when there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request, limit: int) -> bytes:
    """The body, whatever it is; 413 for more than `limit` bytes."""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and (len(declared) > 18 or int(declared) > limit):
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_large(limit: int) -> Problem:
    # The connection is closed, so that nobody goes on sending what nobody reads.
    return Problem(413, "too-large", limit=limit, headers={"Connection": "close"})


def parse(model: type[M], body: bytes) -> M:
    """The checked model; 400 for what is not JSON, 422 naming every field and rule otherwise, fields that nobody knows among them."""
    try:
        return model.model_validate_json(body, extra="forbid")
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid":
            raise Problem(400, "malformed") from None
        raise from_validation(error) from None


def parse_object(body: bytes) -> dict[str, Any]:
    """A JSON object; 400 for what is not JSON, 422 for another JSON value."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "malformed") from None
    if not isinstance(found, dict):
        raise Problem(422, "not-an-object")
    return found


def idempotency_key(request: Request) -> str | None:
    """The header Idempotency-Key, if there is one; 400 when it is unusable."""
    key = request.headers.get("idempotency-key")
    if key is None:
        return None
    if not 1 <= len(key) <= 200 or not (key.isascii() and key.isprintable()):
        raise Problem(400, "bad-idempotency-key")
    return key
