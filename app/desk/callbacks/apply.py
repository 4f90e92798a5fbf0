"""Applying: what a callback does to its order. Only a verified one does anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from app.clock import now
from app.desk.callbacks.verification import CheckedCallback, Tag
from app.desk.case_watch import reopen_cases_about
from app.desk.status.groups import OPEN
from app.desk.status.report_batch import ReportBatch
from app.desk.status.updates import StatusReport, Terms, apply_report, met_by_callback
from app.protocol.statuses import Status
from app.protocol.wire import parse_jst_stamp
from app.records.book import take_amounts
from app.records.callback_reports import first_reports, said_before, said_of
from app.records.callbacks import Applied, Callback, Channel, write_judged
from app.records.changes import Effect
from app.records.exchanges import Exchange, give_to_order
from app.records.keys import new_key
from app.records.orders import (
    Order,
    Source,
    insert_orders_not_there,
    locked_orders_numbered,
)

LATE_AFTER = timedelta(minutes=10)
"""A browser brings a callback at once; one that comes this long after its TranDate is late."""


def find_orders(session: Session, batch: Iterable[CheckedCallback]) -> None:
    """Give each callback the order it names, made here where a verified one names a new number."""
    named = [checked for checked in batch if checked.shop is not None and checked.order_id]
    _give_orders(session, named)
    unmet = [checked for checked in named if checked.verified and checked.order is None]
    if unmet:
        rows = {checked.number: _new_order(checked) for checked in unmet}
        insert_orders_not_there(session, [rows[number] for number in sorted(rows)])
        _give_orders(session, unmet)
        take_amounts(session, {one.number: one.order for one in unmet if one.order}.values())
        _give_lookups(session, unmet)
    _note_what_was_said(session, [checked for checked in named if checked.verified])


def _give_orders(session: Session, named: Sequence[CheckedCallback]) -> None:
    orders = locked_orders_numbered(session, {checked.number for checked in named})
    for checked in named:
        checked.order = orders.get(checked.number)


def _note_what_was_said(session: Session, verified: Sequence[CheckedCallback]) -> None:
    """In one question for all orders that are open: few of them have been told anything."""
    keys = {checked.order.id for checked in verified if checked.order and _is_open(checked.order)}
    said = said_of(session, keys) if keys else ()
    for checked in verified:
        values = checked.judgement.reading.values
        order_key = checked.order.id if checked.order else None
        checked.said_before = (order_key, values["Status"], values["TranDate"]) in said


def _is_open(order: Order) -> bool:
    return order.conflict is None and order.status in OPEN


def _new_order(checked: CheckedCallback) -> dict[str, Any]:
    assert checked.shop is not None
    return {
        "id": new_key(),
        "shop_key": checked.shop_key,
        "environment": checked.shop.environment,
        "order_id": checked.order_id,
        "created_at": now(),
        **met_by_callback(checked.shop.confirmation),
    }


def _give_lookups(session: Session, met: Iterable[CheckedCallback]) -> None:
    # Somebody may have asked for the number before: the interval counts from there.
    for order, shop in {m.order.id: (m.order, m.shop) for m in met if m.order and m.shop}.values():
        give_to_order(session, shop, order.order_id, order.id)


def apply_all(session: Session, batch: Iterable[CheckedCallback]) -> None:
    """Let each callback speak to its order once; tag it, and say what came of it."""
    found = _Found(session)
    for checked in batch:
        _apply(session, checked, found)
        found.judged.append(checked.callback)
    found.write()


class _Found:
    """What has been found and is not written yet."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.judged: list[Callback] = []
        self.reports = ReportBatch(session)

    def write(self) -> None:
        """Write it all, so that whoever asks the tables knows of it."""
        judged, self.judged = self.judged, []
        write_judged(self._session, judged)
        self.reports.write()


def _apply(session: Session, checked: CheckedCallback, found: _Found) -> None:
    callback, order = checked.callback, checked.order
    callback.order_key = order.id if order else None
    checked.tags |= _plain_tags(checked)
    if checked.verified and order is not None:
        callback.applied = _applied(session, checked, order, found)
        callback.applied_at = now()
        if callback.copy_of is None:
            reopen_cases_about(session, order, callback.applied_at, callback=callback.id)
    _write_tags(callback, checked.tags)


def _write_tags(callback: Callback, tags: Collection[str]) -> None:
    callback.tags = " ".join(tag for tag in Tag if tag in tags)


def _plain_tags(checked: CheckedCallback) -> set[Tag]:
    reading, tags = checked.judgement.reading, set()
    if checked.callback.copy_of is not None:
        tags.add(Tag.DUPLICATE)
    if reading.extra:
        tags.add(Tag.EXTRA_PARAMETERS)
    if reading.repeated:
        tags.add(Tag.REPEATED_PARAMETERS)
    if checked.verified and _came_late(checked):
        tags.add(Tag.LATE)
    if checked.callback.channel is not None:
        tags.add(Tag(checked.callback.channel))
    return tags


def _came_late(checked: CheckedCallback) -> bool:
    """Whether the customer brought it late. Of one out of a file without a time nobody knows."""
    callback = checked.callback
    if callback.channel is Channel.IMPORT and callback.told_at is None:
        return False
    return callback.came_at - checked.said_at >= LATE_AFTER


def _applied(session: Session, checked: CheckedCallback, order: Order, found: _Found) -> Applied:
    if _is_open(order) and not checked.said_before:
        # Nothing that is asked here depends on what waits to be written: nobody of this batch has
        # spoken to this order yet (`said_before` is read before all of them).
        effect = found.reports.apply(order, _report(checked), _terms(checked))
        return _became(effect, order, checked)
    found.write()
    if order.known_by_callbacks_alone:
        # Nothing is known of it but this word: a lookup decides.
        checked.tags.add(Tag.UNKNOWN_ORDER)
    if checked.said_before or said_before(session, checked.callback):
        checked.tags.add(Tag.DUPLICATE)
        return Applied.NOTHING
    if Tag.UNKNOWN_ORDER in checked.tags:
        return Applied.NOTHING
    effect = apply_report(session, order, _report(checked), _terms(checked))
    return _became(effect, order, checked)


def _report(checked: CheckedCallback) -> StatusReport:
    return StatusReport(
        Source.CALLBACK,
        Status(checked.judgement.reading.values["Status"]),
        checked.said_at,
        callback_key=checked.callback.id,
        doubted=checked.doubted,
    )


def _terms(checked: CheckedCallback) -> Terms:
    assert checked.shop is not None
    return Terms(checked.shop.confirmation)


def _became(effect: Effect | None, order: Order, checked: CheckedCallback) -> Applied:
    if effect is Effect.CONFLICT:
        checked.tags.add(Tag.CONFLICT)
    return _applied_by(effect, order, checked.judgement.reading.values["Status"])


def _applied_by(effect: Effect | None, order: Order, status: str) -> Applied:
    if effect is Effect.MOVED:
        return Applied.MOVED
    if effect is Effect.CONFLICT:
        return Applied.CONFLICT
    return Applied.AGREED if order.status == status else Applied.NOTHING


def recall(session: Session, order: Order, lookup: Exchange, terms: Terms) -> None:
    """Let the callbacks speak through which an order was met: its first lookup has just answered.

    What they and the lookup say comes to the same as if the lookup had been first.
    """
    for callback in first_reports(session, order.id):
        report = StatusReport(
            Source.CALLBACK,
            Status(callback.status or ""),
            said_at=parse_jst_stamp(callback.tran_date or ""),
            heard_at=lookup.answered_at,
            callback_key=callback.id,
            asked_at=lookup.asked_at,
            received_at=callback.received_at,
        )
        effect = apply_report(session, order, report, terms)
        callback.applied = _applied_by(effect, order, report.status)
        callback.applied_at = now()
        if effect is Effect.CONFLICT:
            _write_tags(callback, {*callback.tag_list, Tag.CONFLICT})


def contradict(session: Session, order: Order) -> None:
    """The gateway does not know the order: that is said of the callbacks that speak for it."""
    for callback in first_reports(session, order.id):
        callback.applied, callback.applied_at = Applied.CONFLICT, now()
        _write_tags(callback, {*callback.tag_list, Tag.CONFLICT})
