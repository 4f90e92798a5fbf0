"""E9: the gateway, or what lies behind it, could not do its work."""

from __future__ import annotations

from app.protocol.faults.fault import Fault, Trade
from app.protocol.words import Words

_LOOK_UP = Words(
    "もう一度送らず、取引状態を照会してください。",
    "Do not send it again. Look the order up.",
)
_WAIT = Words(
    "少し待ってから、同じ要求をもう一度送ってください。",
    "Wait a little, then send the same request again.",
)


def _unknown(code: str, ja: str, en: str) -> Fault:
    return Fault(code, "system", Words(ja, en), Trade.UNKNOWN, _LOOK_UP)


def _too_many(code: str) -> Fault:
    happened = Words(
        "ゲートウェイへの同時の要求が多すぎます。",
        "The gateway has too many requests at once.",
    )
    return Fault(code, "system", happened, Trade.UNCHANGED, _WAIT, ask_again=True)


SYSTEM_FAULTS = (
    _unknown(
        "E90010001",
        "同じ要求がまだ処理されています（二重送信）。",
        "The same request is still at work: it was sent twice.",
    ),
    _unknown(
        "E91019999",
        "ゲートウェイの内部で障害が起きました（データベース）。",
        "The gateway failed inside, at its database.",
    ),
    _unknown(
        "E91020001",
        "ゲートウェイがセンターの応答を待ちきれませんでした。",
        "The gateway waited in vain for the centre.",
    ),
    _unknown(
        "E91029998",
        "ゲートウェイの先で決済処理が失敗しました。",
        "Payment processing failed behind the gateway.",
    ),
    _unknown(
        "E91029999",
        "ゲートウェイの先で決済処理が失敗しました。",
        "Payment processing failed behind the gateway.",
    ),
    _unknown(
        "E91060001",
        "使える応答が届きませんでした。接続ソフトが自分で付けたコードです。",
        "No usable answer came; the client software made up this code itself.",
    ),
    _unknown(
        "E91099996",
        "ゲートウェイの内部で障害が起きました。",
        "The gateway failed inside.",
    ),
    Fault(
        "E91099997",
        "system",
        Words("この宛先に API はありません。", "There is no such API at this address."),
        Trade.UNCHANGED,
        Words(
            "ショップの設定にあるゲートウェイの宛先を確認してください。",
            "Check the gateway's address in the shop's settings.",
        ),
    ),
    _unknown(
        "E91099999",
        "ゲートウェイで予期しない障害が起きました。",
        "The gateway failed in an unexpected way.",
    ),
    _too_many("E92000001"),
    _too_many("E92000002"),
)
