"""Pauses that end early when the process is told to stop."""

import asyncio


async def wait_or_stop(seconds: float, stopping: asyncio.Event) -> bool:
    """Wait so long, or until told to stop; whether it was."""
    try:
        async with asyncio.timeout(seconds):
            return await stopping.wait()
    except TimeoutError:
        return False
