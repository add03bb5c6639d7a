"""Rows as files: the same rows are the same bytes. Pure."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import orjson
from arro3.core import Array, DataType, Table
from arro3.io import write_parquet

from consumers.open_data.columns import COLUMNS, Column, Kind
from consumers.open_data.rows import Row, Span

DESCRIPTION = "datapackage.json"
_TYPES = {Kind.TEXT: DataType.utf8(), Kind.NUMBER: DataType.int32(), Kind.BOOLEAN: DataType.bool(), Kind.DAY: DataType.int32()}
_MEDIA = {"csv": "text/csv", "jsonl": "application/x-ndjson", "parquet": "application/vnd.apache.parquet"}
_EPOCH = date(1970, 1, 1).toordinal()


def files(rows: Sequence[Row], span: Span) -> dict[str, bytes]:
    """By name; the last describes the others, as a Data Package (https://specs.frictionlessdata.io/data-package/)."""
    made = {"petitions.csv": _csv(rows), "petitions.jsonl": _json_lines(rows), "petitions.parquet": _parquet(rows)}
    return {**made, DESCRIPTION: _description(made, span, len(rows))}


def _csv(rows: Sequence[Row]) -> bytes:
    """RFC 4180, UTF-8, empty for what is not known. Codes, days and numbers alone: nothing that a spreadsheet would compute."""
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows([[_cell(row[column.name]) for column in COLUMNS] for row in rows])
    return made.getvalue().encode()


def _cell(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _json_lines(rows: Sequence[Row]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _parquet(rows: Sequence[Row]) -> bytes:
    made = io.BytesIO()
    write_parquet(
        Table({column.name: _array(column.kind, [row[column.name] for row in rows]) for column in COLUMNS}), made, compression="zstd(3)"
    )
    return made.getvalue()


def _array(kind: Kind, values: list[Any]) -> Any:
    """A day goes in as the number of days since 1970, which Arrow's own days are."""
    if kind is not Kind.DAY:
        return Array(values, type=_TYPES[kind])
    return Array([None if day is None else day.toordinal() - _EPOCH for day in values], type=_TYPES[kind]).cast(DataType.date32())


def _description(made: Mapping[str, bytes], span: Span, rows: int) -> bytes:
    described = {
        "name": f"hanoi-petitions-{span.name.replace('_', '-to-')}",
        "title": "Hanoi petitions: petitions about the street to which something happened in the span, as they stood at its end",
        "title_vi": "Phản ánh Hà Nội: phản ánh về đường phố có diễn biến trong khoảng thời gian, theo trạng thái vào cuối khoảng đó",
        "temporal": {"start": str(span.first), "end": str(span.last), "timezone": "Asia/Ho_Chi_Minh"},
        "profile": "data-package",
        "resources": [_resource(name, content, rows) for name, content in made.items()],
    }
    return orjson.dumps(described, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _resource(name: str, content: bytes, rows: int) -> dict[str, Any]:
    ending = name.rpartition(".")[2]
    return {
        "name": name.replace(".", "-"),
        "path": name,
        "format": ending,
        "mediatype": _MEDIA[ending],
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "rows": rows,
        "schema": {"fields": [_field(column) for column in COLUMNS], "primaryKey": "number"},
    }


def _field(column: Column) -> dict[str, Any]:
    about = {"name": column.name, "type": column.kind.value, "description": column.en, "description_vi": column.vi}
    return {**about, "constraints": {"required": True}} if column.always else about
