"""A way to a gateway as far off as one over the internet: answers take their time.

    python -m tests.bench.far_away PORT TARGET_PORT

What is sent goes straight on; what is answered is held for HELD_FOR. So whoever asks waits as they
do in earnest, where it is the gateway and not the asker that takes the time.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing

HELD_FOR = 0.02
"""Seconds that an answer is held. A gateway over the internet takes several times that."""

CHUNK = 64 * 1024


async def _send_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held_for: float
) -> None:
    with closing(writer):
        while chunk := await reader.read(CHUNK):
            await asyncio.sleep(held_for)
            writer.write(chunk)


async def _relay(port: int, target: int) -> None:
    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answers, questions = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(
            _send_on(reader, questions, 0),
            _send_on(answers, writer, HELD_FOR),
            return_exceptions=True,
        )

    server = await asyncio.start_server(connect, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_relay(int(sys.argv[1]), int(sys.argv[2])))
