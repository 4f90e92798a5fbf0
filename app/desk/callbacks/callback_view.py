"""Viewing: all we know of one callback, gathered for its page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from app.desk.callbacks.mismatch_diagnosis import diagnose_mismatch
from app.desk.callbacks.raw import TARGET
from app.desk.callbacks.reverify import DOUBTFUL
from app.desk.callbacks.verification import CheckedCallback, read_and_verify
from app.protocol.checkstring import COVERED, Verdict
from app.protocol.diagnosis import Finding
from app.protocol.fields import CHECK_STRING
from app.protocol.reading import Reading
from app.records.callback_lists import copies_of
from app.records.callbacks import Callback
from app.records.orders import Order
from app.records.shops import OurShops, Shop
from app.records.verdict_changes import VerdictChange, verdict_changes_of
from app.redaction import redacted

KEPT_FROM = "/verify"
"""The address that marks a callback as pasted and kept: no browser brought it."""


@dataclass(frozen=True)
class CallbackView:
    """One callback with its derivation.

    `computed` is the CheckString that its four values have with the shop's password; None where
    none was compared. `copies` is how often the same bytes came again. `diagnose_mismatch` are the
    single changes that would make it verify.
    """

    callback: Callback
    reading: Reading
    shop: Shop | None
    order: Order | None
    computed: str | None
    headers: Mapping[str, str]
    earlier: Sequence[VerdictChange]
    copies: int
    findings: Sequence[Finding]

    @property
    def received(self) -> str:
        """The CheckString that came with it; empty where none did."""
        return self.reading.values.get("CheckString", "")

    @property
    def received_is_digest(self) -> bool:
        """Whether what came has the form of a CheckString at all."""
        return not CHECK_STRING.problems(self.received.strip())

    @property
    def kept(self) -> bool:
        """Whether it was pasted and kept by an operator, so that no browser brought it."""
        return self.headers.get(TARGET) == KEPT_FROM

    @property
    def suspects(self) -> Mapping[str, str]:
        """The parameters whose change would make it verify, each with the value it would have.

        Empty where that is not another value in its place but another form of it.
        """
        found: dict[str, str] = {}
        for finding in self.findings:
            if finding.parameter:
                found.setdefault(finding.parameter, _other_value(finding))
        return found

    @property
    def parts(self) -> Sequence[tuple[str, str | None]]:
        """What the CheckString is made of, in its order. The password stays out."""
        values = [(name, redacted(self.reading.values.get(name, ""))) for name in COVERED]
        return [*values, ("ShopPass", None)]


def callback_view(session: Session, ours: OurShops, callback: Callback) -> CallbackView:
    """Everything the page of one callback shows."""
    [checked] = read_and_verify(session, ours, [callback])
    reading = checked.judgement.reading
    return CallbackView(
        callback=callback,
        reading=reading,
        shop=checked.shop,
        order=session.get(Order, callback.order_key) if callback.order_key else None,
        computed=_computed(checked),
        headers=json.loads(callback.headers),
        earlier=verdict_changes_of(session, callback.id),
        copies=copies_of(session, [callback.id]).get(callback.id, 0),
        findings=diagnose_mismatch(session, ours, reading, callback)
        if _is_in_doubt(callback)
        else (),
    )


def _other_value(finding: Finding) -> str:
    """The parameter's other value, where a finding names one; of a password it never does."""
    value = finding.value
    return value if finding.parameter in COVERED and isinstance(value, str) else ""


def _is_in_doubt(callback: Callback) -> bool:
    # What is no longer here could explain anything.
    return callback.verdict in DOUBTFUL and callback.whole_length is None


def _computed(checked: CheckedCallback) -> str | None:
    if checked.callback.verdict == Verdict.VERIFIED:
        # It was compared with the password then in force, which may since have been changed.
        return checked.judgement.reading.values["CheckString"].lower()
    return checked.judgement.computed
