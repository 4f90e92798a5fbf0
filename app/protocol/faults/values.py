"""M01: the gateway refuses a call for a value in it, or for the trade that the values name."""

from __future__ import annotations

from app.protocol.faults.fault import Fault, Trade
from app.protocol.words import Words

_CORRECT = Words("値を直して、もう一度送ってください。", "Correct the value and send it again.")
_CHECK_SHOP = Words(
    "ショップの設定にある ShopID と ShopPass を確認してください。",
    "Check ShopID and ShopPass in the shop's settings.",
)
_CHECK_TRADE = Words(
    "取引登録の応答にある AccessID と AccessPass、その OrderID の組み合わせを確認してください。",
    "Check that AccessID, AccessPass and OrderID belong to one registration.",
)
_NOT_AN_OPERATORS = Words(
    "画面からは直せません。システムの担当者に連絡してください。",
    "This cannot be put right on a page. Tell whoever looks after the system.",
)


def _unchanged(code: str, about: str, ja: str, en: str, advice: Words = _CORRECT) -> Fault:
    return Fault(code, about, Words(ja, en), Trade.UNCHANGED, advice)


def _missing(code: str, name: str, advice: Words = _CORRECT) -> Fault:
    return _unchanged(code, name, f"{name} が空です。", f"{name} is empty.", advice)


def _too_long(code: str, name: str, limit: str, measure: str, advice: Words = _CORRECT) -> Fault:
    ja = f"{name} が長すぎます（{limit}まで）。"
    return _unchanged(code, name, ja, f"{name} is longer than {measure}.", advice)


def _illegal(code: str, name: str, advice: Words = _CORRECT) -> Fault:
    ja = f"{name} に使えない文字があります。"
    return _unchanged(code, name, ja, f"{name} holds a character that is not allowed.", advice)


def _not_a_number(code: str, name: str) -> Fault:
    ja = f"{name} が半角数字ではありません。"
    return _unchanged(code, name, ja, f"{name} is not made of half-width digits.")


def _bad_format(code: str, name: str, form: str, shape: str, advice: Words) -> Fault:
    ja = f"{name} の形が正しくありません（{form}）。"
    return _unchanged(code, name, ja, f"{name} is not well formed: {shape}.", advice)


_SHOP = (
    _too_long("M01001005", "Version", "3 文字", "3 characters", _NOT_AN_OPERATORS),
    _missing("M01002001", "ShopID", _CHECK_SHOP),
    _unchanged(
        "M01002002",
        "ShopID",
        "この ShopID と ShopPass のショップはありません。",
        "There is no shop with this ShopID and ShopPass.",
        _CHECK_SHOP,
    ),
    _bad_format(
        "M01002008",
        "ShopID",
        "半角英数字 13 文字まで",
        "up to 13 letters and digits are expected",
        _CHECK_SHOP,
    ),
    _missing("M01003001", "ShopPass", _CHECK_SHOP),
    _bad_format(
        "M01003008", "ShopPass", "8 文字まで", "up to 8 characters are expected", _CHECK_SHOP
    ),
)

_ORDER = (
    _missing("M01004001", "OrderID"),
    _unchanged(
        "M01004002",
        "OrderID",
        "この OrderID の取引は登録されていません。",
        "No trade is registered with this OrderID.",
        Words(
            "OrderID を確認してください。"
            "取引登録に応答がなかったのなら、その登録はまだ届いていません。",
            "Check the OrderID. If a registration went unanswered, it has not arrived so far.",
        ),
    ),
    Fault(
        "M01004010",
        "OrderID",
        Words("この OrderID はすでに使われています。", "This OrderID has been used before."),
        Trade.EXISTS,
        Words(
            "取引登録に応答がなかったのなら、先に取引状態を照会してください。"
            "それ以外は、次の番号を付けた OrderID で登録してください。",
            "If a registration went unanswered, look the order up first. "
            "Otherwise register with the next OrderID.",
        ),
    ),
    _too_long("M01004012", "OrderID", "27 文字", "27 characters"),
    _illegal("M01004013", "OrderID"),
    Fault(
        "M01004014",
        "OrderID",
        Words(
            "この OrderID の決済はすでに要求されています。",
            "Payment for this OrderID was requested before.",
        ),
        Trade.REQUESTED,
        Words(
            "取引状態を照会してください。Token が手元になければ、新しい OrderID が必要です。",
            "Look the order up. Without its Token, the customer needs a new OrderID.",
        ),
    ),
)

_MONEY = (
    _missing("M01005001", "Amount"),
    _unchanged("M01005005", "Amount", "Amount の桁が多すぎます。", "Amount has too many digits."),
    _not_a_number("M01005006", "Amount"),
    _unchanged(
        "M01005011",
        "Amount",
        "金額が 1 円から 200,000 円までではありません。",
        "The amount is not between 1 and 200,000 yen.",
    ),
    _unchanged("M01006005", "Tax", "Tax の桁が多すぎます。", "Tax has too many digits."),
    _not_a_number("M01006006", "Tax"),
)

_ACCESS = (
    _missing("M01007001", "AccessID", _CHECK_TRADE),
    _bad_format(
        "M01007008",
        "AccessID",
        "英数字 32 文字",
        "32 letters and digits are expected",
        _CHECK_TRADE,
    ),
    _missing("M01008001", "AccessPass", _CHECK_TRADE),
    _bad_format(
        "M01008008",
        "AccessPass",
        "英数字 32 文字",
        "32 letters and digits are expected",
        _CHECK_TRADE,
    ),
)

_CLIENT_FIELDS = (
    _too_long("M01039012", "ClientField1", "100 バイト", "100 bytes"),
    _illegal("M01039013", "ClientField1"),
    _too_long("M01040012", "ClientField2", "100 バイト", "100 bytes"),
    _illegal("M01040013", "ClientField2"),
    _too_long("M01041012", "ClientField3", "100 バイト", "100 bytes"),
    _illegal("M01041013", "ClientField3"),
)

_METHOD = (
    _missing("M01051001", "PayType", _NOT_AN_OPERATORS),
    _too_long("M01051005", "PayType", "2 文字", "2 characters", _NOT_AN_OPERATORS),
    _unchanged(
        "M01051011",
        "PayType",
        "PayType が決済方法のコードではありません。",
        "PayType is not the code of a payment method.",
        _NOT_AN_OPERATORS,
    ),
    _missing("M01120001", "NetCashPayType", _NOT_AN_OPERATORS),
    _unchanged(
        "M01120010",
        "NetCashPayType",
        "NetCashPayType が NETCASH ではありません。",
        "NetCashPayType is not NETCASH.",
        _NOT_AN_OPERATORS,
    ),
    _too_long("M01120012", "NetCashPayType", "40 文字", "40 characters", _NOT_AN_OPERATORS),
    _illegal("M01120013", "NetCashPayType", _NOT_AN_OPERATORS),
)

_TRADE = (
    _unchanged(
        "M01052011",
        "payment term",
        "支払期限が範囲を外れています。",
        "The payment term is out of range.",
        _NOT_AN_OPERATORS,
    ),
    _unchanged(
        "M01054004",
        "state",
        "今の取引状態ではできない操作です。",
        "The trade's present state does not allow this.",
        Words(
            "取引状態を照会してから、次にすることを決めてください。",
            "Look the order up, then decide what to do next.",
        ),
    ),
    _missing("M01056001", "RetURL"),
    _too_long("M01056012", "RetURL", "256 文字", "256 characters"),
    _unchanged(
        "M01058002",
        "trade",
        "この AccessID と AccessPass の取引はありません。",
        "There is no trade with this AccessID and AccessPass.",
        _CHECK_TRADE,
    ),
    _unchanged(
        "M01058010",
        "trade",
        "別のショップの取引です。",
        "The trade belongs to another shop.",
        Words(
            "どのショップで登録した取引かを確認してください。",
            "Check with which shop the trade was registered.",
        ),
    ),
    _unchanged(
        "M01074090",
        "Token",
        "Token が正しくありません。",
        "The Token is not valid.",
        Words(
            "決済実行の応答にある Token を、そのまま渡しているか確認してください。",
            "Check that the Token of ExecTran's answer is passed on unchanged.",
        ),
    ),
)

VALUE_FAULTS = (*_SHOP, *_ORDER, *_MONEY, *_ACCESS, *_CLIENT_FIELDS, *_METHOD, *_TRADE)
