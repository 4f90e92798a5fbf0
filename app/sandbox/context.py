"""What every endpoint of the sandbox works with."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import Response

from app.sandbox.store.rules import Rules
from app.sandbox.store.store import StoreWriter

# Renders a template of ours, with its context and its HTTP status, in the frame of the application
# that mounts us.
Frame = Callable[[Request, str, Mapping[str, Any], int], Response]


@dataclass
class Sandbox:
    """One simulated gateway.

    `base_url` is where the outside finds it; None when only the request's Host tells.
    `late_seconds` is how long an answer is held back that shall miss the client's time-out.
    `frame` is what a mounting application lends: the frame of its pages.
    `stopping` is set once the process is told to stop: whoever waits on purpose stops waiting.
    """

    store: StoreWriter
    rules: Rules
    base_url: str | None
    late_seconds: float
    prefix: str
    frame: Frame | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self, seconds: float) -> None:
        """Wait, but not beyond the end of the process."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return


def sandbox_of(request: Request) -> Sandbox:
    """The sandbox that a request is addressed to."""
    return cast("Sandbox", request.app.state.sandbox)
