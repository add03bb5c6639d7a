"""The OpenAPI document as a page without scripts, so that it needs no exception from the security headers. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

Json = dict[str, Any]

_FRAME = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · API</title>
<link rel="icon" href="/assets/common/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/common/base.css">
<link rel="stylesheet" href="/assets/common/parts.css">
<link rel="stylesheet" href="/assets/contract/contract.css">
</head>
<body>
<main id="main">
<h1>{title}</h1>
<p>{description}</p>
<p>For programs: <a href="/openapi.json">/openapi.json</a> (OpenAPI {openapi})</p>
{contents}
{operations}
<h2 id="schemas">Schemas</h2>
{schemas}
</main>
</body>
</html>
"""


def page(document: Json) -> str:
    """The whole page, HTML."""
    info = document["info"]
    return _FRAME.format(
        title=escape(info["title"]),
        description=_words(info["description"]),
        openapi=escape(document["openapi"]),
        contents="".join(_contents(document)),
        operations="".join(_operations(document)),
        schemas="".join(_named(name, schema) for name, schema in sorted(document["components"]["schemas"].items())),
    )


def _calls(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, call in methods.items():
            yield method.upper(), path, call


def _contents(document: Json) -> Iterator[str]:
    for tag in document["tags"]:
        links = (
            f'<li><a href="#{call["operationId"]}"><code>{method} {escape(path)}</code></a> {_words(call["summary"])}</li>'
            for method, path, call in _calls(document)
            if tag["name"] in call["tags"]
        )
        yield f"<h2>{escape(tag['name'])}</h2><ul>{''.join(links)}</ul>"


def _operations(document: Json) -> Iterator[str]:
    for method, path, call in _calls(document):
        yield (
            f'<section class="card" id="{call["operationId"]}"><h2><code>{method} {escape(path)}</code></h2>'
            f"<p>{_words(call['summary'])} {_words(call.get('description', ''))}</p>"
            f"{_security(call)}{_parameters(call['parameters'])}{_request(call)}{_answers(call['responses'])}</section>"
        )


def _security(call: Json) -> str:
    names = ", ".join(f"<code>{escape(name)}</code>" for way in call["security"] for name in way)
    return f"<p>Needs: {names}</p>" if names else ""


def _parameters(parameters: Iterable[Json]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(one['name'])}</code></td><td>{one['in']}</td><td>{_words(one['description'])}</td><td>{_code(one['schema'])}</td></tr>"
        for one in parameters
    )
    return f"<table><thead><tr><th>Parameter</th><th>In</th><th>Meaning</th><th>Value</th></tr></thead><tbody>{rows}</tbody></table>"


def _request(call: Json) -> str:
    contents = call.get("requestBody", {}).get("content", {})
    return "".join(f"<h3>Body: {escape(kind)}</h3>{_content(content)}" for kind, content in contents.items())


def _answers(responses: Json) -> str:
    return "".join(
        f"<details><summary>{escape(status)} {_words(answer.get('description', 'any other problem'))}</summary>"
        f"{''.join(f'<h4>{escape(kind)}</h4>{_content(content)}' for kind, content in answer.get('content', {}).items())}</details>"
        for status, answer in responses.items()
    )


def _content(content: Json) -> str:
    examples = "".join(
        f"<h4>{escape(name)}</h4><pre>{_pretty(example['value'])}</pre>" for name, example in content.get("examples", {}).items()
    )
    return f"<p>Schema: {_code(content['schema'])}</p>{examples}"


def _named(name: str, schema: Json) -> str:
    return f'<details id="schema-{escape(name)}"><summary>{escape(name)}</summary><pre>{_pretty(schema)}</pre></details>'


def _code(schema: Json) -> str:
    """A schema in a line; a reference is a link to where it stands."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    if name:
        return f'<a href="#schema-{escape(name)}">{escape(name)}</a>'
    return f"<code>{escape(json.dumps(schema, ensure_ascii=False))}</code>"


def _pretty(value: Any) -> str:
    return escape(json.dumps(value, ensure_ascii=False, indent=2))


def _words(text: str) -> str:
    """Prose, in which what stands between backticks is code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
