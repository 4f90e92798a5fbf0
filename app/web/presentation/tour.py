"""What each step of the guided demonstration is called, what to do next for it, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from app.desk.tour import SUFFIXES, Phase, Step, Stop
from app.protocol.words import N_

TITLES: Mapping[Step, str] = {
    Step.CREATE: N_("Create a transaction"),
    Step.PAY: N_("Pay as the customer"),
    Step.VERIFIED: N_("See the result arrive verified"),
    Step.CANCEL: N_("Cancel another one"),
    Step.TAMPER: N_("Tamper with a result"),
    Step.RECOVER: N_("Lose a callback and recover"),
    Step.INVESTIGATE: N_("Investigate"),
    Step.PRINT: N_("Print the evidence"),
}


class Place(NamedTuple):
    """What to do, or what can be seen, the address (`{key}` is the record's), and there the
    element to press: its id, which the page also puts a ring around."""

    words: str
    address: str
    at: str = ""


_NEW, _ORDER, _CALLBACK = "/orders/new?env=sandbox", "/orders/{key}", "/callbacks/{key}"
_SEND, _PAY = "f-Amount", "act-launch"

PLACES: Mapping[tuple[Step, Phase], Place] = {
    (Step.CREATE, Phase.MAKE): Place(
        N_("Enter an amount, such as 1200, and press “Register and request payment”."), _NEW, _SEND
    ),
    (Step.CREATE, Phase.SEE): Place(N_("The order is registered at the gateway."), _ORDER),
    (Step.PAY, Phase.MAKE): Place(
        N_("Create one more transaction; its page then leads the customer to pay."), _NEW, _SEND
    ),
    (Step.PAY, Phase.GO_ON): Place(
        N_(
            "Press “Open the payment page”, press Pay in the new tab, and come back to this one."
            " No money moves in the sandbox."
        ),
        _ORDER,
        _PAY,
    ),
    (Step.PAY, Phase.SEE): Place(N_("The order is paid."), _ORDER),
    (Step.VERIFIED, Phase.MAKE): Place(
        N_(
            "No result has come yet. Create one more transaction, pay it, and wait until the"
            " customer's page says that all is done."
        ),
        _NEW,
        _SEND,
    ),
    (Step.VERIFIED, Phase.SEE): Place(
        N_("The order is paid: its result came and proved itself. See how, letter by letter."),
        _CALLBACK,
    ),
    (Step.CANCEL, Phase.MAKE): Place(
        N_(
            "Create a second transaction: enter an amount and press “Register and request payment”."
        ),
        _NEW,
        _SEND,
    ),
    (Step.CANCEL, Phase.GO_ON): Place(
        N_("Press “Open the payment page”, press Cancel in the new tab, and come back."),
        _ORDER,
        _PAY,
    ),
    (Step.CANCEL, Phase.SEE): Place(
        N_("The customer has cancelled. This result proved itself as well."), _ORDER
    ),
    (Step.TAMPER, Phase.MAKE): Place(
        N_(
            "Somebody changes the result on its way. The scenario “-tamper” does that: leave it"
            " chosen, enter an amount and press “Register and request payment”."
        ),
        _NEW,
        _SEND,
    ),
    (Step.TAMPER, Phase.GO_ON): Place(
        N_("Press “Open the payment page”, press Pay in the new tab, and come back."), _ORDER, _PAY
    ),
    (Step.TAMPER, Phase.SEE): Place(
        N_("The change was caught, and the order stays as it was. See what was changed."), _CALLBACK
    ),
    (Step.RECOVER, Phase.MAKE): Place(
        N_(
            "The customer pays and closes the window, so no result comes. The scenario “-silent”"
            " does that: leave it chosen, enter an amount and press “Register and request payment”."
        ),
        _NEW,
        _SEND,
    ),
    (Step.RECOVER, Phase.GO_ON): Place(
        N_("Press “Open the payment page”, press Pay in the new tab, and come back."), _ORDER, _PAY
    ),
    (Step.RECOVER, Phase.ASK): Place(
        N_("Once you have pressed Pay: nothing came back. Press “Ask the gateway”."),
        _ORDER,
        "act-look-up",
    ),
    (Step.RECOVER, Phase.SEE): Place(
        N_("The lookup has found the payment that no result told of."), _ORDER
    ),
    (Step.INVESTIGATE, Phase.MAKE): Place(
        N_("Name an order to look into, choose why, and press “Open the case”."),
        "/cases/new?env=sandbox",
        "open-case",
    ),
    (Step.INVESTIGATE, Phase.GO_ON): Place(
        N_("Open a case about the tampered result. It comes filled in: press “Open the case”."),
        "/cases/new?callback={key}",
        "open-case",
    ),
    (Step.INVESTIGATE, Phase.SEE): Place(
        N_("The case holds what is known, and what is still to be done."), "/cases/{key}"
    ),
    (Step.PRINT, Phase.MAKE): Place(
        N_("Open a case first."), "/cases/new?env=sandbox", "open-case"
    ),
    (Step.PRINT, Phase.GO_ON): Place(
        N_("Open the evidence and print it with the browser. “Back to the case” leads back here."),
        "/cases/{key}/evidence",
    ),
    (Step.PRINT, Phase.SEE): Place(
        N_("The evidence was printed. Its signed bundle can be kept from the case."),
        "/cases/{key}/evidence",
    ),
}


def place(stop: Stop) -> str:
    """Where what is next for a step is done, or what came of it is seen."""
    it = PLACES[stop.step, stop.phase]
    address = it.address.format(key=stop.key)
    if stop.phase is Phase.MAKE and stop.step in SUFFIXES:
        address += f"&scenario={SUFFIXES[stop.step]}"
    return f"{address}#{it.at}" if it.at else address
