"""The text of a mail that is HTML alone, without what it quotes. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_UNSEEN = frozenset({"head", "style", "script", "title", "template"})
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"})
_VOID = frozenset({"br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr", "source"})
_QUOTES = ("gmail_quote", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote")
"""Classes in which mail programs put what they quote."""
_SPACES = re.compile(r"[ \t\r\n\f]+")
_BLANK_LINES = re.compile(r"\n\s*\n\s*")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden: list[str] = []
        """The elements that are open from the outermost one whose text is not shown."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self._break(tag)
        elif self._hidden or tag in _UNSEEN or _is_quote(tag, dict(attrs)):
            self._hidden.append(tag)
        else:
            self._break(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._hidden:
            while self._hidden.pop() != tag:
                pass  # what was left open within it
        elif not self._hidden:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(_SPACES.sub(" ", data))

    def _break(self, tag: str) -> None:
        if tag in _BREAKS and not self._hidden:
            self.parts.append("\n")


def _is_quote(tag: str, attributes: dict[str, str | None]) -> bool:
    return tag == "blockquote" or any(one in (attributes.get("class") or "") for one in _QUOTES)


def text_of(html: str) -> str:
    """What a reader sees of it as the sender's own, a line a paragraph."""
    reader = _Text()
    reader.feed(html)
    reader.close()
    lines = (line.strip() for line in "".join(reader.parts).split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()
