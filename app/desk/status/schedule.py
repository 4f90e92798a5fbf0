"""Schedule: when the desk itself asks the gateway about an order. One table, and pure.

`lookup_due_at` of an order is what this table says and means one thing: from that moment on the
desk asks by itself; None: it does not. The shop's policy and the gateway's interval are in it.
What a person is told to do is another matter (`actions.next_steps`): people may ask sooner.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.desk.status.groups import FAILED, UNDER_WAY, Standing
from app.protocol.statuses import Status
from app.records.orders import UNKNOWN
from app.records.shops import Confirmation

LOOKUP_INTERVAL = timedelta(minutes=60)
"""The least time between two lookups of one order (Interface 3.1.1)."""

CONFIRMED_LATER = timedelta(minutes=60)
"""How long after the report a shop's AFTER_AN_HOUR confirms it."""


NOT_SENT_AGAIN, NOT_SENT_AT_MOST = timedelta(minutes=1), timedelta(minutes=10)
"""How soon a lookup that never left is tried again; the pause doubles up to the second."""

KEEP_ASKING = timedelta(days=30)
"""How long an order is asked about. Assumed: No payment term is longer than 30 days."""


class Event(StrEnum):
    """What has just happened to an order."""

    MET_BY_CALLBACK = "met-by-callback"  # a verified callback named a number that was no order
    CALLBACK_MOVED = "callback-moved"
    CALLBACK_CONFLICTED = "callback-conflicted"
    CALLBACK_DOUBTED = "callback-doubted"  # a failure under which money may have moved
    CALLBACK_PAID = "callback-paid"  # it agrees, or is older than the failure that stands
    CALLBACK_AGREED = "callback-agreed"  # or changed nothing for another reason
    # The callbacks that an order was met by speak once more, after its first lookup.
    RECALL_MOVED = "recall-moved"
    RECALL_CONFLICTED = "recall-conflicted"
    ANSWER_MOVED = "answer-moved"  # EntryTran or ExecTran was answered
    ANSWER_LATE = "answer-late"  # the claim had gone further meanwhile
    SILENCE = "silence"  # EntryTran or ExecTran went unanswered
    LOOKUP_SENT = "lookup-sent"  # by the desk itself
    LOOKUP_ASKED = "lookup-asked"  # by a person
    LOOKUP_NOT_SENT = "lookup-not-sent"  # the gateway could not be reached
    LOOKUP_PUT_OFF = "lookup-put-off"  # it was due and could not be begun
    LOOKUP_OPEN = "lookup-open"  # its answer is a status that is not final: it moves, agrees, lags
    LOOKUP_FINAL = "lookup-final"  # its answer is a final status: it moves or agrees
    LOOKUP_DISPUTED = "lookup-disputed"  # it raises a conflict, or one stands whatever it says
    NOT_FOUND = "not-found"  # no such order, and that was the last word
    NOT_FOUND_YET = "not-found-yet"  # no such order, but that says nothing (yet)
    NOTIFIED = "notified"  # a notification that is `worth_asking` about
    BELIEVED = "believed"  # a person believes the gateway's last lookup
    KEPT = "kept"  # a person keeps what we had
    POLICY_CHANGED = "policy-changed"  # the shop's, while something reported waits


class Moments(NamedTuple):
    """The times that a row of the schedule may look at, all UTC.

    `at`: when it happened (LOOKUP_PUT_OFF, LOOKUP_NOT_SENT: until when; POLICY_CHANGED: when what
    waits was reported). `asked_at`: when the call that it is about was asked, or the last lookup.
    `since`: when the claim was accepted. `due_at`: when a lookup was due before.
    """

    at: datetime
    asked_at: datetime | None = None
    since: datetime | None = None
    due_at: datetime | None = None


Rule = Callable[[Moments, Confirmation], datetime | None]


def _never(_: Moments, __: Confirmation) -> datetime | None:
    return None


def _as_before(m: Moments, _: Confirmation) -> datetime | None:
    return m.due_at


def _interval(m: Moments, _: Confirmation) -> datetime | None:
    return (m.asked_at or m.at) + LOOKUP_INTERVAL


def _after_silence(m: Moments, _: Confirmation) -> datetime | None:
    # A person is told to ask at once, and may; by itself the desk keeps the interval.
    return max(m.at, m.since + LOOKUP_INTERVAL) if m.since else m.at


def _policy(m: Moments, policy: Confirmation) -> datetime | None:
    match policy:
        case Confirmation.AT_ONCE:
            return m.at
        case Confirmation.AFTER_AN_HOUR:
            return m.at + CONFIRMED_LATER
        case Confirmation.NEVER:
            return None


def _interval_unless_never(m: Moments, policy: Confirmation) -> datetime | None:
    return None if policy is Confirmation.NEVER else _interval(m, policy)


def _goes_on(m: Moments, policy: Confirmation) -> datetime | None:
    """As before, and an interval after the last lookup where nothing was due any more."""
    return m.due_at or max(m.at, _interval(m, policy) or m.at)


def _after_the_person(m: Moments, policy: Confirmation) -> datetime | None:
    return max(filter(None, (m.due_at, _interval(m, policy)))) if m.due_at else None


def _put_off(m: Moments, _: Confirmation) -> datetime | None:
    return max(m.due_at, m.at) if m.due_at else None


def _free_at(m: Moments) -> datetime:
    """As soon as the interval after the last lookup is over, answered or not."""
    return max(m.at, m.asked_at + LOOKUP_INTERVAL) if m.asked_at else m.at


def _free_if_due(m: Moments, _: Confirmation) -> datetime | None:
    return _free_at(m) if m.due_at else None


def _sooner(rule: Rule) -> Rule:
    """By `rule`, counted from when the interval is over, unless a lookup is due before that."""

    def soonest(m: Moments, policy: Confirmation) -> datetime | None:
        wished = rule(Moments(_free_at(m), since=m.since), policy)
        return min((at for at in (wished, m.due_at) if at), default=None)

    return soonest


def _at(m: Moments, _: Confirmation) -> datetime | None:
    return m.at


def _policy_and_interval(m: Moments, policy: Confirmation) -> datetime | None:
    wished = _policy(m, policy)
    return max(wished, _free_at(m)) if wished else None


_S = Standing


def _row(otherwise: Rule, rules: Mapping[Standing, Rule] | None = None) -> Mapping[Standing, Rule]:
    return dict.fromkeys(Standing, otherwise) | dict(rules or {})


SCHEDULE: Mapping[Event, Mapping[Standing, Rule]] = {
    # The standing is the one after the event.
    Event.MET_BY_CALLBACK: _row(_as_before, {_S.FIRST_MET: _policy}),
    Event.CALLBACK_MOVED: _row(_never, {_S.PAID: _policy}),
    Event.CALLBACK_CONFLICTED: _row(
        _policy,
        {
            _S.NEVER_SENT: _never,
            _S.WENT_UNKNOWN: _after_silence,
            _S.EXEC_UNANSWERED: _after_silence,
        },
    ),
    # Whatever the shop's policy: until then nobody may be told to pay again.
    Event.CALLBACK_DOUBTED: _row(_as_before, {_S.FAILED: _at}),
    # What came earlier contradicts nothing; but money is asked about.
    Event.CALLBACK_PAID: _row(_as_before, {_S.FAILED: _at}),
    Event.CALLBACK_AGREED: _row(_as_before),
    # The gateway has just been asked: what lags behind a callback is asked about an hour later.
    Event.RECALL_MOVED: _row(_never, {_S.PAID: _interval_unless_never}),
    Event.RECALL_CONFLICTED: _row(_never),
    Event.ANSWER_MOVED: _row(_as_before, {_S.REGISTERED: _never, _S.UNDER_WAY: _interval}),
    Event.ANSWER_LATE: _row(_as_before),
    Event.SILENCE: _row(
        _as_before, {_S.WENT_UNKNOWN: _after_silence, _S.EXEC_UNANSWERED: _after_silence}
    ),
    # Should no answer come, the next attempt keeps the interval like any other.
    Event.LOOKUP_SENT: _row(
        _interval, dict.fromkeys((_S.FIRST_MET, _S.PAID, _S.DISPUTED), _interval_unless_never)
    ),
    # What a person asks may have arrived, whatever becomes of its answer.
    Event.LOOKUP_ASKED: _row(_after_the_person),
    Event.LOOKUP_NOT_SENT: _row(_free_if_due),
    Event.LOOKUP_PUT_OFF: _row(_put_off),
    Event.LOOKUP_OPEN: _row(
        _as_before,
        {
            _S.REGISTERED: _never,
            _S.UNDER_WAY: _interval,
            _S.PAID: _interval_unless_never,
            _S.FAILED: _interval,
        },
    ),
    Event.LOOKUP_FINAL: _row(
        _never,
        dict.fromkeys((_S.NEVER_SENT, _S.EXEC_UNANSWERED, _S.FIRST_MET), _as_before),
    ),
    Event.LOOKUP_DISPUTED: _row(_never),
    Event.NOT_FOUND: _row(_never),
    Event.NOT_FOUND_YET: _row(_as_before),
    Event.NOTIFIED: _row(
        _sooner(_policy),
        {
            _S.NEVER_SENT: _as_before,
            _S.REGISTERED: _as_before,
            _S.WENT_UNKNOWN: _sooner(_after_silence),
            _S.EXEC_UNANSWERED: _sooner(_after_silence),
            _S.UNDER_WAY: _sooner(_at),
            _S.FAILED: _sooner(_at),
        },
    ),
    Event.BELIEVED: _row(_never, {_S.UNDER_WAY: _interval}),
    # Whatever a person keeps: what can still be paid goes on being asked about.
    Event.KEPT: _row(
        _never,
        dict.fromkeys(
            (_S.REGISTERED, _S.WENT_UNKNOWN, _S.EXEC_UNANSWERED, _S.UNDER_WAY, _S.FAILED), _goes_on
        ),
    ),
    Event.POLICY_CHANGED: _row(
        _as_before, dict.fromkeys((_S.FIRST_MET, _S.PAID, _S.DISPUTED), _policy_and_interval)
    ),
}


def next_lookup(
    event: Event, standing: Standing, policy: Confirmation, moments: Moments
) -> datetime | None:
    """From when the desk itself asks about an order; None: not by itself.

    `standing` is where the order stands after the event.
    """
    return SCHEDULE[event][standing](moments, policy)


def pause_after(unsent: int) -> timedelta:
    """How long until a lookup is tried again, after so many that never left."""
    doubled = 1 << min(max(unsent - 1, 0), 8)
    return min(NOT_SENT_AGAIN * doubled, NOT_SENT_AT_MOST)


def worth_asking(status: str, *, confirmed: bool, said: str) -> bool:
    """Whether a lookup may tell something new of an order of which a notification says `said`.

    Only what reached ExecTran is asked about. A confirmed failure is, when money is said to have
    followed it.
    """
    if status in FAILED:
        return not confirmed or said == Status.PAYSUCCESS
    if status == Status.PAYSUCCESS:
        return not confirmed
    return status in UNDER_WAY or status == UNKNOWN
