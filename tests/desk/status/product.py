"""Every claim that can be held, every report that can come, and what each does to each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import cast

from app.desk.actions import Decision, decide, facts_of
from app.desk.status.rules import (
    NotFoundDecision,
    OrderSnapshot,
    StatusDecision,
    StatusReport,
    decide_not_found,
    decide_status,
)
from app.desk.status.updates import consequences, consequences_of_not_found
from app.gateway import Outcome
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source
from app.records.shops import Confirmation, Environment

NOW = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
SINCE, DUE = NOW - timedelta(hours=2), NOW + timedelta(minutes=30)
SETTLE = timedelta(seconds=90)
EARLY = SINCE + SETTLE - timedelta(seconds=1)
OURS, ANOTHER = "a" * 32, "b" * 32
AMOUNT, TAX = 1000, 80

ENTRY, EXEC, CALLBACK, LOOKUP = Source.ENTRY, Source.EXEC, Source.CALLBACK, Source.LOOKUP
UNPROCESSED, REQSUCCESS, PAYSTART = Status.UNPROCESSED, Status.REQSUCCESS, Status.PAYSTART
PAYSUCCESS, PAYFAIL, EXPIRED = Status.PAYSUCCESS, Status.PAYFAIL, Status.EXPIRED


@dataclass(frozen=True)
class Held:
    """What is held of an order. `silent`: which of our calls have gone unanswered."""

    name: str
    status: Status | None
    source: Source | None
    access: bool = True
    executed: bool = False
    confirmed: bool = False
    due: bool = False
    origin: Origin = Origin.CREATED
    silent: frozenset[Call] = frozenset()
    conflict: Conflict | None = None

    @property
    def ours(self) -> bool:
        """Whether it was made here."""
        return self.origin is Origin.CREATED

    @property
    def is_unanswered(self) -> bool:
        """Whether a call of ours may have worked, and nobody knows."""
        return self.status is None and self.source in (ENTRY, EXEC)


_NO_ENTRY, _NO_EXEC = frozenset({Call.ENTRY}), frozenset({Call.EXEC})
_MET = Origin.CALLBACK
HELD = (
    Held("never sent", None, None, access=False),
    Held("entry silent", None, ENTRY, access=False, due=True, silent=_NO_ENTRY),
    Held("number freed", None, LOOKUP, access=False, silent=_NO_ENTRY),
    Held("exec silent", None, EXEC, executed=True, due=True, silent=_NO_EXEC),
    Held("registered", UNPROCESSED, ENTRY),
    Held("adopted", UNPROCESSED, LOOKUP, confirmed=True, silent=_NO_ENTRY),
    Held("somebody else's", UNPROCESSED, LOOKUP, access=False),
    Held("requested", REQSUCCESS, EXEC, executed=True, due=True),
    Held(
        "token lost", REQSUCCESS, LOOKUP, executed=True, confirmed=True, due=True, silent=_NO_EXEC
    ),
    Held("token elsewhere", REQSUCCESS, LOOKUP, confirmed=True, due=True),
    Held("started", PAYSTART, LOOKUP, executed=True, confirmed=True, due=True),
    Held("reported", PAYSUCCESS, CALLBACK, executed=True),
    Held("confirmed", PAYSUCCESS, CALLBACK, executed=True, confirmed=True),
    Held("found paid", PAYSUCCESS, LOOKUP, executed=True, confirmed=True),
    Held("paid elsewhere", PAYSUCCESS, LOOKUP, confirmed=True),
    Held("failed", PAYFAIL, CALLBACK, executed=True),
    Held("found failed", PAYFAIL, LOOKUP, executed=True, confirmed=True),
    Held("expired", EXPIRED, LOOKUP, executed=True, confirmed=True),
    Held("met", None, None, access=False, due=True, origin=_MET),
    Held("met, reported", PAYSUCCESS, CALLBACK, origin=_MET),
    Held("met, failed", PAYFAIL, CALLBACK, origin=_MET),
    Held("met, registered", UNPROCESSED, LOOKUP, origin=Origin.LOOKUP),
    Held("met, requested", REQSUCCESS, LOOKUP, due=True, origin=Origin.LOOKUP),
    Held("met, found paid", PAYSUCCESS, LOOKUP, origin=Origin.LOOKUP),
)
STATES = tuple(replace(held, conflict=kind) for held in HELD for kind in (None, *Conflict))


@dataclass(frozen=True)
class Word:
    """A report. `status` is None where a lookup finds nothing. `money`: = ours, # another amount,
    $ another currency. `lags`: an hour after a lookup that lagged already.
    """

    group: str
    source: Source
    status: Status | None
    money: str = "="
    older: bool = False
    doubted: bool = False
    another: bool = False
    early: bool = False
    lags: bool = False

    def may_come(self, held: Held) -> bool:
        """Whether it can be said of such an order."""
        if self.source is ENTRY:
            return held.ours and not held.access
        if self.source is EXEC:
            return held.ours and held.access
        if self.another:
            return held.access
        if self.early:
            return held.is_unanswered
        return held.status is not None or not self.lags

    def report(self) -> StatusReport:
        """As the rules are given it."""
        assert self.status is not None
        if self.source is not LOOKUP:
            said = NOW - timedelta(hours=3) if self.older else NOW
            return StatusReport(
                self.source, self.status, said_at=said, heard_at=NOW, doubted=self.doubted
            )
        return StatusReport(
            LOOKUP,
            self.status,
            said_at=NOW,
            heard_at=NOW,
            asked_at=self.asked_at,
            access_id=ANOTHER if self.another else OURS,
            amount=AMOUNT + (self.money == "#"),
            tax=TAX,
            in_yen=self.money != "$",
        )

    @property
    def asked_at(self) -> datetime:
        """When the call was asked that brought it."""
        return EARLY if self.early else NOW


def _lookups(group: str, *statuses: Status | None, **values: object) -> list[Word]:
    return [Word(group, LOOKUP, status, **values) for status in statuses]  # type: ignore[arg-type]


WORDS = (
    Word("answer", ENTRY, UNPROCESSED),
    Word("answer", EXEC, REQSUCCESS),
    Word("callback", CALLBACK, PAYSUCCESS),
    Word("callback", CALLBACK, PAYFAIL),
    Word("doubted", CALLBACK, PAYFAIL, doubted=True),
    Word("older", CALLBACK, PAYSUCCESS, older=True),
    Word("older", CALLBACK, PAYFAIL, older=True),
    *_lookups("lookup", *Status, None),
    *_lookups("amount", *Status, money="#"),
    *_lookups("currency", *Status, money="$"),
    *_lookups("another", *Status, another=True),
    *_lookups("early", UNPROCESSED, REQSUCCESS, PAYSUCCESS, None, early=True),
    *_lookups("lags", UNPROCESSED, REQSUCCESS, PAYSTART, lags=True),
)


@dataclass(frozen=True)
class Case:
    """One report about one order, and all that comes of it under one policy of the shop's.

    `after` is the order's row then; `decision` what a person is told.
    """

    held: Held
    word: Word
    ruling: StatusDecision | NotFoundDecision
    after: Order = field(repr=False)
    decision: Decision = field(repr=False)

    def __str__(self) -> str:
        return f"{self.held}\n<- {self.word}\n=> {self.ruling}"


def cases(policy: Confirmation) -> Iterator[Case]:
    """The whole product."""
    for held in STATES:
        for word in WORDS:
            if word.may_come(held):
                yield _case(held, word, policy)


def ruling_of(held: Held, word: Word) -> StatusDecision | NotFoundDecision:
    snapshot = OrderSnapshot(
        status=held.status,
        source=held.source,
        since=SINCE,
        settle=SETTLE,
        ours=held.ours,
        executed=held.executed,
        access_id=OURS if held.access else None,
        amount=AMOUNT if held.ours else None,
        tax=TAX if held.ours else None,
        said_at=SINCE,
        confirmed=held.confirmed,
        conflict=held.conflict,
        silent_entry=Call.ENTRY in held.silent,
        paid_after_failure=held.conflict is Conflict.STATUS and held.status in (PAYFAIL, EXPIRED),
        lagged_at=SINCE if word.lags else None,
    )
    if word.status is None:
        return decide_not_found(snapshot, word.asked_at)
    return decide_status(snapshot, word.report())


def _case(held: Held, word: Word, policy: Confirmation) -> Case:
    ruling, before, past = ruling_of(held, word), _order(held), _past(held)
    if word.source is not CALLBACK:
        past = (*past, _exchange(word))
    if isinstance(ruling, NotFoundDecision):
        values, _ = consequences_of_not_found(before, past[-1], ruling, policy)
    else:
        values, _ = consequences(before, word.report(), ruling, policy)
    if word.source is EXEC:
        values["token"] = "t"
    if word.source is ENTRY or (word.source is LOOKUP and "status" in values and not held.access):
        values |= {"access_id": OURS, "access_pass": "p"}
    # A row's values with no row behind it: making a real one takes longer than all the rest.
    after = cast("Order", SimpleNamespace(**(before.model_dump() | values)))
    disputed = word.source is CALLBACK and after.conflict is not None
    heard_at = NOW if disputed else None
    facts = facts_of(after, past, NOW, SETTLE, disputed_at=heard_at, doubted=word.doubted)
    return Case(held, word, ruling, after, decide(facts))


@cache
def _order(held: Held) -> Order:
    answered = held.executed and Call.EXEC not in held.silent
    return Order(
        shop_key="s",
        environment=Environment.TEST,
        order_id="A1",
        origin=held.origin,
        amount=AMOUNT if held.ours else None,
        tax=TAX if held.ours else None,
        access_id=OURS if held.access else None,
        access_pass="p" if held.access else None,
        token="t" if answered else None,
        status=held.status or UNKNOWN,
        source=held.source,
        status_at=None if held.source is None else SINCE,
        executed_at=SINCE if held.executed else None,
        confirmed_at=SINCE if held.confirmed else None,
        conflict=held.conflict,
        conflict_at=SINCE if held.conflict else None,
        lookup_due_at=DUE if held.due and held.conflict is None else None,
    )


@cache
def _past(held: Held) -> tuple[Exchange, ...]:
    if not held.ours:
        return ()
    calls = [Call.ENTRY] if held.access or held.silent else []
    calls += [Call.EXEC] if held.executed else []
    outcomes = {True: Outcome.NO_ANSWER, False: Outcome.ANSWERED}
    return tuple(_sent(call, outcomes[call in held.silent], SINCE) for call in calls)


@cache
def _exchange(word: Word) -> Exchange:
    call = {ENTRY: Call.ENTRY, EXEC: Call.EXEC, LOOKUP: Call.SEARCH}[word.source]
    missing = word.status is None
    outcome = Outcome.PROTOCOL_ERROR if missing else Outcome.ANSWERED
    exchange = _sent(call, outcome, word.asked_at)
    exchange.answered_at = NOW
    if missing:
        exchange.errors = "M01004002"
    elif call is Call.SEARCH:
        exchange.said_status = word.status
    return exchange


def _sent(call: Call, outcome: Outcome, at: datetime) -> Exchange:
    return Exchange(
        shop_key="s",
        environment=Environment.TEST,
        call=call,
        order_id="A1",
        url="",
        request=b"",
        owner="",
        asked_at=at,
        outcome=outcome,
    )
