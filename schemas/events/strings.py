"""What every text and every link must be, at each door and in each stage: the one check."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated
from urllib.parse import unquote

from pydantic import AfterValidator, AnyHttpUrl, StringConstraints
from pydantic_core import PydanticCustomError

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _writable(text: str) -> str:
    """PostgreSQL cannot hold U+0000, and half a surrogate pair cannot be written at all. No honest text has either."""
    if "\0" in text:
        raise PydanticCustomError("null_character", "must not contain the character U+0000")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "must be well-formed Unicode") from None
    return text


def _honest(url: AnyHttpUrl) -> AnyHttpUrl:
    """It shows where it leads (`https://good.vn@evil.example/` leads to evil.example), and every page can read it (`%FF` is no UTF-8)."""
    if url.username is not None or url.password is not None:
        raise PydanticCustomError("url_user", "must not contain a user name or password")
    if _BROKEN_ESCAPE.search(str(url)) or not _readable(str(url)):
        raise PydanticCustomError("url_encoding", "must be percent-encoded UTF-8 without control characters")
    return url


def _readable(url: str) -> bool:
    try:
        return not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in unquote(url, errors="strict"))
    except UnicodeDecodeError:
        return False


Clean = AfterValidator(_writable)
"""For every string that a person or a channel writes."""
Link = Annotated[AnyHttpUrl, AfterValidator(_honest)]
"""A picture or document somewhere on the web."""


LETTERS_AT_LEAST = 4
"""What a petition without a picture or a place must say: `Cháy!` is a whole petition, `x` is none. The page counts likewise."""


def says_enough(text: str) -> bool:
    """Whether a text has letters enough, those of scripts that write a syllable or a word with one counted twice (着火了)."""
    said = 0
    for category in map(unicodedata.category, text):
        if category[0] == "L":
            said += 1 + (category == "Lo")
            if said >= LETTERS_AT_LEAST:
                return True
    return False


EMAIL = r"^[A-Za-z0-9_+%'-]+(\.[A-Za-z0-9_+%'-]+)*@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$"
"""Plain addresses alone: what a mail library would read as more than one, or decode (RFC 2047), is none."""
EmailAddress = Annotated[str, StringConstraints(strip_whitespace=True, max_length=254, pattern=EMAIL)]
