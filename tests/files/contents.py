"""Files of each kind, made here: small, and with what a phone writes into them."""

from __future__ import annotations

import io
import struct

from PIL import Image

PLACE = b"+21.0337+105.8549/"
"""As a phone writes where a video was taken."""
MAKER = "Camera of a Kin"
ORIENTATION, MAKE, GPS = 0x0112, 0x010F, 0x8825


def jpeg(width: int = 60, height: int = 40, *, turned: bool = False) -> bytes:
    """Left half red, right half blue; with the camera's maker and place. `turned`: to be shown turned by a quarter clockwise."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[MAKE] = MAKER
    exif[ORIENTATION] = 6 if turned else 1
    exif.get_ifd(GPS)[2] = (21.0, 2.0, 1.3)
    return saved(picture, "JPEG", exif=exif, quality=95, comment=b"written by a phone")


def saved(picture: Image.Image, form: str, **about: object) -> bytes:
    into = io.BytesIO()
    picture.save(into, form, **about)
    return into.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def box(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(content) + 8, kind) + content


def mp4(size: int = 2000, *, brand: bytes = b"isom") -> bytes:
    """A film's frame of boxes; the place stands in the film's and in a track's user data, and in Apple's metadata."""
    track = box(b"trak", box(b"tkhd", b"T" * 84) + box(b"udta", box(b"\xa9xyz", PLACE)))
    film = box(b"moov", box(b"mvhd", b"M" * 100) + track + box(b"udta", box(b"\xa9xyz", PLACE)) + box(b"meta", PLACE))
    return box(b"ftyp", brand + b"\0\0\0\1" + brand) + film + box(b"mdat", b"\x17" * size)


def webm() -> bytes:
    return (
        b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm\x42\x87\x81\x04"
        + b"\0" * 400
    )


def pdf() -> bytes:
    return b"%PDF-1.7\n" + b"1 0 obj <</Type /Catalog>> endobj\n" * 30 + b"%%EOF\n"
