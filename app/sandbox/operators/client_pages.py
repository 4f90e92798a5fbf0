"""The pages about a client under test: what it sent, how ready it is, what its RetURL takes."""

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.protocol.words import say
from app.sandbox import addresses
from app.sandbox.clients import checker, readiness
from app.sandbox.clients.readiness import State
from app.sandbox.commands.answers import Answer, SentAnswer
from app.sandbox.commands.client_commands import (
    MARK_READINESS,
    SEND_RESULT,
    WEB_ADDRESS,
    Delivery,
    callbacks_of,
)
from app.sandbox.commands.command import Command, NotThere
from app.sandbox.commands.given import Wrong
from app.sandbox.context import Sandbox, sandbox_of
from app.sandbox.customer.callbacks import can_be_reached
from app.sandbox.customer.templates import customer_page
from app.sandbox.operators.forms import Form
from app.sandbox.operators.templates import language_of, own_page
from app.sandbox.sending.deliveries import DELIVERIES
from app.sandbox.store import journal, shops
from app.sandbox.store.schema import DEFAULT_SHOP_ID

REQUESTS_SHOWN = 50
OF_NO_SHOP_SHOWN = 20


async def show_client(request: Request) -> Response:
    """The last requests of a shop's client, each checked."""
    sandbox, context = sandbox_of(request), await _about_shop(request)
    checked = {
        "checked": await checked_requests(sandbox, context["shop"].ShopID),
        "of_no_shop": await checked_of_no_shop(sandbox),
    }
    return own_page(request, "client", {**context, **checked})


async def checked_requests(sandbox: Sandbox, shop_id: str) -> list[checker.CheckedRequest]:
    """The last requests of a shop's client, the newest first."""
    limit = readiness.REQUESTS_LIMIT
    entries = await sandbox.store.run(journal.last_requests, shop_id, limit)
    base_host = urlsplit(sandbox.base_url).netloc if sandbox.base_url else None
    return checker.check(entries, REQUESTS_SHOWN, base_host)


async def checked_of_no_shop(sandbox: Sandbox) -> list[checker.CheckedRequest]:
    """The last requests that may be anybody's, the newest first."""
    entries = await sandbox.store.run(journal.requests_of_no_shop, OF_NO_SHOP_SHOWN)
    return checker.check(entries, OF_NO_SHOP_SHOWN)


async def show_readiness(request: Request) -> Response:
    """The readiness sheet of a shop's client, and the checker of its receiver."""
    return await _readiness(request, Form())


async def _readiness(request: Request, form: Form) -> Response:
    context = await _about_shop(request, form.typed.get("ShopID"))
    shop_id, language = context["shop"].ShopID, language_of(request)
    rows = await sandbox_of(request).store.run(readiness.sheet, shop_id)
    counts = {state: sum(row.state is state for row in rows) for state in State}
    return own_page(
        request,
        "readiness",
        {
            **context,
            "rows": rows,
            "counts": counts,
            "states": list(State),
            "deliveries": [
                (kind, f"{say(language, one.words)}: {say(language, one.expected)}")
                for kind, one in DELIVERIES.items()
            ],
            "answers": request.query_params.getlist("answer"),
            "made_at": time.time_ns() // 1_000_000,
            "last": await sandbox_of(request).store.run(journal.last_request, shop_id),
            "base": addresses.base_url(request),
            "form": form,
            "query": {"page": "readiness", "shop": shop_id},
        },
        form.status,
    )


async def _about_shop(request: Request, shop_id: str | None = None) -> dict[str, Any]:
    found = await sandbox_of(request).store.run(shops.all_shops)
    asked = shop_id or request.query_params.get("shop", DEFAULT_SHOP_ID)
    shop = next((one for one in found if one.ShopID == asked), found[0])
    return {"shops": found, "shop": shop}


async def mark(request: Request, typed: dict[str, str]) -> Response:
    """A person's word on one scenario."""
    _, wrongs = await _do(request, MARK_READINESS, typed)
    if wrongs:
        return await _shown_again(request, "mark", typed, wrongs)
    return _back(request, typed["ShopID"], typed["scenario"])


async def deliver(request: Request, typed: dict[str, str]) -> Response:
    """Callbacks for a merchant's RetURL: through this browser, or from this server."""
    typed["RetURL"] = typed.get("RetURL", "").strip()
    if typed.get("way") == "server":
        done, wrongs = await _do(request, SEND_RESULT, typed)
        if isinstance(done, SentAnswer):
            return _back(request, typed["ShopID"], "receiver", done.answers)
    else:
        wrongs = SEND_RESULT.problems(typed)
        if not wrongs and not can_be_reached(typed["RetURL"]):
            wrongs = [Wrong("RetURL", WEB_ADDRESS)]
        if not wrongs:
            return await _through_the_browser(request, typed)
    return await _shown_again(request, "deliver", typed, wrongs)


async def _through_the_browser(request: Request, typed: dict[str, str]) -> Response:
    try:
        results = await callbacks_of(sandbox_of(request), Delivery.read(SEND_RESULT.of_form(typed)))
    except NotThere:
        raise HTTPException(404) from None
    context = {"deliveries": results, "ret_url": typed["RetURL"], "delay": 0}
    return customer_page(request, "deliver", context)


async def _do(
    request: Request, command: Command, typed: dict[str, str]
) -> tuple[Answer | None, list[Wrong]]:
    """Do it: what it tells, or what is wrong with each field where it cannot be done."""
    wrongs = command.problems(typed)
    try:
        return (None if wrongs else await command.done_with(sandbox_of(request), typed)), wrongs
    except NotThere:
        raise HTTPException(404) from None
    except Wrong as wrong:
        return None, [wrong]


async def _shown_again(
    request: Request, which: str, typed: dict[str, str], wrongs: list[Wrong]
) -> Response:
    return await _readiness(request, Form(which, typed, wrongs, language_of(request)))


def _back(request: Request, shop_id: str, place: str, answers: Iterable[str] = ()) -> Response:
    """To the sheet again, where the reader was on it."""
    query = [("page", "readiness"), ("shop", shop_id)]
    query += [("answer", answer) for answer in answers]
    address = f"{addresses.inside(request, '/guide')}?{urlencode(query)}#{place}"
    return RedirectResponse(address, 303)
