"""What a backup says of itself: the head, before its content, and the manifest, behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from deploy.cluster.backup.archive import BadArchive

FORMAT = 1
HEAD, MANIFEST = "head.json", "manifest.json"


class Place(msgspec.Struct, frozen=True):
    """An offset of a partition."""

    topic: str
    partition: int
    offset: int


class Head(msgspec.Struct, frozen=True):
    """What must be known before anything is brought back. `groups`: the next offsets of each group that keeps them in Kafka; `at_most`: so
    many records follow, or fewer."""

    made_at: str
    release: str
    cluster: str
    partitions: int
    migrations: list[str]
    groups: dict[str, list[Place]]
    at_most: int
    format: int = FORMAT


class Copied(msgspec.Struct, frozen=True):
    """A partition, a table or a part of a file: how many records, rows or bytes, and their digest (SHA-256 of their content in
    order, offsets left out)."""

    name: str
    count: int
    digest: str


class Manifest(msgspec.Struct, frozen=True):
    """Partitions by `topic/partition`, tables, and the names of files. `uploads`: parts of uploaded files by `id/part`, with their bytes;
    `lost`: so many had a row and no bytes; `bucket`: where they lie instead, and were not copied."""

    records: list[Copied]
    tables: list[Copied]
    files: list[str]
    seconds: float
    uploads: list[Copied] = []
    lost: int = 0
    bucket: str = ""


M = TypeVar("M", Head, Manifest)


def encoded(what: Head | Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(what), indent=1)


def decoded(raw: bytes, kind: type[M]) -> M:
    """Raises BadArchive."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise BadArchive(f"this is no backup of this project: {error}") from None


def differences(wanted: list[Copied], found: Mapping[str, tuple[int, str]]) -> list[str]:
    """What was copied against what came back (count and digest by name), in words."""
    return [
        f"{one.name}: {one.count} were copied, {found.get(one.name, (0, ''))[0]} came back"
        + ("" if found.get(one.name, (0, ""))[0] != one.count else ", with another content")
        for one in wanted
        if found.get(one.name, (0, "")) != (one.count, one.digest)
    ]
