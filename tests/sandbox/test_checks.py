"""Every check of every call, each with the code it is answered with."""

from __future__ import annotations

import pytest

from app.protocol.error_catalogue import CATALOGUE
from app.protocol.messages import Call
from tests.sandbox.merchant import Merchant

WORD, LONG, DIGITS = "a_b", "A" * 300, "9" * 7
LONG_TEXT = "あ" * 50 + "a"  # 101 bytes of Windows-31J

# Of calls, of which each has a parameter: its values and the codes they are answered with.
OF_A_SHOP = {
    "Version": {"1234": "M01001005", "": "", "x": ""},
    "ShopID": {"": "M01002001", WORD: "M01002008", "A" * 14: "M01002008", "nobody": "M01002002"},
    "ShopPass": {"": "M01003001", "あ": "M01003008", "A" * 9: "M01003008", "wrong": "M01002002"},
}
AN_ORDER_ID = {
    "": "M01004001",
    "A" * 28: "M01004012",
    WORD: "M01004013",
    "１": "M01004013",
    WORD * 10: "M01004012|M01004013",
}
ENTRY = OF_A_SHOP | {
    "OrderID": AN_ORDER_ID,
    "Amount": {
        "": "M01005001",
        DIGITS: "M01005005",
        "1.5": "M01005006",
        "-1": "M01005006",
        "１００": "M01005006",
        LONG: "M01005005|M01005006",
        "0": "M01005011",
        "200001": "M01005011",
        "200000": "",
        "000001": "",
    },
    "Tax": {
        "": "",
        "0": "",
        DIGITS: "M01006005",
        "x": "M01006006",
        LONG: "M01006005|M01006006",
        "200000": "M01005011",  # with an Amount of 1000
    },
}
EXEC = OF_A_SHOP | {
    "AccessID": {"": "M01007001", "x": "M01007008", "A" * 33: "M01007008", "A" * 32: "M01058002"},
    "AccessPass": {"": "M01008001", "x": "M01008008", "0" * 32: "M01058002"},
    "OrderID": AN_ORDER_ID | {"ANOTHER": "M01058002"},
    "RetURL": {"": "M01056001", "x" * 257: "M01056012", "x": ""},
    "ClientField1": {"": "", LONG_TEXT: "M01039012", "a|b": "M01039013", "a\nb": "M01039013"},
    "ClientField2": {"": "", LONG_TEXT: "M01040012", "<": "M01040013", "ｶﾅ +=%;": ""},
    "ClientField3": {"": "", LONG_TEXT: "M01041012", "'": "M01041013", "〜−①ソ表": ""},
    "NetCashPayType": {
        "": "M01120001",
        "NNCGIFT": "M01120010",
        "A" * 41: "M01120012|M01120010",
        WORD: "M01120013|M01120010",
    },
}
SEARCH = OF_A_SHOP | {
    "OrderID": AN_ORDER_ID | {"NEVER": "M01004002"},
    "PayType": {"": "M01051001", "null": "M01051005|M01051011", "3": "M01051011"},
}
CHECKS = [
    (call, name, value, codes)
    for call, table in ((Call.ENTRY, ENTRY), (Call.EXEC, EXEC), (Call.SEARCH, SEARCH))
    for name, values in table.items()
    for value, codes in values.items()
]

# A payment term and a Token are parameters of other calls, and a used OrderID, a trade's state and
# its shop are matters of more than one value.
OF_OTHERS = {"M01052011", "M01074090"}
OF_STATES = {"M01004010", "M01004014", "M01054004", "M01058010"}


@pytest.mark.parametrize("call", [Call.ENTRY, Call.EXEC, Call.SEARCH])
def test_every_fault_of_every_parameter_has_its_code(merchant: Merchant, call: Call) -> None:
    answered = {}
    for _, name, value, codes in (check for check in CHECKS if check[0] is call):
        answer = merchant.call(call, **(right(merchant, call) | {name: value}))
        answered[name, value] = answer.get("errinfo", "")
        assert ("errcode" in answer) == bool(codes), (name, value)
        expected = "|".join(code[:3] for code in codes.split("|"))
        assert answer.get("errcode", "") == expected, (name, value)
    assert answered == {check[1:3]: check[3] for check in CHECKS if check[0] is call}


def right(merchant: Merchant, call: Call) -> dict[str, str]:
    """Values that pass every check of a call."""
    if call is Call.ENTRY:
        return {"OrderID": merchant.order_id(), "Amount": "1000"}
    if call is Call.EXEC:
        return merchant.execution(merchant.enter())
    return {"OrderID": merchant.enter()["OrderID"], "PayType": "16"}


def test_every_listed_code_of_these_calls_is_answered_to_some_fault() -> None:
    listed = {code for code in CATALOGUE if code.startswith("M01")}
    answered = {code for *_, codes in CHECKS for code in codes.split("|") if code}
    assert answered | OF_STATES == listed - OF_OTHERS
