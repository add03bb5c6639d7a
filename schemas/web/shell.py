"""A page: an HTML file with `{{text.keys}}`, put into the common frame, once for each language.

Pages hold no data of anybody, so they are made when the process starts; their scripts fetch what they show. Texts stand in a
`texts.toml` beside the pages: `[group]`, then `key = { vi = "…", en = "…" }`. All of them are escaped; scripts find the same
texts in the data block `texts`.
"""

from __future__ import annotations

import html
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from schemas.reference.texts import LANGUAGES, Language
from schemas.web.assets import tagged, unless_known
from schemas.web.language import COOKIE, page_language

_PLACE = re.compile(r"\{\{([a-z0-9_.-]+)\}\}")
_YEAR_SECONDS = 365 * 24 * 3600

Data = Callable[[Language], Mapping[str, Any]]
"""What a page's script needs beside texts, for a language; finds it in the data block `data`."""


@dataclass(frozen=True, slots=True)
class Page:
    """Route `path`; the file `<name>.html` and the texts' groups `<name>` and `common` of `package`; script `static/<name>.js`.

    `assets`: the name under which the package's static files are served, and that of its style sheet. `wide`: uses the whole
    width of a desk's screen. `groups`: further groups of the package's texts that its script says.
    """

    path: str
    name: str
    package: str
    assets: str
    data: Data | None = None
    wide: bool = False
    groups: tuple[str, ...] = ()


@cache
def texts_of(package: str, lang: Language) -> Mapping[str, str]:
    """`group.key` → text, of one package. Read once: each page asks, and reading took most of a web process's start."""
    raw = tomllib.loads(_file(package, "texts.toml"))
    return {f"{group}.{key}": str(text[lang]) for group, entries in raw.items() for key, text in entries.items()}


def filled(template: str, texts: Mapping[str, str], raw: Mapping[str, str] | None = None) -> str:
    """Put in escaped texts, and the parts of `raw` as they are; KeyError for a name that neither has."""

    def value(found: re.Match[str]) -> str:
        name = found[1]
        return raw[name] if raw and name in raw else html.escape(texts[name])

    return _PLACE.sub(value, template)


def rendered(page: Page, lang: Language) -> bytes:
    """The whole page in one language."""
    frame = texts_of(__package__, lang)
    own = texts_of(page.package, lang)
    chosen = {key: text for key, text in own.items() if key.partition(".")[0] in (page.name, "common", *page.groups)}
    texts = {**frame, **own}
    raw = {
        "lang": lang,
        "body-class": f"page-{page.name}{' wide' if page.wide else ''}",
        "title": html.escape(texts[f"{page.name}.title"]),
        "main": filled(_file(page.package, f"{page.name}.html"), texts),
        "texts": _block({**frame, **chosen}),
        "data": _block(page.data(lang) if page.data else {}),
        "style": f"/assets/{page.assets}/{page.assets}.css",
        "script": f"/assets/{page.assets}/{page.name}.js",
        "vi-current": ' aria-current="true"' if lang == "vi" else "",
        "en-current": ' aria-current="true"' if lang == "en" else "",
    }
    return filled(_file(__package__, "frame.html"), texts, raw).encode()


def _block(content: Mapping[str, Any]) -> str:
    """JSON that can stand within a script element: nothing in it can end the element."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _file(package: str, name: str) -> str:
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def page_routes(*pages: Page) -> list[Route]:
    return [_route(page) for page in pages]


def _route(page: Page) -> Route:
    content = {lang: rendered(page, lang) for lang in LANGUAGES}
    tags = {lang: tagged(content[lang]) for lang in LANGUAGES}

    async def show(request: Request) -> Response:
        lang = page_language(request)
        response = unless_known(request, content[lang], tags[lang], "text/html; charset=utf-8")
        response.headers["Vary"] = "Cookie"
        if request.query_params.get("lang") == lang:
            response.set_cookie(COOKIE, lang, max_age=_YEAR_SECONDS, samesite="lax", path="/")
        return response

    return Route(page.path, show, methods=["GET"])
