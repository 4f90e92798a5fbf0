"""The callbacks of a story: what browsers bring, most of it as the gateway signed it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from app.demo.order_history import OrderHistory
from app.desk.callbacks.verification import Tag
from app.desk.status.rules import StatusReport
from app.protocol.checkstring import Verdict, signed_result
from app.protocol.statuses import Status
from app.protocol.wire import encode_form, jst_stamp, parse_jst_stamp
from app.records.callbacks import Applied, Callback
from app.records.changes import Effect
from app.records.keys import key_at
from app.records.orders import Source

Step = Callable[[OrderHistory], None]

_BROWSERS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 16; Pixel 10) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36",
)
_APPLIED = {Effect.MOVED: Applied.MOVED, Effect.CONFLICT: Applied.CONFLICT}


def brought(status: Status, *, seconds_late: float = 0) -> Step:
    """A verified callback."""

    def step(t: OrderHistory) -> None:
        assert t.trade, "a callback is about a trade"
        t.trade.move(status, t.clock - timedelta(seconds=seconds_late + t.scene.random.random()))
        callback = _received(t, _body(t, status), Verdict.VERIFIED, status)
        if seconds_late:
            callback.tags = Tag.LATE
        _apply(t, callback, status)

    return step


def brought_again(t: OrderHistory) -> None:
    """The last callback once more: the customer has reloaded the page."""
    first = t.callbacks[-1]
    again = _received(t, first.body, Verdict.VERIFIED, first.status or "")
    again.copy_of, again.tags = first.id, Tag.DUPLICATE
    again.tran_date, again.applied, again.applied_at = first.tran_date, Applied.NOTHING, t.tick()


def tampered(t: OrderHistory) -> None:
    """A refusal that somebody has turned into a success: nobody believes it."""
    _cancel(t)
    body = _body(t, Status.PAYFAIL).replace(b"PAYFAIL", b"PAYSUCCESS")
    _received(t, body, Verdict.MISMATCH, Status.PAYSUCCESS)


def unsigned(t: OrderHistory) -> None:
    """A success that somebody has made up, without a CheckString."""
    _cancel(t)
    body = _body(t, Status.PAYSUCCESS)
    start = body.index(b"CheckString=") + len(b"CheckString=")
    body = body[:start] + body[start + 32 :]
    _received(t, body, Verdict.NO_CHECKSTRING, Status.PAYSUCCESS)


def _cancel(t: OrderHistory) -> None:
    assert t.trade, "a callback is about a trade"
    t.trade.move(Status.PAYFAIL, t.clock)


def _body(t: OrderHistory, status: Status) -> bytes:
    """What the gateway signs."""
    assert t.trade, "a callback is about a trade"
    shop, stamp = t.scene.shop, jst_stamp(t.trade.processed_at)
    return encode_form(
        signed_result(shop.shop_id, t.order.order_id, status, stamp, shop.password).pairs()
    )


def _received(t: OrderHistory, body: bytes, verdict: Verdict, status: str) -> Callback:
    at = t.tick()
    headers = {"content-type": "application/x-www-form-urlencoded", "origin": "null"}
    headers |= {"user-agent": t.scene.random.choice(_BROWSERS), ":path": "/netcash/return"}
    callback = Callback(
        id=key_at(at),
        received_at=at,
        body=body,
        digest=sha256(body).hexdigest(),
        headers=json.dumps(headers),
        remote_address=f"203.0.113.{t.scene.random.randint(1, 254)}",
        judged_at=t.tick(),
        verdict=verdict,
        environment=t.scene.shop.environment,
        shop_id=t.scene.shop.shop_id,
        order_id=t.order.order_id,
        status=status,
        tran_date=body.partition(b"TranDate=")[2][:14].decode(),
        order_key=t.order.id,
    )
    t.callbacks.append(callback)
    return callback


def _apply(t: OrderHistory, callback: Callback, status: Status) -> None:
    said_at = parse_jst_stamp(callback.tran_date or "")
    report = StatusReport(Source.CALLBACK, status, said_at, t.tick(), callback_key=callback.id)
    effect = t.apply_report(report)
    callback.applied = _APPLIED.get(effect, Applied.NOTHING) if effect else Applied.AGREED
    callback.applied_at = t.clock
    if effect is Effect.CONFLICT:
        callback.tags = Tag.CONFLICT
