"""From what came over the wire to the text that a person meant: old encodings converted, mail around it laid aside. Costs one quick look
where there is nothing to do.
"""

from __future__ import annotations

from schemas.platform.aside import aside
from streams.classify.text.encodings import converted, looks_old


def legible(text: str) -> str:
    """Works on the text as it came, before it is normalised: the lines and the signs of old encodings are then still there."""
    if looks_old(text):
        text = converted(text)
    return aside(text) if "\n" in text else text
