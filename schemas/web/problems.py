"""Every error in one shape, problem details (RFC 9457): `type`, `title`, `status`, `detail`, and our own `code` and `fields`.

The words stand in `problems.toml`, in Vietnamese and English. Nothing of what the caller sent is repeated: it may be personal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import Response

from schemas.reference.texts import Language
from schemas.web.language import language

MEDIA_TYPE = "application/problem+json"
NO_STORE = {"Cache-Control": "no-store"}
_TYPE = "urn:hanoi-petitions:problem:"


@dataclass(frozen=True, slots=True)
class Field:
    """`field`: a parameter's name, or a dotted path into the body. `rule`: machine-readable name. `limits`: values for the rule's text."""

    field: str
    rule: str
    limits: Mapping[str, object]


class Problem(Exception):
    """The request is refused; `endpoint` makes a response of it. `about`: values for the text of `code`; `members`: further members of
    the problem's details, for programs."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        fields: Sequence[Field] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
        **about: object,
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.fields, self.headers, self.about = status, code, fields, headers or {}, about
        self.members = members or {}


def broken(field: str, rule: str, *, status: int = 400, **limits: object) -> Problem:
    """A parameter that breaks one rule."""
    return Problem(status, "invalid", fields=[Field(field, rule, limits)])


def answer(problem: Problem, request: Request) -> Response:
    """The response, in the caller's language."""
    lang = language(request)
    headers = {**NO_STORE, "Content-Language": lang, **problem.headers}
    return Response(orjson.dumps(details(problem, lang)), problem.status, headers, MEDIA_TYPE)


def details(problem: Problem, lang: Language) -> dict[str, Any]:
    """The body. `fields` is there only when there are some: `[{field, rule, message}]`."""
    words = texts()["problem"][problem.code]
    found = {
        "type": f"{_TYPE}{problem.code}",
        "title": words["title"][lang],
        "status": problem.status,
        "detail": words["detail"][lang].format(**problem.about),
        "code": problem.code,
    }
    if problem.fields:
        found["fields"] = [{"field": one.field, "rule": one.rule, "message": _rule_text(one, lang)} for one in problem.fields]
    return {**found, **problem.members}


@cache
def texts() -> dict[str, Any]:
    """`problem` → code → title and detail by language; `rule` → rule → text by language."""
    return tomllib.loads(resources.files(__package__).joinpath("problems.toml").read_text(encoding="utf-8"))


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _rule_text(item: Field, lang: Language) -> str:
    rules = texts()["rule"]
    return str(rules.get(item.rule, rules["other"])[lang]).format_map(_Known(item.limits))


_SAFE_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "expected", "tag", "expected_tags")


def from_validation(error: ValidationError, *, skip: int = 0) -> Problem:
    """422 that names every field and the rule it broke; `skip`: leading steps of the path that are not in the body."""
    fields = []
    for item in error.errors(include_input=False, include_url=False):
        path = [str(step) for step in item["loc"][skip:]]
        limits = {name: value for name, value in item.get("ctx", {}).items() if name in _SAFE_LIMITS}
        fields.append(Field(".".join(path) or "body", _rule_name(item["type"], item["msg"]), limits))
    return Problem(422, "invalid", fields=fields)


def _rule_name(kind: str, message: str) -> str:
    """pydantic's name of the rule; our own validators (`value_error`) are known by what they say."""
    if kind != "value_error":
        return kind
    for name in ("category", "office", "ward"):
        if f"unknown {name}" in message:
            return f"unknown_{name}"
    return "contact_empty" if "needs a name" in message else kind
