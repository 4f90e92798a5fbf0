"""The facts a decision rests on, out of an order and its exchanges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.desk.status.call_results import (
    CallResult,
    classify,
    is_too_early,
    last_answer,
    last_asked,
    last_silence,
)
from app.desk.status.groups import FAILED, FINAL, UNDER_WAY
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.desk.status.snapshot import went_silent
from app.desk.status.unproven import is_to_be_asked
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.exchanges import Exchange
from app.records.orders import UNKNOWN, Conflict, Order, Origin, Source


@dataclass(frozen=True)
class Past:
    """What one exchange told. `said` is the status that a lookup's answer named."""

    call: Call
    heard: CallResult
    asked_at: datetime
    said: str | None = None


@dataclass(frozen=True)
class Facts:
    """All a decision may look at.

    `since` is when the claim was accepted (for an unanswered call: when it was asked). `settled`:
    the last thing that happened to the claim is that a person settled it. `disputed_at`: when a
    callback last spoke against it in the conflict that stands; `doubted`: the callback behind a
    failure carries a code under which money may have moved. `lookup_due_at`: from when the desk
    itself asks. `entry` and `execution` are the last of their kind, `lookup` the last that may have
    reached the gateway, `answer` the last that was answered (`answered_at`), `last` the last of
    all. `entry_silent`, `exec_silent`: such a call went unanswered and may have worked;
    `silent_until`: until when the last of them may be at work, `answer_too_early`: the answer shows
    no trace of it and was asked before that. `out_of_step`: how many ExecTran of this claim were
    told that the trade is not as we hold it. `start_elsewhere`: the payment page is not at the
    shop's gateway. `unproven`: results that prove nothing have come, and it is time to ask.
    `other_try`: the same customer has paid another order, or was given a later one.
    """

    now: datetime
    settle: timedelta
    status: str = UNKNOWN
    source: Source | None = None
    since: datetime | None = None
    origin: Origin = Origin.CREATED
    conflict: Conflict | None = None
    conflict_at: datetime | None = None
    disputed_at: datetime | None = None
    answered_at: datetime | None = None
    confirmed: bool = False
    settled: bool = False
    has_access: bool = False
    has_token: bool = False
    launched: bool = False
    executed_at: datetime | None = None
    lookup_due_at: datetime | None = None
    entry: Past | None = None
    execution: Past | None = None
    lookup: Past | None = None
    answer: Past | None = None
    entry_silent: bool = False
    exec_silent: bool = False
    silent_until: datetime | None = None
    answer_too_early: bool = False
    start_elsewhere: bool = False
    out_of_step: int = 0
    doubted: bool = False
    unproven: bool = False
    other_try: bool = False
    last: Past | None = None

    @property
    def ours(self) -> bool:
        """Whether the order was made here."""
        return self.origin is Origin.CREATED

    @property
    def pending(self) -> bool:
        """Whether an answer may still come."""
        return self.last is not None and self.last.heard is CallResult.PENDING

    @property
    def final(self) -> bool:
        """Whether the claim is one after which nothing more happens."""
        return self.status in FINAL

    @property
    def unknown(self) -> bool:
        """Whether no source says what the status is."""
        return self.status == UNKNOWN

    @property
    def unanswered(self) -> bool:
        """Whether a call that changes the trade went unanswered and nothing has settled it."""
        return self.unknown and self.source in (Source.ENTRY, Source.EXEC)

    @property
    def taken(self) -> bool:
        """Whether the OrderID is somebody else's: EntryTran was told so, or a lookup found it."""
        if not self.ours or not self.unknown or self.unanswered:
            return False
        refused = self.entry is not None and self.entry.heard is CallResult.TAKEN
        found = self.answer is not None and self.answer.heard is CallResult.DONE
        return refused or (found and not self.has_access)

    @property
    def token_lost(self) -> bool:
        """Whether our ExecTran worked but its Token and StartURL never reached us."""
        lost = self.ours and self.status == Status.REQSUCCESS and not self.has_token
        return lost and self.exec_silent

    @property
    def executed_elsewhere(self) -> bool:
        """Whether another system executed our trade and holds the token: the customer may pay."""
        without = self.ours and self.status in UNDER_WAY and not self.has_token
        return without and not self.exec_silent

    @property
    def token_useless(self) -> bool:
        """Whether we hold a Token with which no customer can be sent, and nobody has been."""
        held = self.ours and self.status == Status.REQSUCCESS and self.has_token
        return held and self.start_elsewhere and not self.launched

    @property
    def in_doubt(self) -> bool:
        """Whether a failure may be a payment all the same, and no lookup has answered since."""
        failed = self.status in FAILED and self.source is Source.CALLBACK
        return failed and self.doubted and self.answered_since is None

    @property
    def kept_against(self) -> bool:
        """Whether a person keeps it unrequested although the gateway's last word is that it is."""
        answer, before = self.answered_since, (None, Status.UNPROCESSED)
        return self.status == Status.UNPROCESSED and bool(answer and answer.said not in before)

    @property
    def refused(self) -> bool:
        """Whether the gateway refused the call that this order stands before, for its values."""
        call = self.entry if self.unknown else self.execution
        before = self.unknown or self.status == Status.UNPROCESSED
        return before and call is not None and call.heard is CallResult.REFUSED

    @property
    def reported(self) -> bool:
        """Whether a callback says that it is paid, and neither lookup nor person has said more."""
        paid = self.status == Status.PAYSUCCESS and self.source is Source.CALLBACK
        return paid and not self.confirmed and not self.settled

    @property
    def disputed_unasked(self) -> bool:
        """Whether a callback speaks against the claim and no lookup has answered since."""
        if self.disputed_at is None:
            return False
        return self.answered_at is None or self.answered_at < self.disputed_at

    @property
    def lookup_is_due(self) -> bool:
        """Whether the time has come at which the desk itself asks."""
        return self.lookup_due_at is not None and self.lookup_due_at <= self.now

    @property
    def lookup_free_at(self) -> datetime | None:
        """Until when a further lookup needs a reason; None where it needs none.

        One that never left, or that was refused, does not count; one whose answer was lost does.
        """
        if self.lookup is None:
            return None
        free_at = self.lookup.asked_at + LOOKUP_INTERVAL
        return free_at if self.now < free_at else None

    @property
    def asked_since(self) -> Past | None:
        """The last lookup, when it was asked after the claim was accepted."""
        if self.lookup is None or self.since is None or self.lookup.asked_at < self.since:
            return None
        return self.lookup

    @property
    def answered_since(self) -> Past | None:
        """The last answered lookup, when it was asked after the claim was accepted."""
        if self.answer is None or self.since is None or self.answer.asked_at < self.since:
            return None
        return self.answer

    @property
    def settles_at(self) -> datetime | None:
        """When an unanswered call can no longer be at work at the gateway."""
        return self.since + self.settle if self.unanswered and self.since else None


def facts_of(
    order: Order,
    exchanges: Sequence[Exchange],
    now: datetime,
    settle: timedelta,
    *,
    launched: bool = False,
    settled: bool = False,
    disputed_at: datetime | None = None,
    doubted: bool = False,
    start_elsewhere: bool = False,
    other_try: bool = False,
) -> Facts:
    """The facts of an order; its exchanges come oldest first."""
    pasts = [past_of(exchange) for exchange in exchanges]
    answer, asked = last_answer(exchanges), last_asked(exchanges)
    silence = last_silence(exchanges)
    latest = {past.call: past for past in pasts}
    return Facts(
        now=now,
        settle=settle,
        status=order.status,
        source=order.source,
        since=order.status_at,
        origin=order.origin,
        conflict=order.conflict,
        conflict_at=order.conflict_at,
        disputed_at=disputed_at,
        answered_at=answer.answered_at if answer else None,
        answer=past_of(answer) if answer else None,
        entry_silent=went_silent(exchanges, Call.ENTRY),
        # A lookup may have said since that it did not work, or that the trade is another one.
        exec_silent=order.executed_at is not None and went_silent(exchanges, Call.EXEC),
        silent_until=silence.asked_at + settle if silence else None,
        answer_too_early=answer is not None and is_too_early(answer, silence, settle),
        start_elsewhere=start_elsewhere,
        other_try=other_try,
        out_of_step=sum(_is_out_of_step(past, order.status_at) for past in pasts),
        doubted=doubted,
        unproven=is_to_be_asked(order, now),
        confirmed=order.confirmed_at is not None,
        settled=settled,
        has_access=order.access_id is not None and order.access_pass is not None,
        has_token=order.token is not None,
        launched=launched,
        executed_at=order.executed_at,
        lookup_due_at=order.lookup_due_at,
        entry=latest.get(Call.ENTRY),
        execution=latest.get(Call.EXEC),
        lookup=past_of(asked) if asked else None,
        last=pasts[-1] if pasts else None,
    )


def _is_out_of_step(past: Past, since: datetime | None) -> bool:
    told = past.call is Call.EXEC and past.heard is CallResult.ELSEWHERE
    return told and (since is None or past.asked_at >= since)


def past_of(exchange: Exchange) -> Past:
    """What one exchange told."""
    return Past(exchange.call, classify(exchange), exchange.asked_at, exchange.said_status)
