"""Call results: what one exchange tells of the trade, out of its outcome and its error codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

from app.gateway import Outcome
from app.protocol.error_catalogue import Trade, fault
from app.protocol.messages import Call, NotUnderstood, SearchAnswer, read_answer
from app.protocol.statuses import Status
from app.records.exchanges import WAITING, Exchange

NOT_REGISTERED = "M01004002"

_WHO_WE_ARE = {"ShopID", "ShopPass"}
# The address, or what the contract with the centre lacks.
_SETTINGS = {"E91099997", "NC2000002", "NC2000003", "NC2000004", "NC2000005"}
# The trade is not there, not ours, or in another state than we hold.
_ELSEWHERE = {NOT_REGISTERED, "M01054004", "M01058002", "M01058010"}


class CallResult(StrEnum):
    """What an exchange tells."""

    PENDING = "pending"  # the answer may still come
    NOT_SENT = "not-sent"  # nothing happened
    SILENCE = "silence"  # the call may have worked, or not
    DONE = "done"
    TAKEN = "taken"  # EntryTran: the OrderID is used already
    REQUESTED = "requested"  # ExecTran: the payment is asked for already
    MISSING = "missing"  # lookup: no such OrderID
    ELSEWHERE = "elsewhere"  # refused, since the trade is not as we hold it
    LATER = "later"  # refused for now: ask again later
    SETTINGS = "settings"  # refused for what stands in our settings or our contract
    REFUSED = "refused"  # refused for what was asked


MAY_HAVE_ASKED = frozenset({CallResult.DONE, CallResult.MISSING, CallResult.SILENCE})
"""What a lookup tells that has reached the gateway, or may have: the interval counts from it."""

_PLAIN: dict[str, CallResult] = {
    WAITING: CallResult.PENDING,
    Outcome.ANSWERED: CallResult.DONE,
    Outcome.NOT_SENT: CallResult.NOT_SENT,
}


def classify(exchange: Exchange) -> CallResult:
    """What this exchange tells. An error of which nobody knows what it did counts as silence."""
    return result_of(exchange.call, exchange.outcome, exchange.error_codes)


def result_of(call: Call, outcome: str, codes: Sequence[str]) -> CallResult:
    """What a call tells that ended so, with these error codes."""
    if outcome == Outcome.PROTOCOL_ERROR:
        return _refusal(call, codes)
    return _PLAIN.get(outcome, CallResult.SILENCE)


def last_answer(exchanges: Sequence[Exchange]) -> Exchange | None:
    """The last lookup to which the gateway said what it knows. The exchanges come oldest first."""
    answers = (
        exchange
        for exchange in reversed(exchanges)
        if exchange.call is Call.SEARCH
        and classify(exchange) in (CallResult.DONE, CallResult.MISSING)
    )
    return next(answers, None)


def last_asked(exchanges: Sequence[Exchange]) -> Exchange | None:
    """The last lookup that may have reached the gateway. The exchanges come oldest first."""
    asked = (
        exchange
        for exchange in reversed(exchanges)
        if exchange.call is Call.SEARCH and classify(exchange) in MAY_HAVE_ASKED
    )
    return next(asked, None)


def asked_about(exchanges: Sequence[Exchange], since: datetime | None) -> datetime | None:
    """When the gateway was last asked about what stands since then; None where it was not.

    A lookup that moved the claim, or raised the conflict, was heard when that began: it was asked
    before, and is about it all the same. Without `since` every lookup counts.
    """
    asked = last_asked(exchanges)
    if asked is None:
        return None
    heard_at = asked.answered_at or asked.asked_at
    return asked.asked_at if since is None or heard_at >= since else None


def found_by(lookup: Exchange) -> SearchAnswer | None:
    """The trade that a lookup, read with its bodies, found; None where it found none."""
    if lookup.call is not Call.SEARCH or not lookup.answer:
        return None
    try:
        answer = read_answer(Call.SEARCH, lookup.answer)
    except NotUnderstood:
        return None
    return answer if isinstance(answer, SearchAnswer) else None


def last_silence(exchanges: Sequence[Exchange]) -> Exchange | None:
    """The last call that changes a trade and went unanswered. The exchanges come oldest first."""
    silent = (
        exchange
        for exchange in reversed(exchanges)
        if exchange.call is not Call.SEARCH and classify(exchange) is CallResult.SILENCE
    )
    return next(silent, None)


def is_too_early(answer: Exchange, silence: Exchange | None, settle: timedelta) -> bool:
    """Whether a lookup's answer shows no trace of an unanswered call that may yet have worked.

    `settle` is the time after which such a call can no longer be at work. That a trade is
    registered is the trace of EntryTran, which needs no wait.
    """
    if silence is None or answer.asked_at - silence.asked_at >= settle:
        return False
    if silence.call is Call.ENTRY:
        return answer.said_status is None
    return answer.said_status in (None, Status.UNPROCESSED)


def unsent_in_a_row(exchanges: Sequence[Exchange]) -> int:
    """How many of the last calls never left. The exchanges come oldest first."""
    heard = (classify(exchange) for exchange in reversed(exchanges))
    return sum(1 for _ in takewhile(lambda one: one is CallResult.NOT_SENT, heard))


def _refusal(call: Call, codes: Iterable[str]) -> CallResult:
    faults = [fault(code) for code in codes]
    trades = {one.trade for one in faults}
    if trades == {Trade.EXISTS}:
        return CallResult.TAKEN
    if trades == {Trade.REQUESTED}:
        return CallResult.REQUESTED
    if trades != {Trade.UNCHANGED}:
        return CallResult.SILENCE
    if any(one.ask_again for one in faults):
        return CallResult.LATER
    if any(one.about in _WHO_WE_ARE or one.code in _SETTINGS for one in faults):
        return CallResult.SETTINGS
    if any(one.code in _ELSEWHERE for one in faults):
        return CallResult.MISSING if call is Call.SEARCH else CallResult.ELSEWHERE
    return CallResult.REFUSED
