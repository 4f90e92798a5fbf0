"""What an operator typed for a new order, checked before anything is opened or sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from app.protocol.fields import Problem
from app.protocol.messages import EntryTranRequest, ExecTranRequest

TYPED = (
    "OrderID",
    "Amount",
    "Tax",
    "RetURL",
    "ClientField1",
    "ClientField2",
    "ClientField3",
)
"""The parameters that a person types; the rest is ours to fill in."""


@dataclass(frozen=True)
class Draft:
    """Raw text named like the protocol's parameters; empty where nothing was typed.

    `form_key` is the random hidden field that makes one form one order.
    """

    shop_key: str
    form_key: str
    OrderID: str
    Amount: str
    Tax: str
    RetURL: str
    ClientField1: str = ""
    ClientField2: str = ""
    ClientField3: str = ""


def check(draft: Draft) -> tuple[Problem, ...]:
    """Every problem of what was typed, in the order of the form."""
    values = asdict(draft)
    found = (*EntryTranRequest.own_problems(values), *ExecTranRequest.own_problems(values))
    # Both calls carry the OrderID, so that its problems are found twice.
    typed = dict.fromkeys(problem for problem in found if problem.parameter in TYPED)
    return tuple(sorted(typed, key=lambda problem: TYPED.index(problem.parameter)))
