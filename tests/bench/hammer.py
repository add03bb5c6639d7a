"""Posts as fast as it is answered, a process of its own: `python -m tests.bench.hammer URL KEY FIRST COUNT CLIENTS`; one JSON object.

Closed loop: each client sends its next petition when the last was answered. Every petition has its channel's own id, none comes twice.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Iterator

import orjson
import uvloop

from tests.bench import petitions
from tests.bench.wire import Connection


async def hammer(url: str, key: str, bodies: list[bytes], clients: int) -> dict[str, object]:
    """`{seconds, statuses, waits_ms}`: how long all took, how often each status came, and each answer's wait, sorted."""
    statuses, waits = Counter[int](), list[float]()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}

    async def client(mine: Iterator[bytes]) -> None:
        connection = await Connection.open(url)
        for body in mine:
            sent = time.perf_counter()
            statuses[(await connection.request("POST", "/v1/petitions", headers, body)).status] += 1
            waits.append((time.perf_counter() - sent) * 1000)
        connection.close()

    shared = iter(bodies)
    began = time.perf_counter()
    await asyncio.gather(*(client(shared) for _ in range(clients)))
    return {"seconds": time.perf_counter() - began, "statuses": dict(statuses), "waits_ms": sorted(waits)}


def main(url: str, key: str, first: str, count: str, clients: str) -> None:
    numbers = range(int(first), int(first) + int(count))
    bodies = [petitions.request(number).model_dump_json(exclude_none=True).encode() for number in numbers]
    found = uvloop.run(hammer(url, key, bodies, int(clients)))
    sys.stdout.buffer.write(orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS))


if __name__ == "__main__":
    main(*sys.argv[1:])
