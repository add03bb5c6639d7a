"""The yardstick for HTTP intake: one Starlette route that hands the body to Kafka and answers 202 when all replicas have it. It checks
nothing, knows nobody and remembers nothing. `python -m tests.bench.bare BOOTSTRAP TOPIC PORT`."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from aiokafka import AIOKafkaProducer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.broker import reach


def application(bootstrap: str, topic: str) -> Starlette:
    producer = AIOKafkaProducer(**reach(bootstrap), acks="all", enable_idempotence=True, linger_ms=2)

    async def submit(request: Request) -> Response:
        await (await producer.send(topic, await request.body()))
        return JSONResponse({"taken": True}, 202)

    @asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        await producer.start()
        yield
        await producer.stop()

    return Starlette(routes=[Route("/v1/petitions", submit, methods=["POST"])], lifespan=running)


if __name__ == "__main__":
    servers, name, port = sys.argv[1:]
    uvicorn.run(application(servers, name), host="127.0.0.1", port=int(port), access_log=False, log_level="error")
