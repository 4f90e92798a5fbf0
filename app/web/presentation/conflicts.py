"""What a conflict is called, what it means, and what each way out leads to.

Chosen by the report that raised it. Two sentences each: a title that stands in lists as well, and
why it matters or what to do. A title says paid only where the report does, and speaks of a callback
only where one came.
"""

from __future__ import annotations

from app.desk.actions.disputes import Compared, Dispute
from app.desk.actions.settle_conflict import Outcome
from app.protocol.statuses import FAILED, UNDER_WAY, Status
from app.protocol.words import N_
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source
from app.web.presentation.labels import Step

_ANY = Step(
    N_("Sources disagree"),
    N_("The earlier claim stays first until a person decides."),
)

_GONE_THOUGH_PAID = Step(
    N_("We hold it as paid, but the gateway has no such order"),
    N_(
        "It had answered for this order before. Deliver nothing on it, and see whether the shop's"
        " environment and the gateway's address belong together."
    ),
)
_GONE = Step(
    N_("The gateway has no such order any more"),
    N_("It had answered for this order before. A lookup now finds none with this OrderID."),
)
_PAID_AFTER_ALL = Step(
    N_("A callback says paid, after the payment had failed or expired"),
    N_("Money can follow a failure. A callback does not prove the amount: a lookup does."),
)
_NOT_PAID_AFTER_ALL = Step(
    N_("A callback says not paid, though we hold it as paid"),
    N_("One cannot have become the other. Deliver nothing before the gateway has been asked."),
)
_ANOTHER_END = Step(
    N_("A callback names another end than we hold"),
    N_("Neither of the two is a payment."),
)
_GATEWAY_SAYS_PAID = Step(
    N_("The gateway says paid, though we hold something else"),
    N_(
        "Its lookup says so. Until you decide, no total counts it; the customer must not pay again."
    ),
)
_GATEWAY_SAYS_NOT_PAID = Step(
    N_("The gateway says not paid, though we hold it as paid"),
    N_("Its lookup says so. Deliver nothing before this is settled."),
)
_GATEWAY_NAMES_ANOTHER_END = Step(
    N_("The gateway names another end than we hold"),
    N_("Neither of the two is a payment."),
)


def _status(it: Dispute) -> Step:
    if it.missing:
        return _GONE_THOUGH_PAID if it.held_paid else _GONE
    if it.source is Source.CALLBACK:
        if it.says_paid:
            return _PAID_AFTER_ALL
        return _NOT_PAID_AFTER_ALL if it.held_paid else _ANOTHER_END
    if it.says_paid:
        return _GATEWAY_SAYS_PAID
    return _GATEWAY_SAYS_NOT_PAID if it.held_paid else _GATEWAY_NAMES_ANOTHER_END


_PAID_OTHERWISE = Step(
    N_("Paid, but with another amount than ours"),
    N_("The gateway's lookup says so: Amount or Tax differ. No total counts this order."),
)
_HELD_OTHERWISE = Step(
    N_("The gateway holds another amount than ours"),
    N_("Amount or Tax of its lookup differ. It does not call the order paid."),
)
_PAID_IN_ANOTHER_CURRENCY = Step(
    N_("Paid, but in another currency"),
    N_(
        "The figures of the gateway's lookup are ours, its Currency is not yen: they prove nothing."
    ),
)
_ANOTHER_CURRENCY = Step(
    N_("The gateway names another currency"),
    N_(
        "The figures of its lookup are ours, its Currency is not yen. It does not call the order"
        " paid."
    ),
)
_PAID_AS_SENT = Step(
    N_("Now paid with our amount, says the gateway"),
    N_("An earlier lookup had named another one. See what became of that before you decide."),
)


def _amount(it: Dispute) -> Step:
    match it.figures:
        case Compared.SAME:
            return _PAID_AS_SENT
        case Compared.NOT_YEN:
            return _PAID_IN_ANOTHER_CURRENCY if it.says_paid else _ANOTHER_CURRENCY
        case _:
            return _PAID_OTHERWISE if it.says_paid else _HELD_OTHERWISE


_CALLED_PAID_UNASKED = Step(
    N_("A callback says paid, though we never requested a payment"),
    N_(
        "It is verified, which does not prove the amount. Another system may have requested the"
        " payment with this OrderID: a lookup tells."
    ),
)
_CALLED_FAILED_UNASKED = Step(
    N_("A callback says not paid, for a payment that we never requested"),
    N_(
        "It is verified: another system has requested the payment, or somebody else has the shop's"
        " password. A lookup tells."
    ),
)
_PAID_UNASKED = Step(
    N_("Paid, though we never requested a payment"),
    N_(
        "The gateway's lookup says so: another system has requested the payment with this OrderID."
        " The customer must not pay again."
    ),
)
_REQUESTED_ELSEWHERE = Step(
    N_("Another system has requested this payment"),
    N_(
        "The gateway's lookup says that it is requested; this desk never did that. The customer may"
        " be about to pay there."
    ),
)
_FAILED_ELSEWHERE = Step(
    N_("Another system requested this payment, and it is not paid"),
    N_("The gateway's lookup says so; this desk never requested a payment for this OrderID."),
)


def _never_executed(it: Dispute) -> Step:
    if it.source is Source.CALLBACK:
        return _CALLED_PAID_UNASKED if it.says_paid else _CALLED_FAILED_UNASKED
    if it.says_paid:
        return _PAID_UNASKED
    return _FAILED_ELSEWHERE if it.said in FAILED else _REQUESTED_ELSEWHERE


_PAID_BY_NOW = Step(
    N_("The gateway says paid by now"),
    N_("Its earlier lookups had said less than we hold. See which of them to believe."),
)
_PAYMENT_NOT_HEARD_OF = Step(
    N_("We hold it as paid, but the gateway has not heard of it"),
    N_(
        "Two lookups, 60 minutes or more apart, do not call it paid. Deliver nothing before this is"
        " settled."
    ),
)
_REQUEST_NOT_HEARD_OF = Step(
    N_("The gateway does not know of the payment request"),
    N_(
        "As we hold it, the request had worked. Two lookups, 60 minutes or more apart, call the"
        " order registered only."
    ),
)
_SAYS_LESS = Step(
    N_("The gateway still says less than we hold"),
    N_("Two lookups, 60 minutes or more apart, say the same."),
)


def _lagging(it: Dispute) -> Step:
    if it.says_paid:
        return _PAID_BY_NOW
    if it.held_paid:
        return _PAYMENT_NOT_HEARD_OF
    return _REQUEST_NOT_HEARD_OF if it.said == Status.UNPROCESSED else _SAYS_LESS


_NEVER_REGISTERED = Step(
    N_("A verified callback, but the gateway does not know this order"),
    N_(
        "Whoever made the callback had this shop's password, yet the gateway in the shop's"
        " settings has no such OrderID. Deliver nothing on it. See whether the shop's"
        " environment and the gateway's address belong together; if they do, somebody else"
        " has the password: have it changed."
    ),
)
_REGISTERED_AFTER_ALL = Step(
    N_("The gateway knows the order after all, and says paid"),
    N_("An earlier lookup had not found it. See that the amount is the one agreed."),
)


def _not_registered(it: Dispute) -> Step:
    return _NEVER_REGISTERED if it.missing else _REGISTERED_AFTER_ALL


_SOMEBODY_ELSES = N_("The OrderID is somebody else's at the gateway")
_SOMEBODY_ELSES_PAID = N_("Somebody else's trade with this OrderID is paid")
_FOREIGN: dict[Compared, str] = {
    Compared.OTHER: N_("The trade that its lookup found has another amount than we sent."),
    Compared.NOT_YEN: N_(
        "The trade that its lookup found has our figures, but in another currency than yen."
    ),
    Compared.SAME: N_(
        "The trade that its lookup found has our amount, but no call of ours can have registered"
        " it: another system did, for the same goods perhaps."
    ),
}


_IN_ITS_PLACE = Step(
    N_("The gateway holds another trade under this OrderID"),
    N_(
        "Its AccessID is not the one that we hold: the gateway has lost our trade, and the OrderID"
        " has been registered again since."
    ),
)
_PAID_IN_ITS_PLACE = Step(
    N_("Another trade under this OrderID is paid"),
    N_(
        "Its AccessID is not the one that we hold: the gateway has lost our trade, and the OrderID"
        " has been registered again since. The customer must not pay again."
    ),
)


def _foreign(it: Dispute) -> Step:
    if it.another:
        return _PAID_IN_ITS_PLACE if it.says_paid else _IN_ITS_PLACE
    title = _SOMEBODY_ELSES_PAID if it.says_paid else _SOMEBODY_ELSES
    return Step(title, _FOREIGN.get(it.figures, _ANY.why))


_BY_KIND = {
    Conflict.STATUS: _status,
    Conflict.AMOUNT: _amount,
    Conflict.NEVER_EXECUTED: _never_executed,
    Conflict.LAGGING: _lagging,
    Conflict.NOT_REGISTERED: _not_registered,
    Conflict.FOREIGN: _foreign,
}


def conflict_words(dispute: Dispute | None) -> Step:
    """The words of a conflict; of one whose cause is not at hand, only that it is one."""
    return _BY_KIND[dispute.conflict](dispute) if dispute else _ANY


_NOT_OURS_EITHER_WAY = N_("The trade is not ours all the same: a new OrderID is needed.")
_FREE_AGAIN = N_("The same OrderID may be registered again.")
_NO_MORE = N_("This desk asks no more about it by itself.")
_NEVER_CONFIRMED = N_("Its amount stays unconfirmed, and in no total.")
_CAN_BE_PAID = N_("The customer can still pay: this desk asks again in 60 minutes.")
_CAN_BE_REQUESTED = N_("Its payment can be requested here.")
_ANOTHER_TRY = N_("For another try, a new OrderID can be opened.")
_LEFT_TO_OTHERS = N_("The trade is left to whoever registered it: a new OrderID is needed.")
_REFUSED_HERE = N_(
    "The gateway will refuse a payment request from here: another system has made one."
)
_SEEN = N_("The figures that the gateway named count as seen.")
_GOES_ON = N_("This desk goes on asking the gateway about it.")


def believing(order: Order, outcome: Outcome) -> str:
    """What it leads to, besides the status, that the gateway's lookup is believed."""
    if outcome.status == Status.PAYSUCCESS:
        return "" if outcome.confirmed else _NEVER_CONFIRMED
    if order.conflict is Conflict.FOREIGN and not outcome.confirmed:
        return _NOT_OURS_EITHER_WAY
    if order.origin is not Origin.CREATED:
        return _NO_MORE
    if outcome.status == UNKNOWN:
        return _FREE_AGAIN
    if outcome.status in UNDER_WAY:
        return _CAN_BE_PAID
    return _ANOTHER_TRY if outcome.status in FAILED else _CAN_BE_REQUESTED


def keeping(order: Order, outcome: Outcome) -> str:
    """What it leads to, besides the status, that the claim is kept."""
    if order.conflict is Conflict.NEVER_EXECUTED and outcome.comes_back:
        return _REFUSED_HERE
    if order.conflict is Conflict.FOREIGN and order.access_id is None:
        return _LEFT_TO_OTHERS
    if order.conflict is Conflict.AMOUNT:
        return _SEEN
    asked_no_more = order.conflict is Conflict.NOT_REGISTERED or order.status == Status.PAYSUCCESS
    return _NO_MORE if asked_no_more else _GOES_ON
