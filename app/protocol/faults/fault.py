"""What an error of the gateway is to an operator."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.protocol.words import Words


class Trade(StrEnum):
    """What an error says about the trade, which is what it means for the money."""

    UNCHANGED = "unchanged"
    UNKNOWN = "unknown"
    EXISTS = "exists"
    REQUESTED = "requested"
    PAID = "paid"
    EXPIRED = "expired"
    SEE_LOOKUP = "see-lookup"
    CONFLICT = "conflict"


_TRADE_WORDS = {
    Trade.UNCHANGED: Words(
        "この呼び出しで取引は変わらず、お金も動いていません。",
        "This call left the trade as it was and moved no money.",
    ),
    Trade.UNKNOWN: Words(
        "取引がどうなったかは分かりません。",
        "What became of the trade is not known.",
    ),
    Trade.EXISTS: Words(
        "この OrderID の取引はすでにあります。応答のなかったこちらの登録かもしれません。",
        "A trade with this OrderID exists, perhaps from a call of ours that went unanswered.",
    ),
    Trade.REQUESTED: Words(
        "決済はすでに要求されています。応答のなかったこちらの決済実行かもしれません。",
        "Payment was requested before, perhaps by a call of ours that went unanswered.",
    ),
    Trade.PAID: Words("お客様の支払いは済んでいます。", "The customer has already paid."),
    Trade.EXPIRED: Words(
        "支払期限が切れています。もう支払いはできません。",
        "The payment term is over. It can no longer be paid.",
    ),
    Trade.SEE_LOOKUP: Words(
        "通知の Status が目安です。確かなのは取引状態の照会だけです。",
        "The Status beside it is a hint. Only a lookup settles it.",
    ),
    Trade.CONFLICT: Words(
        "失敗した取引でお金が動いた可能性があります。",
        "Money may have moved for a trade that had failed.",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One ErrInfo explained."""

    code: str
    about: str  # the parameter or the part of the process it is about
    happened: Words
    trade: Trade
    advice: Words
    ask_again: bool = False  # whether sending the very same call again makes sense

    @property
    def trade_words(self) -> Words:
        """What it says about the trade, as a sentence."""
        return _TRADE_WORDS[self.trade]
