"""The customer's side: NetCashStart, the payment page, and the way back to the merchant."""

import sqlite3
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.protocol.messages import Call, StartRequest, error_code
from app.protocol.statuses import RETURNED
from app.protocol.wire import split_form
from app.protocol.words import N_
from app.sandbox import addresses
from app.sandbox.calls.bodies import Unreadable, read_body, read_values, values_of
from app.sandbox.context import sandbox_of
from app.sandbox.customer import flow
from app.sandbox.customer.callbacks import callback_of, can_be_reached
from app.sandbox.customer.templates import customer_page
from app.sandbox.scenarios.catalogue import delay_of, named
from app.sandbox.scenarios.faults import Ending
from app.sandbox.store.journal import Entry, entry_of, note
from app.sandbox.store.rules import Rules, Values
from app.sandbox.store.trades import Refused, Trade

# Any 16 characters will do. What is typed is looked at by nobody and kept nowhere.
EXAMPLE_ID: Final = "EXAMPLE0NOT0REAL"

PAYMENT_PATH: Final = "/payment/customer"

_BUTTONS: Final = {"pay": Ending.PAID, "cancel": Ending.CANCELLED, "leave": Ending.LEFT}


# What the customer reads. The merchant hears nothing of a start that failed.
_ERRORS: Final = {
    "NC1000003": N_("The link is not valid. Please start again from the shop."),
    "NC1000004": N_("This order has already been paid."),
    "NC1000005": N_("The time to pay this order is over. Please order again at the shop."),
    "NC1000006": N_("This order can no longer be paid. Please order again at the shop."),
    "NC1000007": N_("The time to pay ended before the payment did. Nothing was paid."),
}
_NOT_FOUND: Final = N_("There is no such payment. Please start again from the shop.")


async def start(request: Request) -> Response:
    """NetCashStart (Interface 2.1.2.3): the payment page, or the error page with its code."""
    try:
        body = await read_body(request)
    except Unreadable as error:
        return Response(status_code=error.status)
    values = values_of(request, body)
    sandbox = sandbox_of(request)
    entry = entry_of(request, Call.START, values, body)
    trade = await sandbox.store.run(_start, sandbox.rules, values, entry)
    if isinstance(trade, Refused):
        return _error_page(request, trade.code)
    return _payment_page(request, trade)


async def opened(request: Request) -> Response:
    """NetCashStart opened by a link or a redirect, with which no trade can start.

    Kept among the requests all the same: the client checker tells its merchant.
    """
    sandbox = sandbox_of(request)
    code = error_code(StartRequest.problems({})[0], Call.START)
    values = read_values(split_form(request.scope["query_string"]))
    entry = entry_of(request, Call.START, values, b"")
    await sandbox.store.run(_note, sandbox.rules, entry, (code,))
    page = _error_page(request, code, status=405)
    page.headers["Allow"] = "POST"
    return page


def _note(
    connection: sqlite3.Connection, rules: Rules, entry: Entry, codes: tuple[str, ...]
) -> None:
    note(connection, entry, rules.controls.now(connection), codes)


def _start(
    connection: sqlite3.Connection, rules: Rules, values: Values, entry: Entry
) -> Trade | Refused:
    problems = StartRequest.problems(values)
    if problems:
        trade: Trade | Refused = Refused(error_code(problems[0], Call.START))
    else:
        trade = flow.start(connection, rules, values)
    _note(connection, rules, entry, (trade.code,) if isinstance(trade, Refused) else ())
    return trade


async def act(request: Request) -> Response:
    """The customer presses a button of the payment page."""
    try:
        values = values_of(request, await read_body(request))
    except Unreadable as error:
        return Response(status_code=error.status)
    pressed = _BUTTONS.get(values.get("action", ""))
    if pressed is None or StartRequest.problems(values):
        return _error_page(request, "NC1000001", status=400)
    sandbox = sandbox_of(request)
    trade = await sandbox.store.run(flow.end, sandbox.rules, values, pressed)
    if isinstance(trade, Refused):
        return _error_page(request, trade.code)
    return _page_after(request, trade)


def _payment_page(request: Request, trade: Trade) -> Response:
    return customer_page(
        request,
        "pay",
        {
            "trade": trade,
            "action": addresses.inside(request, PAYMENT_PATH),
            "example": EXAMPLE_ID,
        },
    )


def _page_after(request: Request, trade: Trade) -> Response:
    if trade.Status not in RETURNED:
        return customer_page(request, "left", {})
    scenario = named(trade.scenario)
    if scenario.deliveries == 0:
        return customer_page(request, "closed", {"trade": trade})
    return customer_page(
        request,
        "return",
        {
            "trade": trade,
            "ret_url": trade.RetURL,
            "reachable": can_be_reached(trade.RetURL),
            "deliveries": [callback_of(trade)] * scenario.deliveries,
            "delay": delay_of(scenario, trade.OrderID),
        },
    )


def _error_page(request: Request, code: str, status: int = 200) -> Response:
    return customer_page(
        request, "error", {"code": code, "words": _ERRORS.get(code, _NOT_FOUND)}, status
    )
