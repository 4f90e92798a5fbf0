"""Reading what the gateway answers: lenient in form, strict in substance."""

import pytest

from app.protocol.messages import (
    Call,
    EntryTranAnswer,
    ErrorAnswer,
    ExecTranAnswer,
    NotUnderstood,
    SearchAnswer,
    read_answer,
)
from app.protocol.statuses import Status
from app.protocol.wire import encode_answer

ID, PASS = "0123456789abcdef" * 2, "fedcba9876543210" * 2
ENTRY = f"OrderID=A1001&AccessID={ID}&AccessPass={PASS}"
EXEC = f"AccessID={ID}&Token=ab+c/d&StartURL=https://host/payment/NetCashStart.idPass"
SEARCH = (
    f"Status=PAYSUCCESS&ProcessDate=20260101123456&AccessID={ID}&AccessPass={PASS}&Amount=1000"
    "&Tax=0&Currency=JPN&ClientField1=～－①ほげポ掛&ClientField2=&ClientField3=&PayType=16"
    "&NetCashPayType=NETCASH"
)
FOUND = SearchAnswer(
    Status.PAYSUCCESS, "20260101123456", ID, PASS, 1000, 0, ClientField1="～－①ほげポ掛"
)


def read(call: Call, text: str) -> object:
    return read_answer(call, text.encode("cp932"))


def test_each_call_has_its_answer() -> None:
    url = "https://host/payment/NetCashStart.idPass"
    assert read(Call.ENTRY, ENTRY) == EntryTranAnswer("A1001", ID, PASS)
    assert read(Call.EXEC, EXEC) == ExecTranAnswer(ID, "ab+c/d", url)
    assert read(Call.SEARCH, SEARCH) == FOUND


@pytest.mark.parametrize(
    "text",
    [
        ENTRY + "\r\n",
        ENTRY + "&ErrCode=&ErrInfo=",
        ENTRY + "&ErrCode=&ErrInfo",
        ENTRY + "&ErrCode=M01&ErrInfo=",
        "&&" + ENTRY + "&Novelty=1&novelty",
        f"accesspass={PASS}&ORDERID=A1001&accessid={ID}",
        ENTRY + "&OrderID=A1001&novelty=1&novelty=2",
    ],
)
def test_the_form_of_an_answer_may_vary(text: str) -> None:
    assert read(Call.ENTRY, text) == EntryTranAnswer("A1001", ID, PASS)


def test_a_token_keeps_its_equals_signs() -> None:
    answer = read(Call.EXEC, EXEC.replace("ab+c/d", "ab+c/=="))
    assert isinstance(answer, ExecTranAnswer)
    assert answer.Token == "ab+c/=="


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("ErrCode=M01&ErrInfo=M01004010", ("M01004010",)),
        ("errcode=M01|M01&errinfo=M01002001|M01005001", ("M01002001", "M01005001")),
        ("ErrCode=M01|M01|&ErrInfo=M01002001|M01005001|\n", ("M01002001", "M01005001")),
        ("ErrCode=E01&ErrInfo=E92000001|M01005001", ("E92000001", "M01005001")),
        (f"OrderID=A1&AccessID={ID}&ErrCode=M01&ErrInfo=M01004010", ("M01004010",)),
    ],
)
def test_an_error_answer_is_the_list_of_its_codes(text: str, errors: tuple[str, ...]) -> None:
    for call in (Call.ENTRY, Call.EXEC, Call.SEARCH):
        assert read(call, text) == ErrorAnswer(errors)


@pytest.mark.parametrize(
    ("call", "text", "reason"),
    [
        (Call.ENTRY, "", "no parameter"),
        (Call.ENTRY, "<html><body>Bad gateway</body></html>", "no parameter"),
        (Call.ENTRY, EXEC.replace("AccessID", "X"), "no parameter"),
        (Call.ENTRY, "OrderID=A1001", "AccessID is missing"),
        (Call.ENTRY, ENTRY.replace(ID, ID[:-1]), "AccessID is not valid"),
        (Call.ENTRY, ENTRY.replace(ID, "あ" * 32), "AccessID is not valid"),
        (Call.ENTRY, ENTRY + "&OrderID=B2", "OrderID comes twice, with two values"),
        (Call.SEARCH, SEARCH + "&status=PAYFAIL", "Status comes twice, with two values"),
        (Call.ENTRY, ENTRY.replace("A1001", "注文"), "OrderID is not valid"),
        (Call.EXEC, EXEC.replace("ab+c/d", "ab c/d"), "Token is not valid"),
        (Call.EXEC, EXEC.replace("https:", "javascript:"), "StartURL is not valid"),
        (Call.EXEC, EXEC.replace("ab+c/d", ""), "Token is missing"),
        (Call.SEARCH, SEARCH.replace("PAYSUCCESS", "SALES"), "Status is not valid"),
        (Call.SEARCH, SEARCH.replace("Status=PAYSUCCESS&", ""), "Status is missing"),
        (Call.SEARCH, SEARCH.replace("Amount=1000", "Amount=1,000"), "Amount is not valid"),
        (Call.SEARCH, SEARCH.replace("Amount=1000", "Amount=12345678901"), "Amount is not valid"),
        (Call.SEARCH, SEARCH.replace("&Tax=0", ""), "Tax is missing"),
        (Call.SEARCH, SEARCH.replace("20260101123456", "20261301"), "ProcessDate is not valid"),
        (Call.SEARCH, SEARCH.replace("PayType=16", "PayType=3", 1), "PayType is not valid"),
        (Call.SEARCH, SEARCH[: SEARCH.index("&PayType")], "PayType is missing"),
        (Call.SEARCH, "ErrCode=E01&ErrInfo=|", "not a list of codes"),
        (Call.SEARCH, "ErrCode=E01&ErrInfo=<script>", "not a list of codes"),
        (Call.SEARCH, "ErrInfo=E92000001", "no parameter"),
    ],
)
def test_anything_else_is_not_understood(call: Call, text: str, reason: str) -> None:
    with pytest.raises(NotUnderstood, match=reason):
        read(call, text)


def test_bytes_that_are_not_windows_31j_are_not_understood() -> None:
    with pytest.raises(NotUnderstood, match="Windows-31J"):
        read_answer(Call.ENTRY, ENTRY.encode() + b"\x81")


def test_a_lookup_may_find_ten_digits_and_a_method_that_was_withdrawn() -> None:
    text = SEARCH.replace("Amount=1000", "Amount=1234567890").replace("NETCASH", "NNCGIFT")
    answer = read(Call.SEARCH, text)
    assert isinstance(answer, SearchAnswer)
    assert (answer.Amount, answer.NetCashPayType) == (1_234_567_890, "NNCGIFT")


def test_an_empty_tax_is_a_tax_of_nothing() -> None:
    assert read(Call.SEARCH, SEARCH.replace("Tax=0", "Tax=")) == FOUND


def test_a_lookup_answers_every_key_in_the_tables_order_and_no_error() -> None:
    assert encode_answer(FOUND.pairs()) == SEARCH.encode("cp932")


def test_an_error_answer_pairs_each_code_with_its_family() -> None:
    answer = ErrorAnswer(("M01051005", "E92000001"))
    assert encode_answer(answer.pairs()) == b"ErrCode=M01|E92&ErrInfo=M01051005|E92000001"


def test_no_answer_shows_a_secret() -> None:
    shown = repr((read(Call.ENTRY, ENTRY), read(Call.EXEC, EXEC), FOUND))
    assert PASS not in shown
    assert "ab+c/d" not in shown


def test_a_reason_never_repeats_a_value() -> None:
    with pytest.raises(NotUnderstood) as caught:
        read(Call.ENTRY, ENTRY.replace(PASS, PASS + "!"))
    assert PASS not in caught.value.reason
