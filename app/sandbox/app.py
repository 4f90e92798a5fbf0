"""The simulated gateway as an application: alone, or mounted below the desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final, Literal, cast

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from app.protocol.messages import Call
from app.sandbox.automation.api import api_routes
from app.sandbox.calls import endpoints
from app.sandbox.calls.path_aliases import OneSlash, not_an_address
from app.sandbox.context import Frame, Sandbox
from app.sandbox.customer import pages
from app.sandbox.operators.failures import EXCEPTION_HANDLERS
from app.sandbox.operators.guide import guide_routes
from app.sandbox.operators.panel import panel_routes
from app.sandbox.sending.sender import send_for_ever
from app.sandbox.store.controls import Controls
from app.sandbox.store.rules import Rules
from app.sandbox.store.store import StoreWriter

_STATIC: Final = Path(__file__).resolve().parents[2] / "static"


def create_sandbox(
    store: Path | Literal[":memory:"],
    *,
    base_url: str | None,
    late_seconds: float,
    payment_term_minutes: int = 60,
    prefix: str = "",
    frame: Frame | None = None,
) -> Starlette:
    """A simulated gateway over its own store.

    `base_url` is its address as seen from outside, for StartURL; None takes each request's Host.
    `late_seconds` is how long an answer is held back that shall miss the client's time-out.
    `prefix` is the path at which another application mounts it. That application enters
    `running`; a server that serves the sandbox alone does so through its lifespan, and sets
    `app.state.stopping` as soon as it is told to end.

    `frame` renders one of our templates with its context and HTTP status in the mounting
    application's layout (`layout.html`, with `_`, `lang` and the filter `yen` at hand).
    """
    sandbox = Sandbox(
        store=StoreWriter(store),
        rules=Rules(Controls(), payment_term_minutes * 60_000),
        base_url=base_url,
        late_seconds=late_seconds,
        prefix=prefix,
        frame=frame,
    )
    app = Starlette(routes=_routes(), lifespan=running, exception_handlers=EXCEPTION_HANDLERS)
    # It would build an address from the Host header, which is anybody's word.
    app.router.redirect_slashes = False
    app.add_middleware(OneSlash, prefix=prefix)
    app.state.sandbox = sandbox
    app.state.store = sandbox.store
    app.state.stopping = sandbox.stopping
    return app


@asynccontextmanager
async def running(app: Starlette, stopping: asyncio.Event | None = None) -> AsyncIterator[None]:
    """Keep a sandbox's store open. Raises sqlite3.Error when the store cannot be opened.

    `stopping` is the mounting application's event for its end: once it is set, an answer that is
    held back on purpose no longer is.
    """
    sandbox = cast("Sandbox", app.state.sandbox)
    if stopping is not None:
        sandbox.stopping = stopping
    await sandbox.store.open()
    sending = asyncio.create_task(send_for_ever(sandbox))
    try:
        yield
    finally:
        sandbox.stopping.set()
        sending.cancel()  # what it was about to be told, it asks for again after the next start
        with suppress(asyncio.CancelledError):
            await sending
        await sandbox.store.close()


def _routes() -> list[BaseRoute]:
    return [
        *(
            Route(call.path, endpoint, methods=["POST"])
            for call, endpoint in endpoints.ENDPOINTS.items()
        ),
        Route(Call.START.path, pages.start, methods=["POST"]),
        Route(Call.START.path, pages.opened),
        Route(pages.PAYMENT_PATH, pages.act, methods=["POST"]),
        Route("/payment/{name}.idPass", endpoints.no_such_call, methods=["POST"]),
        Route("/payment/{rest:path}", not_an_address, methods=["POST"]),
        *guide_routes(),
        *panel_routes(),
        *api_routes(),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
