"""Reading the small JSON bodies of the desk's own calls."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from schemas.web import Problem, from_validation

LIMIT = 16_384
M = TypeVar("M", bound=BaseModel)


async def given(model: type[M], request: Request) -> M:
    """The checked body. Raise Problem 415, 413, 400 for no JSON, 422 that names every field and rule."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "wrong-type")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise Problem(413, "too-large", limit=LIMIT, headers={"Connection": "close"})
    try:
        return model.model_validate_json(body, extra="forbid")
    except ValidationError as error:
        if error.errors(include_input=False)[0]["type"] == "json_invalid":
            raise Problem(400, "malformed") from None
        raise from_validation(error) from None
