"""What is shown as a badge: each value's word, icon and tone, and what it means.

Keyed by the values themselves, so that a row's text and an enum find the same mark.
"""

from collections.abc import Mapping
from typing import NamedTuple

from app.desk.actions import Action
from app.desk.callbacks.verification import Tag
from app.desk.gateway_calls.send import Outcome
from app.desk.status.groups import is_not_registered
from app.protocol.checkstring import Verdict
from app.protocol.statuses import Relation, Status
from app.protocol.words import N_, say
from app.records.attention import Kind
from app.records.changes import Change, Effect
from app.records.exchanges import WAITING
from app.records.orders import UNKNOWN, Order
from app.records.shops import Environment


class Mark(NamedTuple):
    """A word with its icon. `tone` is good, bad, warn, wait or calm; `meaning` a sentence or ""."""

    label: str
    icon: str
    tone: str = "calm"
    meaning: str = ""

    def said(self, language: str) -> "Mark":
        """The mark in a language."""
        meaning = say(language, self.meaning)
        return self._replace(label=say(language, self.label), meaning=meaning)


Marks = Mapping[str, Mark]

STATUSES: Marks = {
    Status.UNPROCESSED: Mark(N_("Registered"), "circle-dashed"),
    Status.REQSUCCESS: Mark(N_("Requested"), "send", "wait"),
    Status.PAYSTART: Mark(N_("Customer is paying"), "hourglass", "wait"),
    Status.PAYSUCCESS: Mark(N_("Paid"), "circle-check", "good"),
    Status.PAYFAIL: Mark(N_("Not paid"), "circle-x", "bad"),
    Status.EXPIRED: Mark(N_("Expired"), "clock"),
    UNKNOWN: Mark(N_("Unknown"), "question-mark", "warn"),
}

NOT_REGISTERED = Mark(N_("Not registered"), "circle-dashed")
"""An order of unknown status of which we know why: the gateway has no trade of it."""


def held_mark(order: Order) -> Mark:
    """What we hold of an order."""
    return NOT_REGISTERED if is_not_registered(order) else STATUSES[order.status]


MONEY: Marks = {
    "reported": Mark(
        N_("Reported"),
        "receipt",
        "wait",
        N_(
            "It is said to be paid. The amount is not proven until a lookup agrees with what we"
            " sent."
        ),
    ),
    "confirmed": Mark(
        N_("Confirmed"),
        "rosette-discount-check",
        "good",
        N_("The gateway's lookup says so, and the amount is the one we hold."),
    ),
}
"""How far the money of a paid order is proven."""

NOT_JUDGED = Mark(N_("Not judged yet"), "hourglass", "wait")
VERDICTS: Marks = {
    Verdict.VERIFIED: Mark(N_("Verified"), "shield-check", "good"),
    Verdict.MISMATCH: Mark(N_("CheckString does not match"), "shield-x", "bad"),
    Verdict.NO_CHECKSTRING: Mark(N_("No CheckString"), "shield-question", "warn"),
    Verdict.UNKNOWN_SHOP: Mark(N_("Unknown shop"), "building-store", "warn"),
    Verdict.MALFORMED: Mark(N_("Malformed"), "file-broken", "warn"),
}

TAGS: Marks = {
    Tag.DUPLICATE: Mark(N_("Repeat"), "copy-check"),
    Tag.CONFLICT: Mark(N_("Conflict"), "arrows-split-2", "bad"),
    Tag.UNKNOWN_ORDER: Mark(N_("Unknown order"), "question-mark", "warn"),
    Tag.LATE: Mark(N_("Late"), "clock"),
    Tag.COPY: Mark(N_("Copy from the shop"), "building-store"),
    Tag.IMPORT: Mark(N_("From a file"), "file-text"),
    Tag.EXTRA_PARAMETERS: Mark(N_("Extra parameters"), "plus"),
    Tag.REPEATED_PARAMETERS: Mark(N_("Repeated parameters"), "copy-check"),
}

OUTCOMES: Marks = {
    WAITING: Mark(N_("Waiting for the answer"), "hourglass", "wait"),
    Outcome.ANSWERED: Mark(N_("Answered"), "check", "good"),
    Outcome.PROTOCOL_ERROR: Mark(N_("Refused by the gateway"), "ban", "bad"),
    Outcome.NOT_SENT: Mark(N_("Not sent"), "wifi-off"),
    Outcome.NO_ANSWER: Mark(N_("No answer"), "clock", "warn"),
    Outcome.CUT_OFF: Mark(N_("Answer cut off"), "plug", "warn"),
    Outcome.HTTP_ERROR: Mark(N_("HTTP error"), "alert-circle", "warn"),
    Outcome.NOT_UNDERSTOOD: Mark(N_("Answer not understood"), "file-broken", "warn"),
}

ENVIRONMENTS: Marks = {
    Environment.SANDBOX: Mark(N_("Sandbox"), "flask", meaning=N_("Simulated gateway, no money")),
    Environment.TEST: Mark(N_("Test"), "plug", meaning=N_("The gateway's test environment")),
    Environment.PRODUCTION: Mark(
        N_("Production"), "cash", meaning=N_("Real customers, real money")
    ),
}

ALERTS: Marks = {
    "info": Mark(N_("Information"), "info-circle"),
    "success": Mark(N_("Done"), "circle-check"),
    "warning": Mark(N_("Careful"), "alert-triangle"),
    "danger": Mark(N_("Problem"), "alert-circle"),
}

EFFECTS: Marks = {
    Effect.MOVED: Mark(N_("The status moved"), "arrow-right", "wait"),
    Effect.CONFIRMED: Mark(N_("The payment was confirmed"), "rosette-discount-check", "good"),
    Effect.WENT_UNKNOWN: Mark(N_("The status went unknown"), "question-mark", "warn"),
    Effect.NOT_REGISTERED: Mark(N_("The gateway has no such order"), "arrow-right", "wait"),
    Effect.CONFLICT: Mark(N_("A conflict was raised"), "arrows-split-2", "bad"),
    Effect.SETTLED: Mark(N_("The conflict was settled"), "user", "wait"),
}
"""What a source's word, or a person's, did to the claim."""

SAID_THE_SAME = Mark(N_("The gateway says the same"), "check")


def effect_mark(change: Change) -> Mark:
    """What a change did. Only a payment is confirmed: else a lookup has just said the same."""
    if change.effect is Effect.CONFIRMED and change.to_status != Status.PAYSUCCESS:
        return SAID_THE_SAME
    return EFFECTS[change.effect]


RELATIONS: Marks = {
    Relation.FURTHER: Mark(N_("moved on"), "arrow-right", "wait"),
    Relation.LAGS: Mark(N_("lags behind"), "history", "warn"),
    Relation.CONTRADICTS: Mark(N_("differs"), "arrows-split-2", "bad"),
}
"""How the gateway's word stands to what we held, where it is not the same."""

ATTENTION: Marks = {
    Kind.DOUBLE_PAYMENT: Mark(N_("Paid twice"), "copy-check", "bad"),
    Kind.CONFLICT: Mark(N_("Sources disagree"), "arrows-split-2", "bad"),
    Kind.UNPROVEN: Mark(N_("Unproven result"), "shield-question", "bad"),
    Kind.UNANSWERED: Mark(N_("Status unknown"), "question-mark", "warn"),
    Kind.FIRST_MET: Mark(N_("Unknown order"), "question-mark", "warn"),
    Kind.LOST: Mark(N_("Not stored"), "alert-circle", "bad"),
    Kind.BURST: Mark(N_("Refusals"), "shield-x", "warn"),
    Kind.UNPROVEN_COPY: Mark(N_("Unproven copies"), "shield-question", "warn"),
    Kind.CASE_REOPENED: Mark(N_("Case reopened"), "lock-open", "bad"),
    Kind.CASE_OVERDUE: Mark(N_("Case overdue"), "clock", "warn"),
    Kind.REFUND: Mark(N_("Refund to approve"), "users", "warn"),
}
"""Why something needs a person."""

ACTIONS: Marks = {
    Action.REGISTER: Mark(N_("Register"), "file-text"),
    Action.EXECUTE: Mark(N_("Request the payment"), "send"),
    Action.LAUNCH: Mark(N_("Open the payment page"), "external-link"),
    Action.LOOK_UP: Mark(N_("Ask the gateway"), "world-search"),
    Action.NEW_NUMBER: Mark(N_("Try again with a new OrderID"), "plus"),
    Action.SETTLE: Mark(N_("Settle the conflict"), "arrows-split-2"),
}
"""An action as its button shows it."""
