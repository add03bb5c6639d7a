"""The contract as one OpenAPI 3.1 document, made from the operations. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter

from schemas.reference.texts import LANGUAGES
from schemas.web.contract import LANGUAGE, Answer, Body, Caller, Json, Operation, Parameter, ProblemDetails, Refusal
from schemas.web.problems import MEDIA_TYPE, Field, Problem, details

_REF = "#/components/schemas/{model}"
_SAMPLE: Json = {
    "domains": "@hanoi.gov.vn",
    "limit": 262_144,
    "allowed": "rate, reopen, withdraw, add-information",
    "minutes": 4,
    "most": 100,
}
"""Values for the texts of problems in the examples."""
_BROKEN = Field("location.lat", "greater_than_equal", {"ge": 20.54})
_SCHEMES: dict[Caller, Json] = {
    Caller.INTAKE_APP: {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "The key of an intake channel."},
    Caller.OFFICE: {"type": "http", "scheme": "bearer", "description": "The token of an office, or the administrator's."},
}
_RETRY = {"Retry-After": {"description": "Seconds to wait before a repeat.", "schema": {"type": "integer", "minimum": 0}}}


def document(operations: Sequence[Operation]) -> Json:
    """The whole document: a path for each operation, every refusal with an example in both languages."""
    schemas = _Schemas(operations)
    paths: dict[str, Json] = defaultdict(dict)
    for one in operations:
        paths[one.path][one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Hanoi petitions",
            "version": "1.0.0",
            "summary": "Hand in petitions, follow them, work on them.",
            "description": "Errors are problem details (RFC 9457), in Vietnamese or English: by `lang`, else by Accept-Language.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": tag} for tag in dict.fromkeys(one.tag for one in operations)],
        "paths": dict(paths),
        "components": {
            "schemas": schemas.shared,
            "securitySchemes": {scheme.value: about for scheme, about in _SCHEMES.items()},
            "responses": {"problem": _problem("The request was refused for another reason.", ())},
        },
    }


class _Schemas:
    """JSON Schemas of all bodies and answers, with the definitions that they share."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        wanted = [(ProblemDetails, "serialization", TypeAdapter(ProblemDetails)), *self._wanted(operations)]
        found, shared = TypeAdapter.json_schemas(wanted, ref_template=_REF)  # type: ignore[arg-type]
        self._found = {key: schema for (key, _), schema in found.items()}
        self.shared: Json = dict(shared.get("$defs", {}))
        for body in (one.body for one in operations if one.body is not None and one.body.closed):
            self._close(self._found[body.model])

    @staticmethod
    def _wanted(operations: Iterable[Operation]) -> Iterator[tuple[Any, str, TypeAdapter[Any]]]:
        for one in operations:
            if one.body is not None:
                yield one.body.model, "validation", TypeAdapter(one.body.model)
            for answer in (one.answer, one.errors):
                if answer is not None and answer.model is not None:
                    yield answer.model, "serialization", TypeAdapter(answer.model)

    def of(self, model: Any) -> Json:
        return self._found[model]

    def _close(self, schema: Any, seen: set[str] | None = None) -> None:
        """No object within takes a field that it does not name."""
        seen = set() if seen is None else seen
        if isinstance(schema, dict):
            name = str(schema.get("$ref", "")).removeprefix(_REF.format(model=""))
            if name and name not in seen:
                seen.add(name)
                self._close(self.shared[name], seen)
            if "properties" in schema:
                schema["additionalProperties"] = False
        for part in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
            self._close(part, seen)


def _operation(one: Operation, schemas: _Schemas) -> Json:
    found: Json = {
        "operationId": one.name,
        "tags": [one.tag],
        "summary": one.summary,
        "parameters": [_parameter(parameter) for parameter in (*_path_parts(one), LANGUAGE)],
        "responses": {
            str(one.answer.status): _answer(one.answer, schemas),
            **dict(_refusals(one.refusals)),
            "default": _answer(one.errors, schemas) if one.errors else {"$ref": "#/components/responses/problem"},
        },
        "security": [{one.caller.value: []}] if one.caller else [],
    }
    if one.description:
        found["description"] = one.description
    if one.body is not None:
        found["requestBody"] = _body(one.body, schemas)
    return found


def _path_parts(one: Operation) -> tuple[Parameter, ...]:
    """The operation's parameters; KeyError where one of the path is not described."""
    described = {parameter.name: parameter for parameter in one.parameters if parameter.where == "path"}
    named = re.findall(r"\{(\w+)\}", one.path)
    return (*(described[name] for name in named), *(parameter for parameter in one.parameters if parameter.where != "path"))


def _parameter(parameter: Parameter) -> Json:
    found: Json = {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.where == "path",
        "description": parameter.what,
        "schema": dict(parameter.schema),
    }
    return found if parameter.example is None else {**found, "example": parameter.example}


def _body(body: Body, schemas: _Schemas) -> Json:
    content = {
        "schema": schemas.of(body.model),
        "examples": {name: {"value": value if isinstance(value, str) else dict(value)} for name, value in body.examples.items()},
    }
    return {"required": True, "content": dict.fromkeys(body.media_types, content)}


def _answer(answer: Answer, schemas: _Schemas) -> Json:
    if not answer.media_types:
        return {"description": answer.what}
    schema = {"type": "string"} if answer.model is None else schemas.of(answer.model)
    return {"description": answer.what, "content": {kind: {"schema": schema} for kind in answer.media_types}}


def _refusals(refusals: Iterable[Refusal]) -> Iterator[tuple[str, Json]]:
    by_status: dict[int, list[str]] = defaultdict(list)
    for status, code in refusals:
        by_status[status].append(code)
    for status, codes in sorted(by_status.items()):
        yield str(status), _problem(" / ".join(f"`{code}`" for code in codes), [(status, code) for code in codes])


def _problem(what: str, refusals: Sequence[Refusal]) -> Json:
    content: Json = {"schema": {"$ref": _REF.format(model=ProblemDetails.__name__)}}
    if refusals:
        content["examples"] = {f"{code}.{lang}": {"value": _example(status, code, lang)} for status, code in refusals for lang in LANGUAGES}
    found: Json = {"description": what, "content": {MEDIA_TYPE: content}}
    return {**found, "headers": _RETRY} if any(status in (429, 503) for status, _ in refusals) else found


def _example(status: int, code: str, lang: Any) -> Json:
    return details(Problem(status, code, fields=[_BROKEN] if code == "invalid" else (), **_SAMPLE), lang)
