"""What a file is and what is kept of it: by its content, whatever it is called."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from PIL import Image

from producers.files import kinds, pictures, videos
from producers.files.kinds import Refused
from producers.files.settings import FileSettings
from schemas.events.files import FileKind
from tests.files.contents import GPS, MAKER, PLACE, box, jpeg, mp4, opened, pdf, saved, webm


def settings(**about: object) -> FileSettings:
    return FileSettings(database_url="postgresql://nowhere", **about)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "named.exe"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind", "media_type"),
    [
        (jpeg(), FileKind.IMAGE, "image/jpeg"),
        (saved(Image.new("RGBA", (9, 9)), "PNG"), FileKind.IMAGE, "image/jpeg"),
        (saved(Image.new("RGB", (9, 9)), "WEBP"), FileKind.IMAGE, "image/jpeg"),
        (mp4(), FileKind.VIDEO, "video/mp4"),
        (mp4(brand=b"qt  "), FileKind.VIDEO, "video/quicktime"),
        (webm(), FileKind.VIDEO, "video/webm"),
        (pdf(), FileKind.DOCUMENT, "application/pdf"),
    ],
    ids=["jpeg", "png", "webp", "mp4", "mov", "webm", "pdf"],
)
def test_a_file_is_what_its_first_bytes_say(tmp_path: Path, content: bytes, kind: FileKind, media_type: str) -> None:
    """Its name says nothing."""
    assert kinds.content_of(written(tmp_path, content), settings()) == kinds.Content(kind, media_type)


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "file_empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "file_kind"),
        (b"<!doctype html><script>alert(1)</script>", "file_kind"),
        (b"MZ" + bytes(400), "file_kind"),
        (b"PK\x03\x04" + bytes(400), "file_kind"),
        (b"\xff\xd8", "file_kind"),
    ],
    ids=["nothing", "svg", "html", "exe", "zip", "half a magic number"],
)
def test_what_is_no_picture_video_or_pdf_is_refused(tmp_path: Path, content: bytes, rule: str) -> None:
    """With the rule by name."""
    with pytest.raises(Refused) as refused:
        kinds.content_of(written(tmp_path, content), settings())

    assert (refused.value.field, refused.value.rule) == ("file", rule)


def test_each_kind_has_a_size(tmp_path: Path) -> None:
    """A PDF of more than its kind's megabytes is refused though a video may have them."""
    path = written(tmp_path, pdf() + bytes(1_000_000))

    with pytest.raises(Refused, match="file_too_large") as refused:
        kinds.content_of(path, settings(files_document_mb=1))
    assert refused.value.limits == {"le": 1}


def remade(folder: Path, content: bytes, megapixels: int = 4) -> tuple[bytes, bytes]:
    path, small = written(folder, content), folder / "small"
    pictures.remake(path, path, small, megapixels)
    return path.read_bytes(), small.read_bytes()


def test_a_picture_keeps_its_pixels_and_nothing_else(tmp_path: Path) -> None:
    """No place, no maker, no comment; neither in the whole nor in the small form."""
    assert MAKER.encode() in jpeg()
    for content in remade(tmp_path, jpeg()):
        picture = opened(content)
        assert not picture.getexif()
        assert not picture.getexif().get_ifd(GPS)
        assert b"phone" not in content
        assert "exif" not in picture.info


def test_a_phones_jpeg_with_a_second_picture_in_it_is_a_jpeg(tmp_path: Path) -> None:
    """The first is kept; what else the phone has put there (depth, another view) goes."""
    second = Image.new("RGB", (60, 40), "green")
    content = saved(Image.new("RGB", (60, 40), "red"), "MPO", save_all=True, append_images=[second])
    whole, _ = remade(tmp_path, content, megapixels=1)

    assert opened(whole).format == "JPEG"
    assert opened(whole).getpixel((5, 5))[0] > 200


def test_a_picture_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    """60 × 40 with a quarter turn is 40 × 60, what was left is on top: where the turn was written is gone."""
    whole, small = map(opened, remade(tmp_path, jpeg(turned=True)))

    assert whole.size == small.size == (40, 60)
    red, _, blue = whole.getpixel((20, 10))
    assert red > 200 > blue


def test_a_large_picture_becomes_as_large_as_needed(tmp_path: Path) -> None:
    """The longer side is 2560 pixels, of the small form 400; a small picture is not blown up."""
    whole, small = map(opened, remade(tmp_path, jpeg(3000, 1000)))

    assert whole.size[0] == 2560
    assert small.size[0] == 400


def test_what_one_can_see_through_gets_a_white_ground(tmp_path: Path) -> None:
    """A JPEG has no transparency: black would hide what is drawn in black."""
    whole, _ = remade(tmp_path, saved(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))

    assert opened(whole).getpixel((5, 5)) == (255, 255, 255)


def bomb(side: int) -> bytes:
    """A PNG of `side` × `side` black pixels in some kilobytes."""
    row = bytes(1 + side // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    head = side.to_bytes(4, "big") * 2 + bytes([1, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_decompression_bomb_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """400 million pixels in 50 KB: what counts is their number, not the file's size."""
    content = bomb(20_000)
    assert len(content) < 100_000

    with pytest.raises(Refused, match="picture_pixels") as refused:
        remade(tmp_path, content, megapixels=64)
    assert refused.value.limits == {"le": 16}


@pytest.mark.parametrize("content", [jpeg()[:200], saved(Image.new("RGB", (90, 90)), "PNG")[:60], b"GIF89a" + bytes(300)])
def test_half_a_picture_is_none(tmp_path: Path, content: bytes) -> None:
    """Nothing that no reader can read is kept under the name of a picture."""
    with pytest.raises(Refused, match="picture_broken"):
        remade(tmp_path, content)


def test_a_videos_place_is_blanked_and_nothing_moves(tmp_path: Path) -> None:
    """The film's, the track's and Apple's boxes are filled with zeros under the name `free`; all else stands where it stood."""
    before = mp4()
    assert before.count(PLACE) == 3
    path = written(tmp_path, before)
    videos.blank_metadata(path)
    after = path.read_bytes()

    assert PLACE not in after
    assert len(after) == len(before)
    for kept in (b"ftyp", b"mvhd" + b"M" * 100, b"tkhd" + b"T" * 84, box(b"mdat", b"\x17" * 2000)):
        assert after.index(kept) == before.index(kept)


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\0", box(b"ftyp", b"isom") + b"\0\0\0\x02moov", b"\xff\xff\xff\xffmoov" + bytes(50), box(b"moov", b"\0\0\0\x01udta")],
    ids=["nothing", "half a head", "a box shorter than its head", "a box beyond the end", "a long box without its length"],
)
def test_boxes_that_make_no_sense_stay_as_they_are(tmp_path: Path, content: bytes) -> None:
    """Nobody reads further, and so do we; nothing is written beside."""
    path = written(tmp_path, content)
    videos.blank_metadata(path)

    assert path.read_bytes() == content
