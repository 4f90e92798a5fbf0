"""What the client checker says of requests as published clients write them, and of their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from app.protocol.messages import Call
from app.protocol.wire import encode_form
from app.sandbox.clients.checker import LOOKUP_INTERVAL, check
from app.sandbox.clients.encodings import is_escaped_again, is_utf_8
from app.sandbox.clients.findings import Finding
from app.sandbox.scenarios.faults import Fault
from app.sandbox.store.journal import BODY_LIMIT, Entry

FORM = "application/x-www-form-urlencoded"
ACCESS = b"ShopID=tshop00000001&ShopPass=tpass7xq&AccessID=%s&AccessPass=%s" % (
    b"0" * 32,
    b"1" * 32,
)
SHOP = b"ShopID=tshop00000001&ShopPass=tpass7xq"
ORDER = b"&OrderID=A-1"


def entry(call: Call, body: bytes = b"", **more: Any) -> Entry:
    kept = Entry(
        call.value,
        ShopID="tshop00000001",
        OrderID="A-1",
        AccessID="",
        host="gateway.example",
        query="",
        content_type=FORM,
        agent="",
        body=body,
    )
    return kept._replace(**more)


def findings(one: Entry) -> tuple[Finding, ...]:
    return check([one], 1)[0].findings


def kinds(entries: Sequence[Entry]) -> list[list[str]]:
    """What is found in each, in the order in which they came."""
    checked = check(entries, len(entries))
    return [[one.kind for one in found] for _, found in reversed(checked)]


def executed(*fields: tuple[str, str]) -> bytes:
    return ACCESS + ORDER + b"&NetCashPayType=NETCASH&" + encode_form(fields)


PART = b'--xy\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
IN_PARTS = PART % (b"ShopID", b"tshop00000001") + PART % (b"ClientField1", b"\x8dK") + b"--xy--\r\n"
GOOD = {
    "the vendor's own module": entry(
        Call.ENTRY, SHOP + ORDER + b"&Amount=1000&Tax=&User=Module-2.0.0&Version=137"
    ),
    "empty optionals": entry(Call.EXEC, executed(("ClientField1", ""), ("ClientField2", ""))),
    "sorted names": entry(Call.ENTRY, b"Amount=1000" + ORDER + b"&" + SHOP),
    "a leading and a doubled ampersand": entry(Call.ENTRY, b"&" + SHOP + b"&" + ORDER),
    "a parameter of another payment method": entry(
        Call.EXEC, executed(("ItemName", "本"), ("RetURL", "https://a.example/?x=1&y=2"))
    ),
    "a RetURL with a bare question mark": entry(
        Call.EXEC, ACCESS + ORDER + b"&RetURL=https://a.example/?x=1&ClientFieldFlag=1&User=x"
    ),
    "escapes of Windows-31J inside RetURL": entry(
        Call.EXEC, executed(("RetURL", "https://a.example/?name=%8D%82%8B%B4"))
    ),
    "the label of another charset": entry(
        Call.EXEC, executed(("ClientField1", "髙橋")), content_type=f"{FORM};charset=UTF-8"
    ),
    "a label of plain text": entry(Call.ENTRY, SHOP + ORDER, content_type="text/plain"),
    "a label of XML on a form": entry(Call.ENTRY, SHOP + ORDER, content_type="text/xml"),
    "no label": entry(Call.ENTRY, SHOP + ORDER, content_type=""),
    "a form in parts": entry(Call.EXEC, IN_PARTS, content_type="multipart/form-data; boundary=xy"),
    "a line end after the form": entry(Call.ENTRY, SHOP + ORDER + b"\r\n"),
    "an address with something of its own": entry(Call.ENTRY, SHOP + ORDER, query="trace=7"),
    "both spellings of a name": entry(Call.ENTRY, SHOP + ORDER + b"&orderid=A-1"),
    "rates": entry(Call.EXEC, executed(("ClientField1", "10%20%30%OFF"))),
    "kana that are UTF-8 too": entry(Call.EXEC, executed(("ClientField1", "ﾃポ"))),
    "codes that Python writes": entry(Call.EXEC, ACCESS + ORDER + b"&ClientField1=%EE%E0"),
    "a body of which not all is kept": entry(
        Call.EXEC, (ACCESS + b"&ClientField1=" + b"%82%A0" * 1000)[: BODY_LIMIT - 1] + b"%"
    ),
}


@pytest.mark.parametrize("habit", GOOD)
def test_a_habit_that_does_no_harm_accuses_nobody(habit: str) -> None:
    assert findings(GOOD[habit]) == ()


BAD = {
    "UTF-8": (
        entry(Call.EXEC, ACCESS + b"&ClientField2=%E6%B3%A8%E6%96%87"),
        ("charset", "ClientField2", "豕ｨ譁�"),
    ),
    "UTF-8 of a Western name": (
        entry(Call.EXEC, ACCESS + b"&ClientField1=Caf%C3%A9"),
        ("charset", "ClientField1", "Cafﾃｩ"),
    ),
    "UTF-8 of a parameter nobody knows": (
        entry(Call.EXEC, ACCESS + b"&ItemName=%E6%9C%AC%E5%B1%8B"),
        ("charset", "ItemName", "譛ｬ螻�"),
    ),
    "EUC-JP cut short": (
        entry(Call.EXEC, ACCESS + b"&ClientField1=%81"),
        ("not-windows-31j", "ClientField1", "�"),
    ),
    "escapes twice": (
        entry(Call.EXEC, ACCESS + b"&ClientField3=%258D%2582%258B%25B4"),
        ("twice-escaped", "ClientField3", "%8D%82%8B%B4"),
    ),
    "escapes twice in RetURL": (
        entry(Call.EXEC, ACCESS + b"&RetURL=https%253A%252F%252Fa.example%252F"),
        ("twice-escaped", "RetURL", "https%3A%2F%2Fa.example%2F"),
    ),
    "raw bytes": (
        entry(Call.EXEC, ACCESS + b"&ClientField1=\x8d\x4b"),
        ("unescaped", "ClientField1", "幸"),
    ),
    "RetURL cut at its own ampersand": (
        entry(Call.EXEC, ACCESS + b"&RetURL=https://a.example/?x=1&y=2"),
        ("unescaped", "RetURL", "https://a.example/?x=1"),
    ),
    "another spelling": (
        entry(Call.ENTRY, b"shopID=tshop00000001" + ORDER),
        ("name-misspelt", "shopID", ""),
    ),
    "a lookup in the address": (
        entry(Call.SEARCH, query="ShopPass=tpass7xq"),
        ("in-the-address", "ShopPass", ""),
    ),
    "JSON": (entry(Call.ENTRY, b'{"ShopID": 1}'), ("not-a-form", "", "")),
    "JSON under its own label": (
        entry(Call.ENTRY, b'"x"', content_type="application/json"),
        ("not-a-form", "", ""),
    ),
    "a Token read as a form": (
        entry(Call.START, b"AccessID=x&Token=a+b"),
        ("form-decoded-token", "Token", "••••••"),
    ),
    "a refused value": (
        entry(Call.EXEC, ACCESS + b"&ClientField1=a%7Cb", codes="M01039013"),
        ("error-M01039013", "ClientField1", "a|b"),
    ),
    "a refused password": (
        entry(Call.ENTRY, SHOP + ORDER, codes="M01003008"),
        ("error-M01003008", "ShopPass", "••••••"),
    ),
    "a value that is not there": (
        entry(Call.SEARCH, SHOP + ORDER, codes="M01051001"),
        ("error-M01051001", "PayType", ""),
    ),
}


@pytest.mark.parametrize("habit", BAD)
def test_a_mistake_is_named_with_its_parameter_and_what_the_gateway_read(habit: str) -> None:
    one, (kind, parameter, read) = BAD[habit]
    assert [(found.kind, found.parameter, found.read) for found in findings(one)] == [
        (kind, parameter, read)
    ]


@pytest.mark.parametrize(
    "text",
    ["ﾃｽ", "ﾂｱﾂｱ", "ﾂｷ", "ﾃﾞｰﾀ", "Webﾃｽﾄ", "miniﾄｰ", "閻散", "鰻ソ", "薔薇", "髙﨑①", "Tｼｬﾂ ﾃポ"],
)
def test_text_in_windows_31j_is_never_taken_for_utf_8(text: str) -> None:
    assert not is_utf_8(text.encode("cp932"))


@pytest.mark.parametrize(
    "text", ["あ", "様", "珈琲", "注文", "naïve", "Größe", "😀", "—", "don’t", "ｶﾅ", "Привет"]
)
def test_text_in_utf_8_is_recognised(text: str) -> None:
    assert is_utf_8(text.encode())


@pytest.mark.parametrize(
    ("value", "escaped"),
    [
        (b"Taro%20Yamada", True),
        (b"a%2Fb", True),
        (b"%E6%B3%A8", True),
        (b"20%25", False),
        (b"100% OFF%8D%82", False),
        (b"", False),
    ],
)
def test_escapes_within_a_value_are_told_from_rates(value: bytes, escaped: bool) -> None:
    assert is_escaped_again("ClientField1", value) is escaped


ENTERED, EXECUTED = entry(Call.ENTRY, SHOP + ORDER), entry(Call.EXEC, ACCESS + ORDER)
LOOKED_UP = entry(Call.SEARCH, SHOP + ORDER + b"&PayType=16")
LOST = EXECUTED._replace(fault=Fault.DROP)
REFUSED_LOOKUP = LOOKED_UP._replace(codes="M01002002")
REFUSED = ["error-M01002002"]


@pytest.mark.parametrize(
    ("requests", "found"),
    [
        ([EXECUTED, REFUSED_LOOKUP, LOOKED_UP], [[], REFUSED, []]),
        ([LOOKED_UP, LOOKED_UP], [[], ["too-often"]]),
        ([LOOKED_UP, REFUSED_LOOKUP, LOOKED_UP], [[], REFUSED, ["too-often"]]),
        ([LOOKED_UP, LOOKED_UP._replace(at=LOOKUP_INTERVAL)], [[], []]),
        ([LOOKED_UP, LOST, LOOKED_UP, EXECUTED], [[], [], [], []]),
        ([LOOKED_UP._replace(fault=Fault.LATE), LOOKED_UP], [[], []]),
        ([ENTERED, LOOKED_UP._replace(fault=Fault.DROP), EXECUTED], [[], [], []]),
        ([LOST, EXECUTED], [[], ["blind-retry"]]),
        ([LOST, REFUSED_LOOKUP, EXECUTED], [[], REFUSED, ["blind-retry"]]),
        ([LOST, LOOKED_UP._replace(fault=Fault.DROP), EXECUTED], [[], [], ["blind-retry"]]),
        (
            [LOST, EXECUTED._replace(codes="M01004014"), EXECUTED],
            [[], ["blind-retry", "error-M01004014"], ["blind-retry"]],
        ),
        (
            [ENTERED._replace(fault=Fault.DROP), *[ENTERED._replace(codes="M01004010")] * 2],
            [[], *[["blind-retry", "error-M01004010"]] * 2],
        ),
        ([EXECUTED._replace(fault=Fault.BUSY), EXECUTED], [[], []]),
        ([EXECUTED._replace(fault=Fault.DRIP), LOOKED_UP], [[], []]),
        ([ENTERED._replace(fault=Fault.LATE), EXECUTED], [[], []]),
        ([ENTERED._replace(fault=Fault.OTHER_ORDER), EXECUTED], [[], ["another-order"]]),
        ([ENTERED._replace(fault=Fault.OTHER_ORDER), LOOKED_UP, EXECUTED], [[], [], []]),
        ([LOST, EXECUTED._replace(ShopID="another")], [[], []]),
        ([LOST._replace(OrderID=""), EXECUTED._replace(OrderID="")], [[], []]),
        ([LOOKED_UP._replace(OrderID="")] * 2, [[], []]),
    ],
)
def test_what_comes_when_is_judged_by_what_was_answered_before(
    requests: list[Entry], found: list[list[str]]
) -> None:
    assert kinds(requests) == found


def test_a_start_is_at_its_host_however_that_is_written() -> None:
    start = entry(Call.START, b"AccessID=x&Token=ab")
    for host, found in {"Gateway.example:443": [], "other.example": ["start-url-ignored"]}.items():
        checked = check([start._replace(host=host)], 1, "gateway.example")
        assert [one.kind for one in checked[0].findings] == found
