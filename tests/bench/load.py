"""The load generator, a process of its own: `python -m tests.bench.load URL KEY RATE COUNT FILE [again]`; one JSON array in FILE.

Open loop: petition number n is sent at start + n / rate, whether or not earlier ones were answered. Each is followed, as a
citizen would, by a subscription to its events_url on a connection of its own. With `again`, what is refused for the moment (503) is
sent again, as an intake app does; its time counts from the first.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import uvloop

from tests.bench import petitions
from tests.bench.wire import Answer, Connection

REPLIES = (b"event: assigned", b"event: received")
_PATIENCE_SECONDS = 60.0
_AGAIN_SECONDS = 0.2


@dataclass(slots=True)
class Sample:
    """Seconds since the start: when it was to be sent, when the 202 came, when the reply came. `error` else.

    `refused`: how often the stream answered 404 or 503 because the petition had not come through yet, and was asked for again;
    `repeated`: how often the petition itself was refused with 503 and sent again.
    """

    intended: float
    accepted: float | None = None
    replied: float | None = None
    refused: int = 0
    repeated: int = 0
    error: str | None = None


class Load:
    def __init__(self, url: str, key: str, *, again: bool = False) -> None:
        self._url, self._again = url, again
        self._headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self._idle: list[Connection] = []
        self._start = time.perf_counter()

    async def run(self, rate: float, count: int) -> list[Sample]:
        bodies = [petitions.request(number).model_dump_json(exclude_none=True, exclude={"external_id"}).encode() for number in range(count)]
        self._start = time.perf_counter() + 0.5
        samples = [Sample(number / rate) for number in range(count)]
        tasks = []
        for sample, body in zip(samples, bodies, strict=True):
            await asyncio.sleep(self._start + sample.intended - time.perf_counter())
            tasks.append(asyncio.create_task(self._one(sample, body)))
        await asyncio.gather(*tasks)
        return samples

    async def _one(self, sample: Sample, body: bytes) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._follow(sample, await self._submit(sample, body))
        except (OSError, EOFError, TimeoutError, Refused) as error:
            sample.error = f"{type(error).__name__}: {error}"

    async def _submit(self, sample: Sample, body: bytes) -> str:
        while (answer := await self._post(body)).status == 503 and self._again:
            sample.repeated += 1
            await asyncio.sleep(_AGAIN_SECONDS)
        sample.accepted = time.perf_counter() - self._start
        if answer.status != 202:
            raise Refused(f"{answer.status} {answer.body[:200]!r}")
        return str(orjson.loads(answer.body)["events_url"])

    async def _post(self, body: bytes) -> Answer:
        connection = self._idle.pop() if self._idle else await Connection.open(self._url)
        answer = await connection.request("POST", "/v1/petitions", self._headers, body)
        self._idle.append(connection)
        return answer

    async def _follow(self, sample: Sample, events_url: str) -> None:
        while (status := await self._reply(urlsplit(events_url).path)) != 200:
            if status not in (404, 503):
                raise Refused(f"the stream answered {status}")
            sample.refused += 1
            await asyncio.sleep(_AGAIN_SECONDS)
        sample.replied = time.perf_counter() - self._start

    async def _reply(self, path: str) -> int:
        connection = await Connection.open(self._url)
        try:
            return await connection.stream_until(path, REPLIES)
        finally:
            connection.close()


class Refused(Exception):
    """The status and the beginning of the answer."""


def main(url: str, key: str, rate: str, count: str, file: str, again: str = "") -> None:
    samples = uvloop.run(Load(url, key, again=again == "again").run(float(rate), int(count)))
    Path(file).write_bytes(orjson.dumps([asdict(sample) for sample in samples]))


if __name__ == "__main__":
    main(*sys.argv[1:])
