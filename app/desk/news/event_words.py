"""What each event is called in the news, and what whoever hears of it does first.

A name stands in the subject of a mail and behind "Settled:", so it is a noun and says no more than
the desk knows. The advice is read on the way, without the desk at hand: one thing to do, and none
that could make it worse.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.protocol.words import N_
from app.records.news import Event, Phase

EVENTS: Mapping[Event, str] = {
    Event.DOUBLE_PAYMENT: N_("Possible double payment"),
    Event.CONFLICT: N_("Sources that disagree"),
    Event.UNPROVEN: N_("Result that proves nothing"),
    Event.UNANSWERED: N_("Call without an answer"),
    Event.FIRST_MET: N_("Order known by its callback alone"),
    Event.LOST: N_("Results that could not be stored"),
    Event.CASE_REOPENED: N_("Case reopened"),
    Event.CASE_OVERDUE: N_("Case overdue"),
    Event.CASE_ASSIGNED: N_("Case given to you"),
    Event.REFUND: N_("Refund waiting for a second person"),
    Event.PAID_UNTOLD: N_("Paid without a callback"),
    Event.JUDGING_LATE: N_("Results waiting for their verdict"),
    Event.UNPROVEN_COPY: N_("Copies that prove nothing"),
    Event.BURST: N_("Many refusals and failed sign-ins"),
}

ADVICE: Mapping[Event, str] = {
    Event.DOUBLE_PAYMENT: N_(
        "Two orders of what seems to be one customer are paid. Decide which one stays, and what "
        "becomes of the other."
    ),
    Event.CONFLICT: N_(
        "What the gateway says and what is held here do not agree. Until somebody decides, it "
        "counts in no total."
    ),
    Event.UNPROVEN: N_(
        "A result without a right signature named this order. It has changed nothing. Ask the "
        "gateway what is true."
    ),
    Event.UNANSWERED: N_(
        "Nobody knows what the call did at the gateway. Do not send it again: look the order up."
    ),
    Event.FIRST_MET: N_(
        "It was not made here, and no lookup has answered yet. Look it up to learn its amount."
    ),
    Event.LOST: N_(
        "Customers brought results that this desk could not keep. The overview says when; look up "
        "the orders of that time."
    ),
    Event.CASE_REOPENED: N_("Something came in after it was closed. Read it, and decide anew."),
    Event.CASE_OVERDUE: N_("Its time is over. Bring it to an end, or give it more time."),
    Event.CASE_ASSIGNED: N_("All that is known so far stands in the case."),
    Event.REFUND: N_("Somebody proposed it. Check the amount, then approve or refuse it."),
    Event.PAID_UNTOLD: N_(
        "The gateway calls it paid, but its result never came here. See whether the shop knows."
    ),
    Event.JUDGING_LATE: N_(
        "Results come in and are kept, but are judged late. The overview says how the desk stands."
    ),
    Event.UNPROVEN_COPY: N_(
        "A shop's server brought results that no ShopPass held here signs, of orders that are not "
        "known here. Test the shop's connection; if its ShopPass is right, look the orders up."
    ),
    Event.BURST: N_("Somebody tries many doors. The audit log says from where."),
}

PHASES: Mapping[Phase, str] = {
    Phase.BEGAN: N_("Needs a person"),
    Phase.REMINDER: N_("Still needs a person"),
    Phase.SETTLED: N_("Settled"),
    Phase.TRIAL: N_("A trial"),
    Phase.DIGEST: N_("The day in short"),
}
"""What a message was, in the list of what was sent."""

LATER: Mapping[Phase, str] = {
    Phase.REMINDER: N_("Still open: %(matter)s"),
    Phase.SETTLED: N_("Settled: %(matter)s"),
}
"""How a matter is named when it is not new."""
