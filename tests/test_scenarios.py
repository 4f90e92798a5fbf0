"""Every scenario of the sandbox's table, seen from the desk: what an operator then reads.

Over a real socket, by the hooks that programs outside rely on. A scenario that is added to the
table without an expectation here fails.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.sandbox.scenarios.catalogue import SCENARIOS
from app.sandbox.scenarios.scenario import Scenario
from tests.conftest import Served, serving, settings_for
from tests.reading import Shown
from tests.waiting import until
from tests.walk import Operator, visit

Claim = tuple[str | None, str | None, str | None]

PATIENCE = 4
"""Seconds that the desk waits for an answer: enough for one that does come."""

ENTRY, EXEC, SEARCH = "EntryTranNetcash", "ExecTranNetcash", "SearchTradeMulti"
REQUESTED: Claim = ("REQSUCCESS", "exec", None)
CONFIRMED: Claim = ("PAYSUCCESS", "callback", "confirmed")
FAILED: Claim = ("PAYFAIL", "callback", None)
FOUND_PAID: Claim = ("PAYSUCCESS", "lookup", "confirmed")
UNKNOWN: Claim = ("unknown", "exec", None)
LOST: Claim = ("REQSUCCESS", "lookup", None)
NOT_DONE: Claim = ("UNPROCESSED", "lookup", None)


@dataclass(frozen=True)
class Reads:
    """What an operator reads.

    `claim`, `step` and `outcome` (of the last call) as soon as the order was executed. Where a
    customer can pay, they press "pay", and `paid` is what it comes to, with `verdicts` and
    `tags` of what arrived at RetURL. `asked` is claim and step after a lookup by hand.
    """

    claim: Claim = REQUESTED
    step: str = "send-customer"
    outcome: str = "answered"
    call: str = EXEC
    paid: Claim | None = None
    paid_step: str = "nothing"
    verdicts: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    asked: tuple[Claim, str] | None = None
    suffix: str = ""


def unheard(outcome: str, found: tuple[Claim, str] = (LOST, "new-order-id")) -> Reads:
    """ExecTran without a usable answer: unknown until a lookup tells."""
    return Reads(UNKNOWN, "ask-gateway", outcome, asked=found)


def unproven(verdict: str) -> Reads:
    """A result that moves nothing, and is a reason to ask: a lookup tells."""
    asked = (FOUND_PAID, "nothing")
    return Reads(paid=REQUESTED, paid_step="ask-gateway", verdicts=(verdict,), asked=asked)


def unbrought(claim: Claim, step: str) -> Reads:
    """No result comes: the order waits until a lookup tells."""
    return Reads(paid=REQUESTED, paid_step="wait-for-customer", asked=(claim, step))


PAID = Reads(paid=CONFIRMED, verdicts=("verified",))
NOT_PAID = Reads(paid=FAILED, paid_step="new-order-id", verdicts=("verified",))
REFUSED = Reads(("UNPROCESSED", "entry", None), "execute-again", "protocol-error")

EXPECTED: dict[str, Reads] = {
    "ordinary": PAID,
    "timeout": unheard("no-answer"),
    "drop": unheard("cut-off"),
    "http500": unheard("http-error", (NOT_DONE, "execute-again")),
    "garbled": unheard("not-understood"),
    "refuse": replace(REFUSED, step="fix-settings"),
    "html": unheard("not-understood"),
    "empty": unheard("not-understood"),
    "busy": REFUSED,
    "drip": PAID,
    "otherorder": Reads(
        ("unknown", "entry", None),
        "ask-gateway",
        "not-understood",
        ENTRY,
        asked=(NOT_DONE, "adopt-and-execute"),
    ),
    "tamper": unproven("mismatch"),
    "nosign": unproven("no-checkstring"),
    "twice": Reads(paid=CONFIRMED, verdicts=("verified",), tags=("duplicate",)),
    "silent": unbrought(FOUND_PAID, "nothing"),
    "expire": Reads(asked=(("EXPIRED", "lookup", None), "new-order-id")),
    "paid": PAID,
    "declined": NOT_PAID,
    "cancelled": NOT_PAID,
    "quiet": unbrought(("PAYFAIL", "lookup", None), "new-order-id"),
    "leave": unbrought(("PAYSTART", "lookup", None), "wait-for-customer"),
    "late": Reads(paid=CONFIRMED, verdicts=("verified",), suffix="-late1"),
    "badcheck": unproven("mismatch"),
    "othershop": unproven("unknown-shop"),
    "noticefirst": PAID,
    "revived": replace(NOT_PAID, asked=(FAILED, "settle-conflict")),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, blank_database: Path) -> Iterator[Served]:
    """One desk for all scenarios."""
    folder = tmp_path_factory.mktemp("scenarios")
    shutil.copy(blank_database, folder / "desk.db")
    settings = settings_for(folder, gateway_timeout=PATIENCE, gateway_settle=0)
    with serving(settings) as served:
        yield served


@pytest.fixture(scope="module")
def operator(desk: Served) -> Iterator[Operator]:
    with closing(desk.client()) as client:
        yield Operator(client)


@pytest.fixture(autouse=True)
def _quick_drip(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that trickles in takes less than a second instead of ten."""
    monkeypatch.setattr("app.sandbox.calls.misbehaviour.DRIP_SECONDS", 0.4)


def test_the_table_has_an_expectation_for_each_scenario() -> None:
    assert set(EXPECTED) == {scenario.name for scenario in SCENARIOS}


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_an_operator_reads_what_happened(
    desk: Served, operator: Operator, scenario: Scenario
) -> None:
    reads = EXPECTED[scenario.name]
    order = operator.create(reads.suffix or scenario.suffix)
    until(lambda: operator.see(order).exchanges[-1][1] != "waiting")
    shown = operator.wait_for(order, claim=reads.claim)
    assert shown.first("data-next-step") == reads.step
    assert shown.exchanges[-1] == (reads.call, reads.outcome)
    if reads.paid:
        visit(desk.url, operator.launch(order), "pay")
        shown = operator.wait_for(order, claim=reads.paid)
        assert shown.first("data-next-step") == reads.paid_step
        assert arrived(operator, shown) == (list(reads.verdicts), list(reads.tags))
    if reads.asked:
        assert operator.act(order, "lookups").status_code == 303
        claim, step = reads.asked
        shown = operator.wait_for(order, claim=claim)
        assert shown.first("data-next-step") == step


def arrived(operator: Operator, order: Shown) -> tuple[list[str], list[str]]:
    """Verdicts and tags of what came to RetURL for this order, believed or not."""
    listed = operator.see("/callbacks", q=order.first("data-copy") or "")
    return listed.all("data-verdict"), listed.all("data-tag")
