"""Checked by hand: callbacks that somebody has on paper, in a log or in a mail.

Nothing is stored and nothing is applied, unless asked: then each is taken in as if a browser had
brought it now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel import Session

from app.desk.audit import record_action
from app.desk.callbacks.callback_view import KEPT_FROM, CallbackView, callback_view
from app.desk.callbacks.intake import CallbackIntake
from app.desk.callbacks.raw import TARGET
from app.desk.callbacks.verification import read_and_verify, write_verdict
from app.desk.context import Actor, Desk
from app.protocol.checkstring import Verdict, judge, read_result
from app.protocol.pasted import Found, Pasted, read_bytes, read_text
from app.protocol.reading import Reading
from app.records.callbacks import Callback
from app.records.database import Database
from app.records.orders import order_by_number
from app.records.shops import OurShops

SHOWN = 10
"""Results of one text that are shown with their derivation: each may be diagnosed."""

KEPT_AT_MOST = 500
"""Results of one text that are kept at once. Larger files are for `import`."""


@dataclass(frozen=True)
class JudgedResult:
    """A result found in a text, with its verdict."""

    found: Found
    reading: Reading
    verdict: Verdict


@dataclass(frozen=True)
class CheckedText:
    """All that a text holds: every result judged and counted, the first of them listed, and of
    these the first SHOWN with all we know."""

    pasted: Pasted
    results: Sequence[JudgedResult]
    views: Sequence[CallbackView]

    @property
    def counts(self) -> Counter[Verdict]:
        """How many of the results have each verdict."""
        return self.pasted.counts

    @property
    def number(self) -> int:
        """How many results there are."""
        return self.pasted.number


def check_pasted(session: Session, ours: OurShops, pasted: str | bytes) -> CheckedText:
    """Judge every callback that a text, or a file, holds."""
    password_of = {shop.shop_id: shop.password for shop in ours.all(session)}.get
    found = _read(pasted, password_of)
    results = [JudgedResult(one, read_result(one.body), one.verdict) for one in found.results]
    views = [_view(session, ours, one.body) for one in found.results[:SHOWN]]
    return CheckedText(found, results, views)


def _read(pasted: str | bytes, password_of: Callable[[str], str | None]) -> Pasted:
    def verdict_of(reading: Reading) -> Verdict:
        return judge(reading, password_of).verdict

    if isinstance(pasted, bytes):
        return read_bytes(pasted, verdict_of)
    return read_text(pasted, verdict_of)


def _view(session: Session, ours: OurShops, body: bytes) -> CallbackView:
    callback = Callback(body=body, digest=sha256(body).hexdigest())
    [checked] = read_and_verify(session, ours, [callback])
    write_verdict(checked)
    order = order_by_number(session, checked.shop_key, checked.order_id) if checked.shop else None
    callback.order_key = order.id if order else None
    return callback_view(session, ours, callback)


async def import_pasted(
    desk: Desk, intake: CallbackIntake, actor: Actor, bodies: Sequence[bytes]
) -> Sequence[str]:
    """Store, verify and apply these callbacks, KEPT_AT_MOST of them. Returns their keys."""
    return [await _kept(desk, intake, actor, body) for body in bodies[:KEPT_AT_MOST]]


async def _kept(desk: Desk, intake: CallbackIntake, actor: Actor, body: bytes) -> str:
    key = await intake.receive(body, [(TARGET, KEPT_FROM)], actor.remote_address)
    processed = await intake.outcome(key)
    order_key = processed.callback.order_key if processed else None
    await desk.writer.write(
        lambda session: record_action(
            session, actor, "callback-kept", order_key=order_key, subject=key
        )
    )
    return key


def bodies_in(session: Session, ours: OurShops, text: str) -> Sequence[bytes]:
    """The bodies of the callbacks that a text holds."""
    password_of = {shop.shop_id: shop.password for shop in ours.all(session)}.get
    return [found.body for found in _read(text, password_of).results]


def verdict_of_file(database: Database, data: bytes, ours: OurShops) -> CheckedText:
    """Judge every callback in these bytes."""
    with database.reading() as session:
        return check_pasted(session, ours, data)
