"""One order's past while it is being written: its rows, its clock, and the claim so far."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.demo.sandbox_trades import Trade
from app.desk.gateway_calls.outgoing import AUDIT_ACTIONS
from app.desk.gateway_calls.process_identity import current_process
from app.desk.status.rules import OrderSnapshot, decide_status
from app.desk.status.snapshot import went_silent
from app.desk.status.updates import StatusReport, consequences, lookup_sent
from app.gateway import Detail, Outcome
from app.protocol.messages import (
    Call,
    EntryTranAnswer,
    EntryTranRequest,
    ErrorAnswer,
    ExecTranAnswer,
    ExecTranRequest,
    SearchAnswer,
    SearchRequest,
)
from app.protocol.statuses import Status
from app.protocol.wire import encode_answer, encode_form, parse_jst_stamp
from app.records.accounts import AuditEntry
from app.records.callbacks import Callback
from app.records.changes import Change, Effect
from app.records.exchanges import Exchange, Purpose
from app.records.keys import key_at
from app.records.orders import UNKNOWN, Conflict, Order, Source
from app.records.payment_links import PaymentLink
from app.records.shops import Shop

TEAM = "demonstration"
"""Who did what people do: nobody, and it says so."""

Request = EntryTranRequest | ExecTranRequest | SearchRequest
Answer = EntryTranAnswer | ExecTranAnswer | SearchAnswer | ErrorAnswer

_MILLISECONDS = {Call.ENTRY: (60, 400), Call.EXEC: (350, 2600), Call.SEARCH: (50, 300)}
_PATIENCE_MS = 120_000


class NotYet(Exception):
    """What comes next lies in the future: the history ends here."""


@dataclass(frozen=True)
class Scene:
    """Where all stories happen: the sandbox's shop, and the moment up to which they go."""

    shop: Shop
    base_url: str
    gateway_url: str
    now: datetime
    random: Random


@dataclass
class OrderHistory:
    """The rows of one order, in the order in which they came about."""

    scene: Scene
    order: Order
    clock: datetime
    exchanges: list[Exchange] = field(default_factory=list)
    callbacks: list[Callback] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    launches: list[PaymentLink] = field(default_factory=list)
    audit_entries: list[AuditEntry] = field(default_factory=list)
    trade: Trade | None = None

    def wait_until(self, moment: datetime, lasting: float = 5) -> None:
        """Let time pass. Raises NotYet when what lasts so many seconds from then has not ended."""
        if moment + timedelta(seconds=lasting) > self.scene.now:
            raise NotYet
        self.clock = max(moment, self.clock)

    def tick(self) -> datetime:
        """The next moment: no two rows of a story have the same."""
        self.clock += timedelta(milliseconds=self.scene.random.randint(1, 3))
        return self.clock

    def note(self, action: str, **detail: str | int | None) -> None:
        """Write down what a person did."""
        at = self.tick()
        text = json.dumps(detail, ensure_ascii=False)
        self.audit_entries.append(
            AuditEntry(
                id=key_at(at),
                at=at,
                email=TEAM,
                action=action,
                order_key=self.order.id,
                subject=self.order.order_id,
                detail=text,
            )
        )

    def ask(
        self, message: Request, answer: Answer | None, purpose: Purpose = Purpose.OPERATOR
    ) -> Exchange:
        """One call with its answer; None: it goes unanswered."""
        exchange = self._intent(message, purpose)
        if purpose is not Purpose.OPERATOR:
            lookup_sent(self.order, exchange, self.scene.shop.confirmation)
        else:
            self.note(AUDIT_ACTIONS[exchange.call], exchange=exchange.id, reason=None)
        low, high = _MILLISECONDS[exchange.call]
        exchange.duration_ms = self.scene.random.randint(low, high) if answer else _PATIENCE_MS
        self.clock = exchange.asked_at + timedelta(milliseconds=exchange.duration_ms)
        exchange.answered_at = self.clock
        _conclude(exchange, answer)
        self.exchanges.append(exchange)
        return exchange

    def _intent(self, message: Request, purpose: Purpose) -> Exchange:
        at = self.tick()
        return Exchange(
            id=key_at(at),
            shop_key=self.scene.shop.id,
            order_key=self.order.id,
            environment=self.scene.shop.environment,
            call=message.CALL,
            order_id=self.order.order_id,
            purpose=purpose,
            url=self.scene.gateway_url + message.CALL.path,
            request=encode_form(message.pairs()),
            asked_at=at,
            owner=current_process(),
        )

    def apply_report(self, report: StatusReport) -> Effect | None:
        """Let a report take effect, by the desk's own decision."""
        decision = decide_status(self._snapshot(), report)
        policy = self.scene.shop.confirmation
        values, changes = consequences(self.order, report, decision, policy)
        self.take(values)
        for change in changes:
            change.id = key_at(self.tick())
        self.changes += changes
        return changes[0].effect if changes else None

    def take(self, values: Mapping[str, Any]) -> None:
        """Give the order's row these values."""
        for name, value in values.items():
            setattr(self.order, name, value)

    def report_of(self, exchange: Exchange, source: Source, status: Status) -> StatusReport:
        """What the answer to a call says."""
        return StatusReport(
            source,
            status,
            heard_at=exchange.answered_at,
            exchange_key=exchange.id,
            asked_at=exchange.asked_at,
            said_at=exchange.said_at,
            amount=exchange.said_amount,
            tax=exchange.said_tax,
        )

    def _snapshot(self) -> OrderSnapshot:
        order = self.order
        return OrderSnapshot(
            status=None if order.status == UNKNOWN else Status(order.status),
            source=order.source,
            since=order.status_at,
            executed=order.executed_at is not None,
            access_id=order.access_id,
            amount=order.amount,
            tax=order.tax,
            confirmed=order.confirmed_at is not None,
            conflict=order.conflict,
            silent_entry=went_silent(self.exchanges, Call.ENTRY),
            paid_after_failure=order.conflict is Conflict.STATUS
            and any(
                change.effect is Effect.CONFLICT and change.to_status == Status.PAYSUCCESS
                for change in self.changes
            ),
        )


def _conclude(exchange: Exchange, answer: Answer | None) -> None:
    """What the desk writes down of an answer."""
    if answer is None:
        exchange.outcome, exchange.detail = Outcome.NO_ANSWER, Detail.TIMEOUT
        return
    exchange.outcome, exchange.http_status = Outcome.ANSWERED, 200
    exchange.answer = encode_answer(answer.pairs())
    if isinstance(answer, ErrorAnswer):
        exchange.outcome, exchange.errors = Outcome.PROTOCOL_ERROR, "|".join(answer.errors)
    if isinstance(answer, SearchAnswer):
        exchange.said_status = answer.Status
        exchange.said_amount, exchange.said_tax = answer.Amount, answer.Tax
        exchange.said_at = parse_jst_stamp(answer.ProcessDate)
