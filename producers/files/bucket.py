"""Files in a bucket of an S3-compatible store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from producers.files.settings import FileSettings
from producers.files.store import CHUNK, StoreAway

_AWAY = (Boto3Error, BotoCoreError, ClientError, OSError)


class BucketStore:
    """Each part is the object `<id>/<part>`; a large one goes there and comes back by pieces."""

    def __init__(self, settings: FileSettings) -> None:
        key, secret = settings.files_key_id, settings.files_key_secret
        self._bucket = settings.files_bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=settings.files_endpoint or None,
            region_name=settings.files_region,
            aws_access_key_id=key.get_secret_value() if key else None,
            aws_secret_access_key=secret.get_secret_value() if secret else None,
            config=Config(connect_timeout=3, read_timeout=20, retries={"max_attempts": 3, "mode": "standard"}),
        )

    async def put(self, file_id: str, part: str, path: Path) -> None:
        await _away(lambda: self._put(path, f"{file_id}/{part}"))

    def _put(self, path: Path, key: str) -> None:
        self._client.upload_file(str(path), self._bucket, key)
        path.unlink(missing_ok=True)

    async def read(self, file_id: str, part: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        span = f"bytes={start}-{'' if end is None else end - 1}"
        found = await _away(lambda: self._client.get_object(Bucket=self._bucket, Key=f"{file_id}/{part}", Range=span))
        body = found["Body"]
        try:
            while chunk := await _away(lambda: body.read(CHUNK)):
                yield chunk
        finally:
            body.close()

    async def remove(self, file_id: str, parts: list[str] | None = None) -> None:
        await _away(lambda: self._remove(file_id, parts))

    def _remove(self, file_id: str, parts: list[str] | None) -> None:
        keys = [f"{file_id}/{part}" for part in parts] if parts is not None else list(self._keys(file_id))
        for key in keys:
            self._client.delete_object(Bucket=self._bucket, Key=key)

    async def ids(self) -> set[str]:
        found: set[str] = await _away(self._ids)
        return found

    def _ids(self) -> set[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Delimiter="/")
        return {found["Prefix"].removesuffix("/") for page in pages for found in page.get("CommonPrefixes", ())}

    def _keys(self, file_id: str) -> list[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=f"{file_id}/")
        return [found["Key"] for page in pages for found in page.get("Contents", ())]


async def _away(call: Callable[[], Any]) -> Any:
    """In a thread: the library blocks. Raise StoreAway for whatever it raises; its words may hold keys and stay out of the log."""
    try:
        return await asyncio.to_thread(call)
    except _AWAY as error:
        raise StoreAway(type(error).__name__) from error
