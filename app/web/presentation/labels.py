"""What enums are called in a sentence or two: steps, locks, calls, each in one table.

What is shown as a badge, with an icon, is in `marks`; what became of a call in `outcomes`; what
became of a callback in `callbacks`; what a conflict is called in `conflicts`. Templates ask for all
of it by filters (`filters`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.desk.actions import LockReason, NextStep
from app.protocol.messages import Call
from app.protocol.words import N_
from app.records.accounts import Role
from app.records.exchanges import Purpose
from app.records.orders import UNKNOWN, Origin, Source
from app.records.shops import Confirmation
from app.web.presentation import cases
from app.web.presentation.people import RIGHTS, ROLES


@dataclass(frozen=True)
class Step:
    """What is to be done or decided, and why."""

    title: str
    why: str


STEPS: dict[NextStep, Step] = {
    NextStep.REGISTER: Step(
        N_("Register the order at the gateway"),
        N_("It exists on this desk only. The gateway has not been asked yet."),
    ),
    NextStep.REGISTER_AGAIN: Step(
        N_("Register it again with the same OrderID"),
        N_("Nothing of ours is registered there with this OrderID, so it is still free."),
    ),
    NextStep.EXECUTE: Step(
        N_("Request the payment now"),
        N_("The order is registered. Executing it lets the customer pay."),
    ),
    NextStep.EXECUTE_AGAIN: Step(
        N_("Request the payment again"),
        N_("The earlier call had no effect at the gateway, so it may be repeated."),
    ),
    NextStep.ADOPT_AND_EXECUTE: Step(
        N_("Take up the registered trade and request the payment"),
        N_(
            "The registration that went unanswered did work: the lookup found it with our amount."
            " It can be executed as it is."
        ),
    ),
    NextStep.SEND_CUSTOMER: Step(
        N_("Send the customer to pay"),
        N_("Payment is requested. Open the payment page, or let a phone read its QR code."),
    ),
    NextStep.WAIT_FOR_CUSTOMER: Step(
        N_("Wait for the customer"),
        N_(
            "The result comes back with the customer's browser. If the browser is closed, nothing"
            " comes: then a lookup tells."
        ),
    ),
    NextStep.WAIT_FOR_ANSWER: Step(
        N_("Wait for the gateway's answer"),
        N_("A call is under way. Nothing is sent twice, whatever you reload."),
    ),
    NextStep.WAIT_UNTIL_DUE: Step(
        N_("Wait until a lookup can settle it"),
        N_("Asked now, the gateway could not yet give an answer to rely on."),
    ),
    NextStep.ASK_GATEWAY: Step(
        N_("Ask the gateway now"),
        N_(
            "Nobody knows for certain how the order stands. A lookup tells and changes nothing;"
            " until then nothing that moves money is repeated."
        ),
    ),
    NextStep.CONFIRM_BY_LOOKUP: Step(
        N_("Confirm the payment by a lookup"),
        N_(
            "A verified callback reports it paid. A callback does not prove the amount: a lookup"
            " does."
        ),
    ),
    NextStep.NEW_ORDER_ID: Step(
        N_("A new OrderID is needed"),
        N_("This OrderID can no longer lead to a payment, and none can be used twice."),
    ),
    NextStep.CORRECT_VALUES: Step(
        N_("Correct the values and try again"),
        N_(
            "The gateway refused them, so nothing was done. The form opens with them, and what it"
            " named is marked."
        ),
    ),
    NextStep.OTHER_TRY: Step(
        N_("Go on with the other order of this customer"),
        N_("What is to be done stands there. With one more order the customer may pay twice."),
    ),
    NextStep.SETTLE_CONFLICT: Step(
        N_("Settle the conflict now"),
        N_("The sources disagree. Decide which to believe, and say why."),
    ),
    NextStep.FIX_SETTINGS: Step(
        N_("Check the shop's settings"),
        N_("The gateway refuses this shop's calls, or its address cannot be reached."),
    ),
    NextStep.CHECK_ADDRESS: Step(
        N_("Check the gateway's address"),
        N_(
            "The gateway answered with a payment page at another host than this shop's gateway"
            " address, so no customer is sent there. If that host is the right one, correct the"
            " address in the shop's settings. If it is not, ask the gateway: once it says that"
            " nobody has begun to pay, the order can have a new OrderID."
        ),
    ),
    NextStep.NOTHING: Step(
        N_("Nothing to do"),
        N_("Nothing is left to be done here."),
    ),
}

LOCKS: dict[LockReason, str] = {
    LockReason.ANSWER_PENDING: N_("A call of this order is under way. Wait for its answer."),
    LockReason.UNANSWERED: N_(
        "The last call went unanswered and may have worked. A lookup has to answer first."
    ),
    LockReason.CONFLICT: N_("The sources disagree. Settle the conflict first."),
    LockReason.NO_CONFLICT: N_("The sources agree: there is nothing to settle."),
    LockReason.NOT_OURS: N_("This order was not created here, so it is not ours to send."),
    LockReason.ALREADY_REGISTERED: N_("It is registered. Once is enough."),
    LockReason.ORDER_ID_TAKEN: N_(
        "The gateway says this OrderID is already used. It needs another one."
    ),
    LockReason.NOT_REGISTERED: N_("It has to be registered first."),
    LockReason.ALREADY_EXECUTED: N_("The payment is requested. Once is enough."),
    LockReason.NOT_EXECUTED: N_("The payment has to be requested first."),
    LockReason.TOKEN_LOST: N_(
        "The answer that held the token never arrived, and the gateway gives no second one."
        " The customer needs a new OrderID."
    ),
    LockReason.START_ELSEWHERE: N_(
        "The gateway's payment page is at another host than this shop's gateway address, so no"
        " customer is sent there. Correct the address, or ask the gateway before another OrderID is"
        " used."
    ),
    LockReason.GONE_FURTHER: N_(
        "The gateway says that this trade has gone further: it would refuse the request."
    ),
    LockReason.EXECUTED_ELSEWHERE: N_(
        "Another system has requested this payment and holds its Token: the customer may still pay"
        " there."
    ),
    LockReason.IN_DOUBT: N_(
        "It failed with a code under which money may have moved. Ask the gateway first."
    ),
    LockReason.FINAL: N_("The order has come to its end: no call can change it."),
    LockReason.NUMBER_UNUSED: N_(
        "The payment of this OrderID is not requested yet: it still serves."
    ),
    LockReason.NUMBER_IN_USE: N_(
        "This OrderID is paid, or can still be. With a second one the customer may pay twice."
    ),
}
"""Why an action is locked."""

NO_GATEWAY = N_("This shop has no gateway to ask: the sandbox is off.")
"""Why no call of a shop is possible at all."""

WORTH_SHOWING = frozenset(
    {
        LockReason.ANSWER_PENDING,
        LockReason.UNANSWERED,
        LockReason.CONFLICT,
        LockReason.NOT_OURS,
        LockReason.ORDER_ID_TAKEN,
        LockReason.TOKEN_LOST,
        LockReason.START_ELSEWHERE,
        LockReason.EXECUTED_ELSEWHERE,
        LockReason.GONE_FURTHER,
        LockReason.IN_DOUBT,
    }
)
"""The reasons a person has to know of; the others only say that it is too early or too late."""

CALLS: dict[Call, str] = {
    Call.ENTRY: N_("Registration"),
    Call.EXEC: N_("Payment request"),
    Call.SEARCH: N_("Lookup"),
    Call.START: N_("Start of the payment"),
}
"""The interface's calls as people call them."""

AUDITED: dict[str, str] = {
    "create": N_("The order was created"),
    "correct": N_("The values were corrected"),
    "callback-judged": N_("A callback was judged by hand"),
    "callback-kept": N_("A pasted result was kept"),
    "losses-seen": N_("Lost results were seen to"),
    "unproven-dismissed": N_("Unproven results were taken off the list"),
    "double-payment-seen": N_("The double payment was seen to"),
    "sandbox-orders-forgotten": N_("The sandbox's orders were forgotten"),
    "batch-started": N_("Lookups of many were started"),
    "batch-paused": N_("Lookups of many were paused"),
    "batch-resumed": N_("Lookups of many were resumed"),
    "batch-stopped": N_("Lookups of many were stopped"),
    "sample-history": N_("The sample history was written"),
    "results-imported": N_("Results were imported from a file"),
    "book-taken": N_("The shop's order list was taken"),
    "token-made": N_("A token was made"),
    "token-revoked": N_("A token was revoked"),
    "news-channel-made": N_("A channel for news was made"),
    "news-channel-ended": N_("A channel for news was ended"),
    **cases.AUDITED,
}
"""What people did, as far as it left no row of its own."""

PURPOSES: dict[Purpose, str] = {
    Purpose.OPERATOR: N_("a person"),
    Purpose.CONFIRM: N_("asked by this desk, about what a callback reported"),
    Purpose.RECHECK: N_("asked by this desk, because a lookup was due"),
}

ORIGINS: dict[Origin, str] = {
    Origin.CREATED: N_("created here"),
    Origin.LOOKUP: N_("met through a lookup"),
    Origin.CALLBACK: N_("met through a callback"),
}

CONFIRMATIONS: dict[Confirmation, str] = {
    Confirmation.AT_ONCE: N_("At once, by a lookup"),
    Confirmation.AFTER_AN_HOUR: N_("After 60 minutes, by a lookup"),
    Confirmation.NEVER: N_("Never by itself: an operator asks"),
}

SOURCES: dict[Source, str] = {
    Source.ENTRY: N_("by the answer to EntryTran"),
    Source.EXEC: N_("by the answer to ExecTran"),
    Source.CALLBACK: N_("by verified callback"),
    Source.LOOKUP: N_("by lookup"),
}
"""What a claim rests on."""

_SILENCES: dict[Source, str] = {
    Source.ENTRY: N_("no answer to EntryTran"),
    Source.EXEC: N_("no answer to ExecTran"),
}


def basis(source: Source, status: str | None) -> str:
    """What a claim rests on; an unknown status on the call that nobody has answered."""
    silence = _SILENCES.get(source) if (status or UNKNOWN) == UNKNOWN else None
    return silence or SOURCES[source]


LABELS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    NextStep: {step: words.title for step, words in STEPS.items()},
    LockReason: LOCKS,
    Call: CALLS,
    Purpose: PURPOSES,
    Origin: ORIGINS,
    Confirmation: CONFIRMATIONS,
    Role: ROLES,
    **cases.LABELS,
}
"""What each enum's values are called."""

WHYS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    NextStep: {step: words.why for step, words in STEPS.items()},
    Role: RIGHTS,
}
"""The sentence that follows, where there is one."""
