"""What locks each action. The first reason that holds is the one shown; without one it is possible.

A lookup is only ever locked by a call under way: it changes nothing at the gateway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from app.desk.actions.facts import Facts
from app.desk.actions.vocabulary import Action, Lock, LockReason
from app.desk.status.call_results import CallResult
from app.desk.status.groups import FAILED, UNDER_WAY
from app.protocol.statuses import Status
from app.records.orders import Conflict, Source

Rule = tuple[LockReason, Callable[[Facts], bool]]

_NOT_OURS: Rule = (LockReason.NOT_OURS, lambda f: not f.ours)
_PENDING: Rule = (LockReason.ANSWER_PENDING, lambda f: f.pending)
_CONFLICT: Rule = (LockReason.CONFLICT, lambda f: f.conflict is not None)
_UNANSWERED: Rule = (LockReason.UNANSWERED, lambda f: f.unanswered)
_ELSEWHERE: Rule = (LockReason.EXECUTED_ELSEWHERE, lambda f: f.executed_elsewhere)
_FINAL: Rule = (LockReason.FINAL, lambda f: f.final)


def _registered(facts: Facts) -> bool:
    return not facts.unknown or facts.source is Source.EXEC


def _spent(facts: Facts) -> bool:
    """Whether the present OrderID leads nowhere any more."""
    foreign = facts.conflict is Conflict.FOREIGN or (
        facts.ours and facts.status == Status.UNPROCESSED and not facts.has_access
    )
    # An order that was refused stands before a call that did nothing: nobody can pay it.
    refused = facts.refused or (facts.status == Status.UNPROCESSED and facts.out_of_step > 1)
    useless = facts.token_useless or facts.token_lost
    return foreign or refused or useless or facts.taken or facts.status in FAILED


def _unrequested(facts: Facts) -> bool:
    """Whether its payment was never requested, and neither the gateway nor a person's word leaves
    open that another system has done it.
    """
    heard, said = (facts.answer.heard, facts.answer.said) if facts.answer else (None, None)
    if facts.settled and heard is not CallResult.MISSING:
        return False
    before = facts.unknown or facts.status == Status.UNPROCESSED
    return facts.ours and before and said in (None, Status.UNPROCESSED)


def _settles_first(facts: Facts) -> bool:
    """Whether a conflict stands in the way of another number: not that this one is taken, unless
    the trade that took it is paid, for the same goods perhaps.
    """
    if facts.conflict is not Conflict.FOREIGN:
        return facts.conflict is not None
    return facts.answer is not None and facts.answer.said == Status.PAYSUCCESS


LOCKS: Mapping[Action, tuple[Rule, ...]] = {
    Action.REGISTER: (
        _NOT_OURS,
        _PENDING,
        _CONFLICT,
        (LockReason.ALREADY_REGISTERED, _registered),
        _UNANSWERED,
        (LockReason.ORDER_ID_TAKEN, lambda f: f.taken),
    ),
    Action.EXECUTE: (
        _NOT_OURS,
        _PENDING,
        _CONFLICT,
        _UNANSWERED,
        _FINAL,
        (LockReason.ALREADY_EXECUTED, lambda f: f.status in UNDER_WAY),
        (LockReason.NOT_REGISTERED, lambda f: f.unknown or not f.has_access),
        (LockReason.GONE_FURTHER, lambda f: f.kept_against),
    ),
    Action.LAUNCH: (
        _NOT_OURS,
        _CONFLICT,
        _UNANSWERED,
        _FINAL,
        (LockReason.NOT_EXECUTED, lambda f: f.status not in UNDER_WAY),
        _ELSEWHERE,
        (LockReason.TOKEN_LOST, lambda f: not f.has_token),
        (LockReason.START_ELSEWHERE, lambda f: f.start_elsewhere),
    ),
    Action.LOOK_UP: (_PENDING,),
    Action.NEW_NUMBER: (
        _PENDING,
        (LockReason.CONFLICT, _settles_first),
        _UNANSWERED,
        (LockReason.IN_DOUBT, lambda f: f.in_doubt),
        _ELSEWHERE,
        (LockReason.START_ELSEWHERE, lambda f: f.token_useless and f.answered_since is None),
        (LockReason.NUMBER_UNUSED, lambda f: not _spent(f) and _unrequested(f)),
        (LockReason.NUMBER_IN_USE, lambda f: not _spent(f)),
    ),
    Action.SETTLE: (
        _PENDING,
        (LockReason.NO_CONFLICT, lambda f: f.conflict is None),
    ),
}

_SINCE: Mapping[LockReason, Callable[[Facts], datetime | None]] = {
    LockReason.ANSWER_PENDING: lambda f: f.last.asked_at if f.last else None,
    LockReason.UNANSWERED: lambda f: f.since,
    LockReason.CONFLICT: lambda f: f.conflict_at,
    LockReason.ORDER_ID_TAKEN: lambda f: f.entry.asked_at if f.entry else None,
    LockReason.ALREADY_EXECUTED: lambda f: f.executed_at,
    LockReason.FINAL: lambda f: f.since,
    LockReason.IN_DOUBT: lambda f: f.since,
    LockReason.EXECUTED_ELSEWHERE: lambda f: f.since,
}


def lock_of(action: Action, facts: Facts) -> Lock | None:
    """What locks an action now; None when it is possible."""
    reason = next((reason for reason, holds in LOCKS[action] if holds(facts)), None)
    if reason is None:
        return None
    since = _SINCE.get(reason)
    return Lock(reason, since(facts) if since else None)
