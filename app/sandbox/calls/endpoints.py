"""The three calls of a merchant's server: read, check, do, answer, misbehave where told to."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from app.protocol.messages import (
    Call,
    EntryTranRequest,
    ErrorAnswer,
    ExecTranRequest,
    SearchRequest,
    error_code,
)
from app.protocol.statuses import Status
from app.protocol.wire import encode_answer, jst_stamp
from app.sandbox import addresses
from app.sandbox.calls import merchant_calls, misbehaviour
from app.sandbox.calls.bodies import Unreadable, read_body, values_of
from app.sandbox.context import sandbox_of
from app.sandbox.scenarios.catalogue import named
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store.journal import Entry, entry_of, note
from app.sandbox.store.rules import Rules, Values
from app.sandbox.store.trades import Refused, Trade

log = logging.getLogger(__name__)

STORE_FAILED: Final = "E91019999"

Pairs = list[tuple[str, str]]
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class _Service:
    """How one call is served."""

    call: Call
    message: type[EntryTranRequest] | type[ExecTranRequest] | type[SearchRequest]
    job: Callable[[sqlite3.Connection, Rules, Values], Trade | Refused]
    success: Callable[[Request, Trade], Pairs]


def _entered(_: Request, trade: Trade) -> Pairs:
    return [
        ("OrderID", trade.OrderID),
        ("AccessID", trade.AccessID),
        ("AccessPass", trade.AccessPass),
    ]


def _executed(request: Request, trade: Trade) -> Pairs:
    return [
        ("AccessID", trade.AccessID),
        ("Token", trade.Token or ""),
        ("StartURL", addresses.start_url(request)),
    ]


def _found(_: Request, trade: Trade) -> Pairs:
    return [
        ("Status", trade.Status),
        ("ProcessDate", jst_stamp(trade.processed)),
        ("AccessID", trade.AccessID),
        ("AccessPass", trade.AccessPass),
        ("Amount", str(trade.Amount)),
        ("Tax", str(trade.Tax)),
        ("Currency", "JPN"),
        ("ClientField1", trade.ClientField1),
        ("ClientField2", trade.ClientField2),
        ("ClientField3", trade.ClientField3),
        ("PayType", "16"),
        ("NetCashPayType", "NETCASH"),
    ]


_SERVICES: Final = (
    _Service(Call.ENTRY, EntryTranRequest, merchant_calls.enter, _entered),
    _Service(Call.EXEC, ExecTranRequest, merchant_calls.execute, _executed),
    _Service(Call.SEARCH, SearchRequest, merchant_calls.search, _found),
)


@dataclass(frozen=True)
class _Outcome:
    """What became of a call: done, refused, or neither, since a fault stopped it."""

    trade: Trade | None = None
    codes: tuple[str, ...] = ()
    fault: Fault | None = None


def _serve(
    connection: sqlite3.Connection, rules: Rules, service: _Service, values: Values, entry: Entry
) -> _Outcome:
    """One call as a job for the store: format checks, the fault in waiting, the act, the note."""
    problems = service.message.problems(values)
    fault = rules.controls.take_fault(connection, service.call)
    if problems:
        outcome = _Outcome(codes=tuple(error_code(problem) for problem in problems), fault=fault)
    elif fault and not fault.works:
        outcome = _Outcome(fault=fault)
    else:
        outcome = _outcome(service, service.job(connection, rules, values), fault)
    note(connection, entry, rules.controls.now(connection), outcome.codes, outcome.fault)
    return outcome


def _outcome(service: _Service, done: Trade | Refused, fault: Fault | None) -> _Outcome:
    if isinstance(done, Refused):
        return _Outcome(codes=(done.code,), fault=fault)
    return _Outcome(done, fault=fault or _scenario_fault(service, done))


def _scenario_fault(service: _Service, trade: Trade) -> Fault | None:
    scenario = named(trade.scenario)
    if scenario.fault is None or scenario.call is not service.call:
        return None
    # A scenario that stopped the call at first has let it pass at last.
    stopped = trade.Status == Status.UNPROCESSED
    return scenario.fault if scenario.fault.works or stopped else None


def _endpoint(service: _Service) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            body = await read_body(request)
        except Unreadable as error:
            return Response(status_code=error.status)
        values = values_of(request, body)
        sandbox = sandbox_of(request)
        entry = entry_of(request, service.call, values, body)
        try:
            outcome = await sandbox.store.run(_serve, sandbox.rules, service, values, entry)
        except sqlite3.Error as error:
            # The gateway has an answer for this too, and its clients know no other.
            log.error("the sandbox's store failed (%s)", error)
            return misbehaviour.refused(STORE_FAILED)
        return await _answer(request, service, outcome)

    return endpoint


async def _answer(request: Request, service: _Service, outcome: _Outcome) -> Response:
    trade, fault = outcome.trade, outcome.fault
    if outcome.codes:
        body = encode_answer(ErrorAnswer(outcome.codes).pairs())
    elif trade is None or (fault and not fault.works):
        body = b""
    else:
        if fault is Fault.OTHER_ORDER:
            trade = trade._replace(OrderID=misbehaviour.ANOTHER_ORDER)
        body = encode_answer(service.success(request, trade))
    if fault is None:
        return misbehaviour.answer(body)
    return await misbehaviour.misanswer(fault, body, sandbox_of(request))


async def no_such_call(request: Request) -> Response:
    """A POST to an address under /payment that the interface does not know."""
    del request
    return misbehaviour.refused("E91099997")


ENDPOINTS: Final = {service.call: _endpoint(service) for service in _SERVICES}
