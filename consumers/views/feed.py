"""News of a ward or a category as an Atom feed (RFC 4287), which any reader of feeds follows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

from schemas.platform.instants import HANOI, iso
from schemas.reference.texts import Language

Json = dict[str, Any]

NAMESPACE = "http://www.w3.org/2005/Atom"
_NAMES: Mapping[Language, tuple[str, ...]] = {
    "vi": ("Thành phố Hà Nội", "Phản ánh công khai", "Cơ quan", "Nơi xảy ra", "Hạn trả lời", "Kết quả"),
    "en": ("City of Hanoi", "Petitions in the open", "Office", "Where", "Answer by", "Result"),
}
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Followed:
    """What is followed: `kind` and `code` stand in the feed's address, `parameter` in that of the page, `name` for people."""

    kind: str
    parameter: str
    code: str
    name: str


def atom(followed: Followed, lines: Sequence[tuple[Json, datetime]], address: str, lang: Language) -> bytes:
    """The document. `lines`: petitions as `consumers.views.public.line` gives them, each with its newest change; `address`: of the service,
    without a slash at its end."""
    city, title, *_ = _NAMES[lang]
    feed = ET.Element("feed", {"xmlns": NAMESPACE, "xml:lang": lang})
    _text(feed, "id", f"urn:hanoi-petitions:{followed.kind}:{followed.code}")
    _text(feed, "title", f"{title}: {followed.name}")
    _text(feed, "updated", _hour(max((changed for _, changed in lines), default=_NEVER)))
    _text(ET.SubElement(feed, "author"), "name", city)
    _link(feed, "self", f"{address}/v1/public/{followed.kind}/{followed.code}.atom?lang={lang}")
    _link(feed, "alternate", f"{address}/cong-khai?{followed.parameter}={followed.code}")
    for line, changed in lines:
        _entry(feed, line, changed, address, lang)
    return bytes(ET.tostring(feed, encoding="UTF-8", xml_declaration=True))


def _entry(feed: ET.Element, line: Json, changed: datetime, address: str, lang: Language) -> None:
    entry = ET.SubElement(feed, "entry")
    _text(entry, "id", f"urn:hanoi-petitions:petition:{line['number']}")
    _text(entry, "title", f"{line['category_name']}: {line['state_name']}")
    _text(entry, "updated", _hour(changed))
    _link(entry, "alternate", f"{address}/cong-khai/{line['number']}")
    ET.SubElement(entry, "category", {"term": line["category"], "label": line["category_name"]})
    _text(entry, "content", _said(line, lang)).set("type", "text")


def _said(line: Json, lang: Language) -> str:
    _, _, office, where, deadline, result = _NAMES[lang]
    place = ", ".join(filter(None, (line["street"], line["ward"] and line["ward"]["name"])))
    said = ((office, line["office"]["name"]), (where, place), (deadline, line["deadline_on"]), (result, line["result_name"]))
    return "\n".join(f"{name}: {value}" for name, value in said if value)


def _hour(instant: datetime) -> str:
    """To the hour: the minute in which somebody reports something may tell who it was."""
    return iso(instant.astimezone(HANOI).replace(minute=0, second=0, microsecond=0))


def _link(parent: ET.Element, rel: str, href: str) -> None:
    ET.SubElement(parent, "link", {"rel": rel, "href": href})


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    made = ET.SubElement(parent, name)
    made.text = text
    return made
