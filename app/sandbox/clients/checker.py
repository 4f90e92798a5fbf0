"""The client checker: what the last requests of a client say about the client."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from app.protocol.messages import Call
from app.sandbox.clients import findings
from app.sandbox.clients.findings import Finding
from app.sandbox.clients.written import on_the_wire, refusals
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store.journal import Entry

LOOKUP_INTERVAL: Final = 60 * 60_000  # milliseconds between two lookups of one order

# Faults whose answer says plainly that nothing was done, and the one that needs but patience.
_REFUSED: Final = (Fault.REFUSE, Fault.BUSY)
_DEFAULT_PORTS: Final = (":80", ":443")


class CheckedRequest(NamedTuple):
    """A request and what is wrong with it; nothing, where `findings` is empty."""

    entry: Entry
    findings: tuple[Finding, ...]


@dataclass
class _Order:
    """What a client has done with one order so far.

    `silent`: the calls that got no usable answer, while no lookup has been answered since.
    `misnamed`: the answer to EntryTran named another order, and no lookup has been answered since.
    """

    silent: set[str] = field(default_factory=set)
    misnamed: bool = False
    entered: bool = False
    looked_up_at: int | None = None
    exec_host: str = ""


def check(
    entries: Sequence[Entry], last: int, base_host: str | None = None
) -> list[CheckedRequest]:
    """Check the last requests, given the oldest first; the answer has the newest first.

    The others only say what came before. `base_host` is the host of every StartURL; None where
    it is that of the request for it.
    """
    orders: dict[tuple[str, str], _Order] = {}
    by_access_id: dict[str, _Order] = {}
    checked = []
    for left, entry in zip(range(len(entries), 0, -1), entries, strict=True):
        order = _order_of(entry, orders, by_access_id)
        if left <= last:
            found = (*on_the_wire(entry), *_in_turn(entry, order, base_host), *refusals(entry))
            checked.append(CheckedRequest(entry, found))
        _remember(entry, order)
    return checked[::-1]


def _order_of(
    entry: Entry, orders: dict[tuple[str, str], _Order], by_access_id: dict[str, _Order]
) -> _Order:
    if entry.call == Call.START:
        return by_access_id.setdefault(entry.AccessID, _Order())
    if not entry.OrderID:  # of no order, so of none before
        return _Order()
    order = orders.setdefault((entry.ShopID, entry.OrderID), _Order())
    if entry.AccessID:
        by_access_id[entry.AccessID] = order
    return order


def _in_turn(entry: Entry, order: _Order, base_host: str | None) -> Iterator[Finding]:
    """What is wrong not with the request, but with its coming now."""
    if entry.call == Call.SEARCH:
        last = order.looked_up_at
        asked_for = order.silent or entry.codes  # a lookup that was refused is none
        if last is not None and not asked_for and entry.at - last < LOOKUP_INTERVAL:
            yield findings.TOO_OFTEN
    elif entry.call == Call.START:
        expected = base_host or order.exec_host
        if expected and _host(entry.host) != _host(expected):
            yield findings.START_URL_IGNORED
    elif entry.call in order.silent or (entry.call == Call.ENTRY and _starts_over(order)):
        yield findings.BLIND_RETRY
    elif entry.call == Call.EXEC and order.misnamed:
        yield findings.ANOTHER_ORDER


def _host(written: str) -> str:
    """A host as a browser may write it: in any case, with its usual port or without."""
    host = written.lower()
    return host.rpartition(":")[0] if host.endswith(_DEFAULT_PORTS) else host


def _starts_over(order: _Order) -> bool:
    return order.entered and bool(order.silent)


def _remember(entry: Entry, order: _Order) -> None:
    """What a request changes for those after it: one that was refused changes nothing."""
    lost = bool(entry.fault) and entry.fault != Fault.DRIP
    if entry.call == Call.START or entry.fault in _REFUSED or (entry.codes and not lost):
        return
    if entry.call == Call.SEARCH:
        # After silence it may be asked again at once, and has answered nothing.
        order.looked_up_at = None if lost else entry.at
        order.silent = order.silent if lost else set()
        order.misnamed = order.misnamed and lost
        return
    order.misnamed = order.misnamed or entry.fault == Fault.OTHER_ORDER
    order.entered = order.entered or entry.call == Call.ENTRY
    (order.silent.add if lost else order.silent.discard)(entry.call)
    if entry.call == Call.EXEC:
        order.exec_host = entry.host
