"""Every error in one shape: `{"error": {"code", "message", "fields": [{"field", "rule", "message"}]}}`, in English or Vietnamese.

Nothing of what the caller sent is repeated: it may be personal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson
from pydantic import ValidationError
from starlette.responses import Response

from producers.http.texts import MESSAGES, RULES, Lang

NO_STORE = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Field:
    """`field`: dotted path into the body. `rule`: machine-readable name. `limits`: numbers and names for the rule's text."""

    field: str
    rule: str
    limits: Mapping[str, object]


class Refusal(Exception):
    """The request is refused; becomes a response by `answer`."""

    def __init__(
        self, status: int, code: str, *, fields: Sequence[Field] = (), headers: Mapping[str, str] | None = None, **about: object
    ) -> None:
        super().__init__(code)
        self.status, self.code, self.fields, self.headers, self.about = status, code, fields, headers or {}, about


def language(accept: str) -> Lang:
    """The better liked of Vietnamese and English in an Accept-Language header; Vietnamese when neither is named."""
    liked = {"vi": 0.0, "en": 0.0}
    for part in accept.lower().split(","):
        tag, _, weight = part.partition(";q=")
        name = tag.strip()[:2]
        if name in liked:
            liked[name] = max(liked[name], _weight(weight))
    return "en" if liked["en"] > liked["vi"] else "vi"


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0


def answer(refusal: Refusal, lang: Lang) -> Response:
    error: dict[str, object] = {"code": refusal.code, "message": MESSAGES[refusal.code][lang].format(**refusal.about)}
    if refusal.fields:
        error["fields"] = [{"field": item.field, "rule": item.rule, "message": _rule_text(item, lang)} for item in refusal.fields]
    body = orjson.dumps({"error": error})
    return Response(body, refusal.status, {**NO_STORE, **refusal.headers}, "application/json")


def _rule_text(item: Field, lang: Lang) -> str:
    return RULES.get(item.rule, RULES["other"])[lang].format_map(_Known(item.limits))


class _Known(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


_SAFE_LIMITS = ("ge", "gt", "le", "lt", "min_length", "max_length", "expected", "tag", "expected_tags")


def from_validation(error: ValidationError, *, skip: int = 0) -> Refusal:
    """422 that names every field and the rule it broke; `skip`: leading steps of the path that are not in the body."""
    fields = []
    for item in error.errors(include_input=False, include_url=False):
        path = [str(step) for step in item["loc"][skip:]]
        limits = {name: value for name, value in item.get("ctx", {}).items() if name in _SAFE_LIMITS}
        fields.append(Field(".".join(path) or "body", _rule_name(item["type"], item["msg"]), limits))
    return Refusal(422, "invalid", fields=fields)


def _rule_name(kind: str, message: str) -> str:
    """pydantic's name of the rule; our own validators (`value_error`) are known by what they say."""
    if kind != "value_error":
        return kind
    for name in ("category", "office", "ward"):
        if f"unknown {name}" in message:
            return f"unknown_{name}"
    return "contact_empty" if "needs a name" in message else kind
