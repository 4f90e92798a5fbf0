"""Rulings: what a source's word does to a claim. Pure, and the only place that decides it.

agrees       a lookup confirms (when Amount and Tax are what we sent); others change nothing
further      the claim moves, and the new source stands behind it
lags         changes nothing; a conflict once a lookup an hour later still says so
contradicts  changes nothing and raises a conflict, which a person settles
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.protocol.statuses import Relation, Status, relation
from app.records.orders import Conflict, Source

LOOKUP_INTERVAL = timedelta(minutes=60)
"""The least time between two lookups of one order (Interface 3.1.1)."""


@dataclass(frozen=True)
class Word:
    """What a source says of an order. `said_at` is the time that the source itself names,
    `heard_at` when it reached us (None: this moment).

    The rest comes with a lookup only: Amount and Tax in yen, when it was asked, and whether that
    was late enough for a call that it shows no trace of to count as never arrived.
    """

    source: Source
    status: Status
    said_at: datetime | None = None
    heard_at: datetime | None = None
    exchange_key: str | None = None
    callback_key: str | None = None
    amount: int | None = None
    tax: int | None = None
    asked_at: datetime | None = None
    late_enough: bool = True


@dataclass(frozen=True)
class Held:
    """What is held of an order when a word arrives.

    `amount` and `tax` are what we sent in yen, None where we sent none; `said_amount` and
    `said_tax` what the lookup before said. `executed`: an ExecTran of ours worked or may have.
    `silent_entry`: an EntryTran of ours went unanswered. `settled`: a person has had the last word.
    `paid_after_failure`: the conflict is that a callback says it was paid after all. `lagged_at`:
    when the first lookup that lagged behind this claim was asked.
    """

    status: Status | None = None
    source: Source | None = None
    ours: bool = True
    executed: bool = False
    has_access: bool = False
    amount: int | None = None
    tax: int | None = None
    said_amount: int | None = None
    said_tax: int | None = None
    confirmed: bool = False
    conflict: Conflict | None = None
    silent_entry: bool = False
    settled: bool = False
    paid_after_failure: bool = False
    lagged_at: datetime | None = None

    def agrees_in_amount(self, word: Word) -> bool:
        """Whether Amount and Tax each equal what we sent; never where we sent none."""
        return self.amount is not None and (self.amount, self.tax or 0) == (word.amount, word.tax)

    def was_accepted(self, word: Word) -> bool:
        """Whether the lookup before said the same figures, and a person has settled that."""
        return (self.said_amount, self.said_tax) == (word.amount, word.tax)


@dataclass(frozen=True)
class Ruling:
    """What a word does: nothing, move the claim, confirm it, or raise a conflict.

    A move may confirm in the same breath, and may end the conflict that stood.
    """

    moves: bool = False
    confirms: bool = False
    conflict: Conflict | None = None
    ends_conflict: bool = False


NOTHING = Ruling()


def rule(held: Held, word: Word) -> Ruling:
    """What this word does to this claim."""
    if word.source is Source.LOOKUP:
        return _lookup(held, word)
    if word.source is Source.CALLBACK:
        return _callback(held, word)
    further = relation(held.status, word.status) is Relation.FURTHER
    return Ruling(moves=True) if further else NOTHING


def _callback(held: Held, word: Word) -> Ruling:
    if not held.ours and held.status is None:
        return NOTHING  # all we know of it is callbacks: a lookup decides
    stands = relation(held.status, word.status)
    if stands is Relation.AGREES:
        return NOTHING
    if held.ours and not held.executed:
        return Ruling(conflict=Conflict.NEVER_EXECUTED)
    return Ruling(moves=True) if stands is Relation.FURTHER else Ruling(conflict=Conflict.STATUS)


def _lookup(held: Held, word: Word) -> Ruling:
    same_amount = held.agrees_in_amount(word)
    if held.conflict:
        paid = held.paid_after_failure and word.status is Status.PAYSUCCESS and same_amount
        return Ruling(moves=True, confirms=True, ends_conflict=True) if paid else NOTHING
    if held.ours and not held.has_access and held.status is None:
        return _found(held, word)
    if held.amount is not None and not same_amount and not held.was_accepted(word):
        return Ruling(conflict=Conflict.AMOUNT)
    if held.ours and not held.executed and word.status not in (Status.UNPROCESSED, held.status):
        return Ruling(conflict=Conflict.NEVER_EXECUTED)
    return _compared(held, word, same_amount)


def _found(held: Held, word: Word) -> Ruling:
    """A trade of which we hold no AccessID: ours to adopt only after our own silent EntryTran."""
    if not held.silent_entry or not held.agrees_in_amount(word):
        return NOTHING if held.was_accepted(word) else Ruling(conflict=Conflict.FOREIGN)
    if word.status is not Status.UNPROCESSED:
        return Ruling(conflict=Conflict.NEVER_EXECUTED)
    return Ruling(moves=True, confirms=True)


def _compared(held: Held, word: Word, same_amount: bool) -> Ruling:
    match relation(held.status, word.status):
        case Relation.AGREES:
            return Ruling(confirms=same_amount and not held.confirmed)
        case Relation.FURTHER:
            # Not executed, says a lookup while the unanswered ExecTran may still be at work.
            waits = held.source is Source.EXEC and word.status is Status.UNPROCESSED
            too_early = waits and not word.late_enough
            return NOTHING if too_early else Ruling(moves=True, confirms=same_amount)
        case Relation.LAGS:
            return Ruling(conflict=Conflict.LAGGING) if _persists(held, word) else NOTHING
        case Relation.CONTRADICTS:
            return Ruling(conflict=Conflict.STATUS)


def _persists(held: Held, word: Word) -> bool:
    if held.lagged_at is None or word.asked_at is None:
        return False
    return word.asked_at - held.lagged_at >= LOOKUP_INTERVAL


@dataclass(frozen=True)
class Missing:
    """What "not registered" does: nothing, free the number again, or raise a conflict.

    `known`: a person has it on the table already, so that no more need be asked.
    """

    known: bool = False
    frees_number: bool = False
    conflict: Conflict | None = None


def rule_missing(held: Held, late_enough: bool) -> Missing:
    """What it does to a claim that a lookup finds no order with this number."""
    if held.conflict:
        return Missing(known=True)
    if not held.ours and held.status is None:
        # All that speaks for it are callbacks.
        return Missing(known=True) if held.settled else Missing(conflict=Conflict.NOT_REGISTERED)
    if held.ours and held.status is None and held.source is not Source.EXEC:
        return Missing(frees_number=held.source is Source.ENTRY and late_enough)
    return Missing(conflict=Conflict.STATUS)
