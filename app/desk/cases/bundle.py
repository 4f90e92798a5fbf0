"""A case as a bundle of evidence: every part with its digest, and the whole signed by the desk.

No secret is in it, nor anything with which a callback could be forged: requests and answers are
masked, and a CheckString is only told where it is the one that arrived.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rfc8785
from sqlmodel import Session

from app.clock import now
from app.desk.callbacks.callback_view import callback_view
from app.desk.cases import verifier
from app.desk.cases.case_view import CaseView
from app.desk.cases.verifier import FORMAT, message
from app.desk.context import Desk
from app.desk.orders.order_view import ExchangeView, OrderView
from app.protocol.checkstring import Verdict
from app.protocol.text import WINDOWS_31J
from app.records.audit_checkpoints import checkpoint_text
from app.records.batch_cases import Line
from app.records.callbacks import Callback
from app.records.cases import Deed
from app.records.shops import OurShops
from app.records.signing import sign
from app.redaction import redacted, redacted_values

Part = Mapping[str, Any] | Sequence[Any] | str


def make_bundle(desk: Desk, session: Session, view: CaseView) -> bytes:
    """The bundle of a case, ready to be kept."""
    parts = _parts(session, desk.settings.our_shops, view)
    public, signed = sign(desk.database)
    manifest = {
        "format": FORMAT,
        "case": view.case.name,
        "made_at": _time(now()),
        "public_key": public,
        # A bundle leaves this machine: whoever holds one can show what the audit log was then.
        "audit_checkpoint": checkpoint_text(desk.database),
        "parts": [{"name": name, "sha256": _digest(part)} for name, part in parts.items()],
    }
    whole = _digest({"manifest": manifest, "parts": parts})
    signature = signed(message(whole)).hex()
    return rfc8785.dumps(
        {"manifest": manifest, "parts": parts, "whole": whole, "signature": signature}
    )


def fingerprint(session: Session, ours: OurShops, view: CaseView) -> str:
    """The SHA-256 of all that the printed report tells, as 64 hex digits."""
    return _digest(_parts(session, ours, view))


def _parts(session: Session, ours: OurShops, view: CaseView) -> dict[str, Part]:
    told = {
        "case": _case(view),
        "history": _history(view),
        "lines": [_line(one) for one in view.lines],
        "orders": [_order(one) for one in view.orders],
        "callbacks": [
            _callback(session, ours, callback) for one in view.orders for callback in one.callbacks
        ],
        "exchanges": [_exchange(each) for each in view.exchanges],
        "changes": _changes(view),
        "refunds": _refunds(view),
        "files": [
            {
                "name": file.name,
                "kind": file.kind,
                "bytes": file.size,
                "sha256": file.sha256,
                "added_by": view.emails.get(file.added_by, ""),
                "added_at": _time(file.added_at),
            }
            for file in view.files
        ],
    }
    return {
        **redacted_values(told),
        "verifier.py": Path(verifier.__file__).read_text("utf-8"),
    }


def _case(view: CaseView) -> Part:
    case = view.case
    return {
        "number": case.name,
        "kind": case.kind,
        "state": case.state,
        "environment": case.environment,
        "subject": case.subject,
        "opened_by": view.emails.get(case.opened_by, ""),
        "opened_at": _time(case.opened_at),
        "seen_to_by": view.emails.get(case.assignee_key or "", ""),
        "due_at": _time(case.due_at),
        "decision": case.decision,
        "decided_by": view.emails.get(case.decided_by or "", ""),
        "decided_at": _time(case.decided_at),
        "closed_at": _time(case.closed_at),
        "checklist": {one.item: one.proof is not None for one in view.checklist},
    }


def _line(line: Line) -> Part:
    item, batch = line
    return {
        "OrderID": item.order_id,
        "line": item.line,
        "file": batch.file_name,
        "file_sha256": batch.sha256,
        "said": item.said,
        "yen": item.yen,
        "verdict": item.verdict,
        "since": _time(item.began_at),
    }


def _history(view: CaseView) -> Part:
    return [
        {
            "at": _time(moment.at),
            "deed": moment.event.deed,
            "by": moment.event.email,
            "text": moment.event.text,
            "detail": {name: _plain(value) for name, value in moment.detail.items()},
        }
        for moment in view.timeline
        # Who took it out is no part of what is taken out: else no two would be alike.
        if moment.event and moment.event.deed is not Deed.PRINTED
    ]


def _order(view: OrderView) -> Part:
    order = view.order
    return {
        "ShopID": view.shop.shop_id,
        "OrderID": order.order_id,
        "held_status": order.status,
        "held_source": order.source,
        "held_since": _time(order.status_at),
        "money": order.money,
        "Amount": order.amount,
        "Tax": order.tax,
        "said_Amount": order.said_amount,
        "said_Tax": order.said_tax,
        "held_confirmed_at": _time(order.confirmed_at),
        "conflict": order.conflict,
        "facts": [
            {
                "field": fact.parameter,
                "sent": fact.sent,
                "answered": fact.answered,
                "callback": fact.callback,
                "lookup": fact.lookup,
                "differs": sorted(fact.differs),
            }
            for fact in view.facts
        ],
    }


def _callback(session: Session, ours: OurShops, callback: Callback) -> Part:
    view = callback_view(session, ours, callback)
    is_proof = callback.verdict == Verdict.VERIFIED
    return {
        "key": callback.id,
        "received_at": _time(callback.received_at),
        **_body(callback.body),
        "sha256": hashlib.sha256(callback.body).hexdigest(),
        # Of the bytes as they came: an erased customer is no longer in those told here.
        "arrived_sha256": callback.digest,
        "cut_off_from_bytes": callback.whole_length,
        "verdict": callback.verdict,
        "tags": list(callback.tag_list),
        "applied": callback.applied,
        "repeats": view.copies,
        "checkstring": {
            "md5_over": [name for name, _ in view.parts],
            "values": {name: value for name, value in view.parts if value is not None},
            "received": view.received,
            # Of one that does not fit it would be what a forger lacks.
            "computed": view.computed if is_proof else None,
        },
        "remote_address": callback.remote_address,
    }


def _body(body: bytes) -> dict[str, str]:
    """The bytes that came. Where they repeat a secret of ours, their text without it."""
    text = body.decode(WINDOWS_31J, "replace")
    if (masked := redacted(text)) != text:
        return {"body_masked": masked}
    return {"body_base64": b64encode(body).decode("ascii")}


def _exchange(view: ExchangeView) -> Part:
    it = view.exchange
    return {
        "key": it.id,
        "OrderID": it.order_id,
        "call": it.call,
        "asked_at": _time(it.asked_at),
        "answered_at": _time(it.answered_at),
        "outcome": it.outcome,
        "errors": list(it.error_codes),
        "request_masked": view.request,
        "answer_masked": view.answer,
        "said_status": it.said_status,
        "said_amount": it.said_amount,
        "said_tax": it.said_tax,
    }


def _changes(view: CaseView) -> Part:
    return [
        {
            "OrderID": one.order.order_id,
            "at": _time(change.recorded_at),
            "effect": change.effect,
            "from": change.from_status,
            "to": change.to_status,
            "said_by": change.source,
            "said_at": _time(change.said_at),
            "conflict": change.conflict,
            "exchange": change.exchange_key,
            "callback": change.callback_key,
            "by": view.emails.get(change.user_key or "", ""),
            "reason": change.reason,
        }
        for one in view.orders
        for change in one.changes
    ]


def _refunds(view: CaseView) -> Part:
    return [
        {
            "OrderID": one.order.order_id,
            "amount": one.refund.amount,
            "means": one.refund.means,
            "reference": one.refund.payout_reference,
            "state": one.refund.state,
            "versions": one.refund.version,
            "proposed_by": view.emails.get(one.refund.proposed_by, ""),
            "proposed_at": _time(one.refund.proposed_at),
            "decided_by": view.emails.get(one.refund.decided_by or "", ""),
            "decided_at": _time(one.refund.decided_at),
            "reason": one.refund.reason,
            "digest": one.refund.digest,
        }
        for one in view.refunds
    ]


def _time(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds") if moment else None


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool) or value is None else str(value)


def _digest(value: Any) -> str:
    return hashlib.sha256(rfc8785.dumps(value)).hexdigest()
