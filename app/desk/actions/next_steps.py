"""Which step is recommended: the first row whose condition holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.desk.actions.facts import Facts
from app.desk.actions.vocabulary import NextStep
from app.desk.status.call_results import CallResult
from app.desk.status.groups import FAILED
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.protocol.statuses import Status
from app.records.orders import Source

LEFT_TO_THE_DESK = timedelta(seconds=10)
"""How long a lookup that has become due is the desk's own, before a person is told to ask."""


@dataclass(frozen=True)
class Row:
    """A step, when it is the right one, and (where it is one for later) from when."""

    when: Callable[[Facts], bool]
    step: NextStep
    due: Callable[[Facts], datetime | None] = lambda _: None


def _asked_too_early(facts: Facts) -> bool:
    """Whether a lookup found no trace of an unanswered call that may still be at work."""
    asked, settles_at = facts.asked_since, facts.settles_at
    if asked is None or settles_at is None or facts.now >= settles_at:
        return False
    return asked.heard in (CallResult.DONE, CallResult.MISSING)


def _dispute_unasked(facts: Facts) -> bool:
    """Whether the gateway is to be asked about a conflict before a person settles it."""
    return facts.lookup_is_due or (facts.disputed_unasked and not _asks_again(facts))


def _waits_for_silence(facts: Facts) -> bool:
    """Whether the gateway has answered while an unanswered call may still be at work."""
    until = facts.silent_until
    return facts.answer_too_early and until is not None and facts.now < until


def _asks_again(facts: Facts) -> bool:
    """Whether the desk itself has asked in vain, and will again an interval after that."""
    lookup, due_at = facts.lookup, facts.lookup_due_at
    if lookup is None or due_at is None:
        return False
    return due_at >= lookup.asked_at + LOOKUP_INTERVAL


def _lags(facts: Facts) -> bool:
    """Whether the gateway has not yet heard of a reported payment, and is not to be asked yet."""
    asked = facts.asked_since
    waits = facts.lookup_free_at is not None
    return waits and asked is not None and asked.heard is CallResult.DONE


def _agreed(facts: Facts) -> bool:
    return facts.asked_since is not None and facts.asked_since.said == facts.status


def _out_of_step(facts: Facts) -> bool:
    """Whether ExecTran was told that the trade is not as we hold it, and nobody has asked since."""
    execution, lookup = facts.execution, facts.lookup
    if execution is None or execution.heard is not CallResult.ELSEWHERE:
        return False
    return lookup is None or lookup.asked_at < execution.asked_at


def _refused_for_settings(facts: Facts) -> bool:
    return facts.last is not None and facts.last.heard is CallResult.SETTINGS


def _adopted(facts: Facts) -> bool:
    """Whether a lookup found what our own EntryTran was never told: one answered needs none."""
    told = facts.entry is not None and facts.entry.heard is CallResult.DONE
    unheard = facts.entry_silent and not told
    return facts.source is Source.LOOKUP and facts.execution is None and unheard


def _unproven(facts: Facts) -> bool:
    """Whether to ask about results that prove nothing; after silence one asks anyway."""
    return facts.unproven and not facts.unanswered


def _unprocessed(facts: Facts) -> bool:
    return facts.status == Status.UNPROCESSED


STEPS: tuple[Row, ...] = (
    Row(lambda f: f.pending, NextStep.WAIT_FOR_ANSWER),
    Row(lambda f: f.conflict is not None and _dispute_unasked(f), NextStep.ASK_GATEWAY),
    Row(
        lambda f: f.conflict is not None and _waits_for_silence(f),
        NextStep.WAIT_UNTIL_DUE,
        lambda f: f.silent_until,
    ),
    Row(lambda f: f.conflict is not None and f.answer_too_early, NextStep.ASK_GATEWAY),
    Row(lambda f: f.conflict is not None, NextStep.SETTLE_CONFLICT),
    # Paid, or never to be paid.
    Row(lambda f: f.reported and _refused_for_settings(f), NextStep.FIX_SETTINGS),
    # Where we hold no amount there is nothing to confirm it with.
    Row(lambda f: f.reported and _agreed(f), NextStep.NOTHING),
    Row(lambda f: f.reported and _lags(f), NextStep.WAIT_UNTIL_DUE, lambda f: f.lookup_free_at),
    Row(lambda f: f.reported, NextStep.CONFIRM_BY_LOOKUP),
    Row(lambda f: f.status == Status.PAYSUCCESS, NextStep.NOTHING),
    Row(lambda f: f.in_doubt and _refused_for_settings(f), NextStep.FIX_SETTINGS),
    Row(lambda f: f.in_doubt, NextStep.ASK_GATEWAY),
    Row(lambda f: f.status in FAILED and f.lookup_is_due, NextStep.ASK_GATEWAY),
    # A result came that proves nothing: it may have been a payment.
    Row(lambda f: _unproven(f) and _refused_for_settings(f), NextStep.FIX_SETTINGS),
    Row(
        # Asked already, in vain: the interval holds for a person as well.
        lambda f: _unproven(f) and f.lookup_free_at is not None,
        NextStep.WAIT_UNTIL_DUE,
        lambda f: f.lookup_free_at,
    ),
    Row(_unproven, NextStep.ASK_GATEWAY),
    Row(lambda f: f.status in FAILED and f.ours, NextStep.NEW_ORDER_ID),
    Row(lambda f: f.status in FAILED, NextStep.NOTHING),
    Row(_refused_for_settings, NextStep.FIX_SETTINGS),
    # A call went unanswered.
    Row(_asked_too_early, NextStep.WAIT_UNTIL_DUE, lambda f: f.settles_at),
    Row(lambda f: f.unanswered, NextStep.ASK_GATEWAY),
    # Nobody has told us the status.
    Row(lambda f: f.unknown and not f.ours and f.settled, NextStep.NOTHING),
    Row(
        # Asked before a callback made it an order here.
        lambda f: f.unknown and not f.ours and f.lookup_free_at is not None,
        NextStep.WAIT_UNTIL_DUE,
        lambda f: f.lookup_free_at,
    ),
    Row(lambda f: f.unknown and not f.ours, NextStep.ASK_GATEWAY),
    Row(lambda f: f.taken, NextStep.NEW_ORDER_ID),
    Row(lambda f: f.unknown and f.entry is None, NextStep.REGISTER),
    Row(lambda f: f.unknown and f.refused, NextStep.CORRECT_VALUES),
    Row(lambda f: f.unknown, NextStep.REGISTER_AGAIN),
    # Registered.
    Row(lambda f: _unprocessed(f) and not f.ours, NextStep.NOTHING),
    Row(lambda f: _unprocessed(f) and not f.has_access, NextStep.NEW_ORDER_ID),
    # The gateway would refuse the request: it says that there has been one.
    Row(lambda f: f.kept_against and f.lookup_is_due, NextStep.ASK_GATEWAY),
    Row(lambda f: f.kept_against, NextStep.WAIT_UNTIL_DUE, lambda f: f.lookup_due_at),
    Row(lambda f: _unprocessed(f) and _adopted(f), NextStep.ADOPT_AND_EXECUTE),
    Row(lambda f: _unprocessed(f) and f.execution is None, NextStep.EXECUTE),
    Row(lambda f: _unprocessed(f) and _out_of_step(f), NextStep.ASK_GATEWAY),
    # The gateway calls it unprocessed, and refuses it twice as no trade of ours.
    Row(lambda f: _unprocessed(f) and f.out_of_step > 1, NextStep.NEW_ORDER_ID),
    Row(lambda f: _unprocessed(f) and f.refused, NextStep.CORRECT_VALUES),
    Row(_unprocessed, NextStep.EXECUTE_AGAIN),
    # The customer can pay.
    Row(lambda f: f.token_lost, NextStep.NEW_ORDER_ID),
    Row(
        lambda f: f.token_useless and f.answered_since is None,
        NextStep.CHECK_ADDRESS,
        lambda f: f.lookup_due_at,
    ),
    Row(lambda f: f.token_useless, NextStep.NEW_ORDER_ID),
    Row(lambda f: f.lookup_is_due, NextStep.ASK_GATEWAY),
    Row(
        lambda f: f.ours and f.status == Status.REQSUCCESS and f.has_token and not f.launched,
        NextStep.SEND_CUSTOMER,
        lambda f: f.lookup_due_at,
    ),
    Row(lambda _: True, NextStep.WAIT_FOR_CUSTOMER, lambda f: f.lookup_due_at),
)


ASKS = (NextStep.ASK_GATEWAY, NextStep.CONFIRM_BY_LOOKUP)
"""The steps by which the gateway is asked."""


STARTS_ANEW = (NextStep.NEW_ORDER_ID, NextStep.CORRECT_VALUES)
"""The steps by which a customer is asked to pay once more."""

_OTHER_TRY = Row(lambda f: f.other_try, NextStep.OTHER_TRY)


def step_of(facts: Facts) -> Row:
    """The row that holds. Nobody who has paid, or is about to, is to be asked a second time."""
    row = next(row for row in STEPS if row.when(facts))
    return _OTHER_TRY if row.step in STARTS_ANEW and _OTHER_TRY.when(facts) else row


def left_to_the_desk(facts: Facts) -> bool:
    """Whether a lookup has just become due: the desk itself asks in a moment."""
    due_at = facts.lookup_due_at
    return due_at is not None and timedelta() <= facts.now - due_at < LEFT_TO_THE_DESK
