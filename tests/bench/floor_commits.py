"""The least durable endpoint: a bare Starlette application, one group-committed insert a request.

`POST /` answers 100 bytes once its body is on the disk. `GET /events` is a bare event stream with
an in-process bell, one event for each insert. Run as `python -m tests.bench.floor_commits PORT
DATABASE`: a SQLite file, or a PostgreSQL URL.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from queue import SimpleQueue
from threading import Thread

import psycopg
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

TABLE = "create table if not exists thing (id {} primary key, at double precision, body {})"
ANSWER = b"." * 100

Row = tuple[float, bytes]
Insert = Callable[[Sequence[Row]], None]


def sqlite_insert(path: str) -> Insert:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma synchronous=full")
    connection.execute(TABLE.format("integer", "blob"))

    def insert(rows: Sequence[Row]) -> None:
        connection.execute("begin immediate")
        connection.executemany("insert into thing (at, body) values (?, ?)", rows)
        connection.execute("commit")

    return insert


def postgresql_insert(url: str) -> Insert:
    connection = psycopg.connect(url)
    connection.execute(TABLE.format("serial", "bytea").encode())
    connection.commit()

    def insert(rows: Sequence[Row]) -> None:
        with connection.cursor() as cursor:
            cursor.executemany("insert into thing (at, body) values (%s, %s)", rows)
        connection.commit()

    return insert


class Writer:
    """One thread that commits whatever has gathered since its last commit."""

    def __init__(self, insert: Insert, ring: Callable[[Sequence[Row]], None]) -> None:
        self._insert = insert
        self._ring = ring
        self._queue: SimpleQueue[tuple[Row, asyncio.Future[None]]] = SimpleQueue()

    async def write(self, row: Row) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put((row, future))
        await future

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            group = [self._queue.get()]
            while not self._queue.empty():
                group.append(self._queue.get())
            self._insert([row for row, _ in group])
            loop.call_soon_threadsafe(self._answer, group)

    def _answer(self, group: Sequence[tuple[Row, asyncio.Future[None]]]) -> None:
        for _, future in group:
            future.set_result(None)
        self._ring([row for row, _ in group])


def application(insert: Insert) -> Starlette:
    streams: set[asyncio.Queue[Sequence[Row]]] = set()

    def ring(rows: Sequence[Row]) -> None:
        for stream in streams:
            stream.put_nowait(rows)

    writer = Writer(insert, ring)

    async def take(request: Request) -> Response:
        await writer.write((time.time(), await request.body()))
        return Response(ANSWER)

    async def told() -> AsyncIterator[bytes]:
        stream: asyncio.Queue[Sequence[Row]] = asyncio.Queue()
        streams.add(stream)
        yield b": open\n\n"
        while True:
            yield b"".join(b"id: %f\ndata: %b\n\n" % row for row in await stream.get())

    async def events(_: Request) -> Response:
        return StreamingResponse(told(), media_type="text/event-stream")

    async def begin(_: Request) -> Response:
        return Response(ANSWER)

    app = Starlette(
        routes=[
            Route("/", take, methods=["POST"]),
            Route("/", begin),
            Route("/events", events),
        ]
    )
    app.state.writer = writer
    return app


async def serve(port: int, database: str) -> None:
    insert = (postgresql_insert if "://" in database else sqlite_insert)(database)
    app = application(insert)
    loop = asyncio.get_running_loop()
    Thread(target=app.state.writer.run, args=(loop,), daemon=True).start()
    config = uvicorn.Config(app, port=port, log_level="warning", access_log=False)
    config.timeout_graceful_shutdown = 1
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2]))
