"""NC1 and NC2: the customer's start, the payment itself, and what the centre found.

The codes of the start stand on the gateway's error page, before the customer; the merchant is not
told. Those of the payment come with a result.
"""

from __future__ import annotations

from app.protocol.faults.fault import Fault, Trade
from app.protocol.words import Words

_OPEN_AGAIN = Words(
    "お客様に、こちらの支払いリンクをもう一度開いてもらってください。",
    "Ask the customer to open our payment link again.",
)
_LOOK_UP = Words(
    "取引状態を照会してください。照会が済むまで、支払いの有無をお客様に伝えないでください。",
    "Look the order up. Until then, do not tell the customer whether it is paid.",
)
_LOOK_UP_FIRST = Words(
    "取引状態を照会してから、お客様に案内してください。",
    "Look the order up before you advise the customer.",
)
_ASK_PROVIDER = Words(
    "ショップの契約と設定について、決済代行会社に問い合わせてください。",
    "Ask the provider about the shop's contract and settings.",
)


def _start(
    code: str, ja: str, en: str, advice: Words = _OPEN_AGAIN, trade: Trade = Trade.UNCHANGED
) -> Fault:
    return Fault(code, "start", Words(ja, en), trade, advice)


def _payment(code: str, ja: str, en: str) -> Fault:
    return Fault(code, "payment", Words(ja, en), Trade.SEE_LOOKUP, _LOOK_UP)


def _centre(code: str, ja: str, en: str, advice: Words = _ASK_PROVIDER) -> Fault:
    return Fault(code, "centre", Words(ja, en), Trade.UNCHANGED, advice)


_START = (
    _start(
        "NC1000001",
        "支払いページを開けませんでした。AccessID が正しくありません。",
        "The payment page did not open: the AccessID is not right.",
    ),
    _start(
        "NC1000002",
        "支払いページを開けませんでした。該当する取引がありません。",
        "The payment page did not open: there is no such trade.",
        Words(
            "どのショップ、どの環境で登録した取引かを確認してください。",
            "Check with which shop and in which environment the trade was registered.",
        ),
    ),
    _start(
        "NC1000003",
        "支払いページを開けませんでした。Token が正しくありません。",
        "The payment page did not open: the Token is not right.",
    ),
    _start(
        "NC1000004",
        "支払い済みの取引なので、支払いページは開きません。",
        "The payment page did not open: the trade is already paid.",
        Words(
            "取引状態を照会して、支払いを確認してください。お客様にもう一度支払わせないでください。",
            "Look the order up to confirm it. Do not let the customer pay twice.",
        ),
        Trade.PAID,
    ),
    _start(
        "NC1000005",
        "支払期限が切れたので、支払いページは開きません。",
        "The payment page did not open: the payment term is over.",
        Words(
            "支払ってもらうには、新しい OrderID で登録してください。",
            "To be paid, register with a new OrderID.",
        ),
        Trade.EXPIRED,
    ),
    _start(
        "NC1000006",
        "今の取引状態では、支払いページは開きません。",
        "The payment page did not open: the trade's present state does not allow it.",
        _LOOK_UP_FIRST,
    ),
    _start(
        "NC1000013",
        "支払いページを開けませんでした。購入内容が受け付けられませんでした。",
        "The payment page did not open: the purchase was not accepted.",
        Words(
            "金額と加盟店自由項目を確認し、新しい OrderID で登録してください。",
            "Check the amount and the client fields, and register with a new OrderID.",
        ),
    ),
)

_PAYMENT = (
    _payment(
        "NC1000007",
        "支払いの途中で有効期限が切れました。",
        "The time allowed ran out while the customer was paying.",
    ),
    _payment(
        "NC1000008",
        "支払いの途中で、取引状態を進められませんでした。",
        "The trade could not be moved on while the customer was paying.",
    ),
    _payment(
        "NC1000009",
        "NET CASH センターが支払いを断りました。",
        "The NET CASH centre refused the payment.",
    ),
    _payment(
        "NC1000010",
        "支払いの内容が途中で変わっていないかの検査に通りませんでした。",
        "The payment failed a check that its content was not altered.",
    ),
    _payment(
        "NC1000011",
        "支払いの内容を取得できませんでした。",
        "The details of the payment could not be had.",
    ),
    _payment(
        "NC1000012",
        "支払い結果の項目が互いに合っていません。",
        "The parts of the payment's result do not fit together.",
    ),
)

_CENTRE = (
    Fault(
        "NC2000001",
        "centre",
        Words(
            "失敗した取引に、支払い結果の通知が届きました。",
            "A payment was reported for a trade that had failed.",
        ),
        Trade.CONFLICT,
        Words(
            "すぐに取引状態を照会し、調査を始めてください。商品の発送と返金は結果が出てからです。",
            "Look the order up now and investigate. Ship or refund nothing before it is settled.",
        ),
    ),
    _centre(
        "NC2000002",
        "NET CASH センターがこのショップを知りません。",
        "The NET CASH centre does not know the shop.",
    ),
    _centre(
        "NC2000003",
        "センターのショップコードが設定されていません。",
        "The shop's code at the centre is not set.",
    ),
    _centre(
        "NC2000004",
        "センターとの契約種別が設定されていません。",
        "The shop's type of contract with the centre is not set.",
    ),
    _centre(
        "NC2000005",
        "このショップのサービスは止められています。",
        "The service is suspended for this shop.",
    ),
    _centre(
        "NC2000006",
        "購入内容に当たる取引がありません。",
        "There is no trade for the purchase.",
        _LOOK_UP_FIRST,
    ),
    _centre(
        "NC2000007",
        "支払い結果の通知に当たる取引がありません。",
        "There is no trade for the reported payment.",
        _LOOK_UP_FIRST,
    ),
)

PAYMENT_FAULTS = (*_START, *_PAYMENT, *_CENTRE)
