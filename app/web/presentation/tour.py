"""What each step of the guided demonstration is called, what to do for it, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.desk.tour import Step, Stop
from app.protocol.words import N_


class Place(NamedTuple):
    """A step's title, what to do, and the address; `{key}` is the record's, `else_` without one."""

    title: str
    words: str
    address: str
    else_: str


_NEW = "/orders/new?env=sandbox"

PLACES: Mapping[Step, Place] = {
    Step.CREATE: Place(
        N_("Create a transaction"),
        N_("Enter an amount and register the order with its payment requested."),
        _NEW,
        _NEW,
    ),
    Step.PAY: Place(
        N_("Pay as the customer"),
        N_(
            "Open the payment page from the order, or let a phone read its QR code, and press Pay."
            " No money moves in the sandbox."
        ),
        "/orders/{key}",
        _NEW,
    ),
    Step.VERIFIED: Place(
        N_("See the result arrive verified"),
        N_("The callback proves itself by its CheckString: open it and see how."),
        "/callbacks/{key}",
        "/callbacks?env=sandbox",
    ),
    Step.CANCEL: Place(
        N_("Cancel another one"),
        N_("Create a second transaction and press Cancel on its payment page."),
        "/orders/{key}",
        _NEW,
    ),
    Step.TAMPER: Place(
        N_("Tamper with a result"),
        N_(
            "Create one with the scenario “tamper” and pay: the result is caught, the order stays,"
            " and the callback's page says which value was changed."
        ),
        "/callbacks/{key}",
        _NEW,
    ),
    Step.RECOVER: Place(
        N_("Lose a callback and recover"),
        N_(
            "Create one with the scenario “silent” and pay: nothing comes back. Ask the gateway on"
            " the order's page."
        ),
        "/orders/{key}",
        _NEW,
    ),
    Step.INVESTIGATE: Place(
        N_("Investigate"),
        N_("Open a case about the tampered result. It comes filled in."),
        "/cases/{key}",
        "/cases/new",
    ),
    Step.PRINT: Place(
        N_("Print the evidence"),
        N_("Open the evidence of the case and print it, or keep its signed bundle."),
        "/cases/{key}/evidence",
        "/cases?env=sandbox",
    ),
}


def place(stop: Stop) -> str:
    """Where a step is done, or what came of it is seen."""
    it = PLACES[stop.step]
    if stop.step is Step.INVESTIGATE and not stop.done and stop.key:
        return f"/cases/new?callback={stop.key}"
    return it.address.format(key=stop.key) if stop.key else it.else_
