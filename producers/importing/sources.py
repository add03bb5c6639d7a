"""The rows of what is imported: JSON lines, CSV, or an Open311 dump; from a file or a pipe, compressed by gzip or not."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Literal, NamedTuple, cast

import click
import orjson

Format = Literal["jsonl", "csv", "open311"]
FORMATS: tuple[Format, ...] = ("jsonl", "csv", "open311")
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"
_PEEK = 64 * 1024
_LONGEST_CELL = 1 << 20


class Row(NamedTuple):
    """`line`: where it stands (in a dump: which it is), from 1; `raw`: as it was read; `fields`: by column or key;
    `wrong`: why it has none."""

    line: int
    raw: str
    fields: dict[str, Any] | None
    format: Format
    wrong: str = ""


class Unreadable(ValueError):
    """The file as a whole is not what it should be."""


def opened(path: Path | None, told: Callable[[int], None]) -> IO[bytes]:
    """The file, or standard input where there is none; unpacked if it is packed. `told`: bytes that were read of the file itself."""
    source: IO[bytes] = path.open("rb") if path else click.get_binary_stream("stdin")
    counted = io.BufferedReader(_Counted(source, told), _PEEK)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=counted) if counted.peek(2)[:2] == _GZIP else counted)


class _Counted(io.RawIOBase):
    """Tells how much was read of a file, so that a bar can follow it through a packed one, too."""

    def __init__(self, source: IO[bytes], told: Callable[[int], None]) -> None:
        self._source, self._told = source, told

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._source.read(len(buffer))
        buffer[: len(found)] = found
        self._told(len(found))
        return len(found)

    def close(self) -> None:
        self._source.close()
        super().close()


def rows(source: IO[bytes], given: Format | None = None, delimiter: str | None = None) -> Iterator[Row]:
    """All rows, blank ones left out. Without `given` the first letter tells: `{` JSON lines, `[` an Open311 dump, else CSV. Raises
    Unreadable for a dump that is none, and for what is not UTF-8.
    """
    reader = io.BufferedReader(cast("Any", source), _PEEK)
    start = reader.peek(_PEEK)
    if start.startswith(_MARK):
        reader.read(len(_MARK))
        start = start[len(_MARK) :]
    found = given or {b"{": "jsonl", b"[": "open311"}.get(start.lstrip()[:1], "csv")
    if found == "jsonl":
        return _lines(reader)
    return _dump(reader) if found == "open311" else _table(reader, delimiter or _delimiter(start))


def _lines(source: IO[bytes]) -> Iterator[Row]:
    for number, raw in enumerate(source, 1):
        if raw.strip():
            yield _json_row(number, raw)


def _json_row(number: int, raw: bytes) -> Row:
    text = raw.decode("utf-8", "replace").rstrip("\r\n")
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Row(number, text, None, "jsonl", f"not JSON ({error.msg})")
    return Row(number, text, found, "jsonl") if isinstance(found, dict) else Row(number, text, None, "jsonl", "not a JSON object")


def _delimiter(start: bytes) -> str:
    """What parts the cells of the first line most often."""
    head = start.split(b"\n", 1)[0].decode("utf-8", "replace")
    return max((",", ";", "\t", "|"), key=head.count)


def _table(source: IO[bytes], delimiter: str) -> Iterator[Row]:
    csv.field_size_limit(_LONGEST_CELL)
    text = io.TextIOWrapper(cast("Any", source), encoding="utf-8", newline="")
    reader = csv.reader(text, delimiter=delimiter)
    try:
        names = [name.strip() for name in next(reader, [])]
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield _table_row(reader.line_num, names, cells)
    except UnicodeDecodeError as error:
        raise Unreadable(f"line {reader.line_num + 1} or the one after it is not UTF-8: {error.reason}") from error
    except csv.Error as error:
        raise Unreadable(f"line {reader.line_num}: {error}") from error


def _table_row(line: int, names: list[str], cells: list[str]) -> Row:
    raw = orjson.dumps(cells).decode()
    if len(cells) > len(names):
        return Row(line, raw, None, "csv", f"{len(cells)} cells under {len(names)} columns")
    return Row(line, raw, {name: cell for name, cell in zip(names, cells, strict=False) if cell.strip()}, "csv")


def _dump(source: IO[bytes]) -> Iterator[Row]:
    """A JSON array of service requests, as `GET requests.json` gives it. It is held in memory as a whole."""
    try:
        found = orjson.loads(source.read())
    except orjson.JSONDecodeError as error:
        raise Unreadable(f"not an Open311 dump, which is a JSON array of service requests ({error})") from error
    requests = found.get("service_requests") if isinstance(found, dict) else found
    if not isinstance(requests, list):
        raise Unreadable("not an Open311 dump: a JSON array of service requests")
    for number, request in enumerate(requests, 1):
        raw = orjson.dumps(request).decode()
        whole = isinstance(request, dict)
        yield Row(number, raw, request if whole else None, "open311", "" if whole else "not a JSON object")
