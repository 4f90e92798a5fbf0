"""Scenarios of the customer's visit and of the result that follows it."""

from typing import Final

from app.protocol.words import N_
from app.sandbox.scenarios.faults import Ending, Forgery
from app.sandbox.scenarios.scenario import Scenario

PAYMENT_SCENARIOS: Final = (
    Scenario(
        "tamper",
        does=N_("The result's Status is changed after it was signed."),
        sees=N_("A CheckString mismatch: nothing moves, and the changed Status is pointed out."),
        forgery=Forgery.STATUS_CHANGED,
    ),
    Scenario(
        "nosign",
        does=N_("The result's CheckString is empty."),
        sees=N_("No CheckString: nothing moves."),
        forgery=Forgery.NO_CHECK,
    ),
    Scenario(
        "twice",
        does=N_("The same result is delivered twice."),
        sees=N_("The second is tagged duplicate, and the order changes once."),
        deliveries=2,
    ),
    Scenario(
        "silent",
        does=N_("The customer pays, but no result reaches RetURL."),
        sees=N_("The order keeps waiting. A lookup says PAYSUCCESS."),
        deliveries=0,
    ),
    Scenario(
        "expire",
        does=N_(
            "Left unpaid, it expires at once: when the customer leaves, or at the next lookup."
        ),
        sees=N_("A lookup says EXPIRED."),
        expires_unpaid=True,
    ),
    Scenario(
        "paid",
        does=N_("Whatever the customer presses, the payment is made."),
        sees=N_("A verified PAYSUCCESS arrives."),
        ending=Ending.PAID,
    ),
    Scenario(
        "declined",
        does=N_("Whatever the customer presses, the centre refuses the payment (NC1000009)."),
        sees=N_("A verified PAYFAIL arrives, with the code of its reason."),
        ending=Ending.REFUSED,
    ),
    Scenario(
        "cancelled",
        does=N_("Whatever the customer presses, the payment is cancelled."),
        sees=N_("A verified PAYFAIL arrives, without a code."),
        ending=Ending.CANCELLED,
    ),
    Scenario(
        "quiet",
        does=N_("The customer cancels, and no result reaches RetURL (the option is off)."),
        sees=N_("The order keeps waiting. A lookup says PAYFAIL."),
        ending=Ending.CANCELLED,
        deliveries=0,
    ),
    Scenario(
        "leave",
        does=N_("Whatever the customer presses, they leave without paying."),
        sees=N_("The order keeps waiting. A lookup says PAYSTART, after the term EXPIRED."),
        ending=Ending.LEFT,
    ),
    Scenario(
        "late",
        does=N_("The result comes 20 seconds late (or as many as the suffix says: -late60)."),
        sees=N_("The order waits a while, then a verified result arrives."),
        delay=20,
    ),
    Scenario(
        "badcheck",
        does=N_("The result's CheckString is wrong."),
        sees=N_("A CheckString mismatch: nothing moves."),
        forgery=Forgery.WRONG_CHECK,
    ),
    Scenario(
        "othershop",
        does=N_("The result's ShopID is changed to another shop's."),
        sees=N_("The result is of an unknown shop: nothing moves."),
        forgery=Forgery.OTHER_SHOP,
    ),
    Scenario(
        "noticefirst",
        does=N_("The customer is back 4 seconds late, after the notice (of a shop that gets any)."),
        sees=N_(
            "The notice first: it makes a lookup due, which tells how the payment ended. "
            "The return is said to be still to come, until a verified result agrees."
        ),
        delay=4,
    ),
    Scenario(
        "revived",
        does=N_("The payment fails, but the next lookup finds it paid."),
        sees=N_(
            "A verified PAYFAIL, then a lookup that says PAYSUCCESS: a conflict to be settled."
        ),
        ending=Ending.REFUSED,
        paid_after_failed=True,
    ),
)
