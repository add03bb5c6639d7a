"""Pictures made anew: only their pixels stay, so that nothing goes on that a camera, a program or an attacker has written beside them."""

from __future__ import annotations

import struct
from pathlib import Path

from PIL import Image, ImageOps

from producers.files.kinds import Refused

LONGEST = 2560
"""Pixels of the longer side of what is kept, and of its small form: enough to read a number plate, and a whole screen of small ones."""
LONGEST_SMALL = 400
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_READ_SMALL = ("JPEG", "MPO")
"""MPO: a JPEG in which a phone has put further ones (depth, a second view); the first is the picture."""
_SHARE_OF_OTHERS = 4
"""A JPEG is read small; the others have to be read whole first, so they may have a quarter of its pixels."""
_WHITE = (255, 255, 255)

# Ours says which rule was broken, and is asked before a single pixel is read.
Image.MAX_IMAGE_PIXELS = None


def remake(source: Path, whole: Path, small: Path, megapixels: int) -> None:
    """Write the picture at `source` anew, upright, as JPEG without metadata: to `whole`, and in small to `small`.

    Raise Refused for one of more than `megapixels` million pixels, whatever its file's size (a decompression bomb; of a picture that is no
    JPEG a quarter), or that cannot be read.
    """
    try:
        with Image.open(source, formats=_FORMATS) as found:
            most = megapixels if found.format in _READ_SMALL else megapixels // _SHARE_OF_OTHERS
            if found.width * found.height > most * 1_000_000:
                raise Refused("picture_pixels", le=most)
            picture = _upright(found)
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, TypeError, KeyError, IndexError):
        # What Pillow's readers raise for what is no whole picture.
        raise Refused("picture_broken") from None
    _save(picture, whole, LONGEST, 85)
    _save(picture, small, LONGEST_SMALL, 78)


def _upright(found: Image.Image) -> Image.Image:
    """Turned as its camera says, on white where one could see through it, at most `LONGEST`."""
    found.draft("RGB", (LONGEST, LONGEST))  # a JPEG is read at the nearest size above that, in a fraction of memory and time
    found.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    turned = ImageOps.exif_transpose(found)
    if not turned.has_transparency_data:
        return turned.convert("RGB")
    flat = Image.new("RGB", turned.size, _WHITE)
    layer = turned.convert("RGBA")
    flat.paste(layer, mask=layer)
    return flat


def _save(picture: Image.Image, target: Path, longest: int, quality: int) -> None:
    made = picture.copy()
    made.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    made.info.clear()
    made.save(target, "JPEG", quality=quality, optimize=True, exif=b"", icc_profile=None)
