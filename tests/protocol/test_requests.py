"""Requests: what a gateway finds wrong with one, and that an invalid one cannot be built."""

from typing import Any

import pytest

from app.protocol.messages import (
    Call,
    EntryTranRequest,
    ExecTranRequest,
    InvalidMessage,
    Request,
    SearchRequest,
    StartRequest,
    error_code,
)

ACCESS = {"AccessID": "a" * 32, "AccessPass": "b" * 32}
SHOP = {"ShopID": "tshop00000001", "ShopPass": "tpass7xq"}
ENTRY = {**SHOP, "OrderID": "A1001", "Amount": "1000"}
EXEC = {
    **SHOP,
    **ACCESS,
    "OrderID": "A1001",
    "RetURL": "https://shop.example/return?x=1",
    "NetCashPayType": "NETCASH",
}
SEARCH = {**SHOP, "OrderID": "A1001", "PayType": "16"}


def codes(request: type[Request], values: dict[str, str]) -> str:
    return "|".join(error_code(problem, request.CALL) for problem in request.problems(values))


@pytest.mark.parametrize(
    ("request_type", "values", "expected"),
    [
        (EntryTranRequest, {}, ""),
        (EntryTranRequest, {"Version": "137", "Tax": "", "User": "x"}, ""),
        (EntryTranRequest, {"Version": "1378"}, "M01001005"),
        (EntryTranRequest, {"ShopID": "", "Amount": ""}, "M01002001|M01005001"),
        (EntryTranRequest, {"ShopID": "x" * 14, "ShopPass": "x" * 9}, "M01002008|M01003008"),
        (EntryTranRequest, {"ShopPass": ""}, "M01003001"),
        (EntryTranRequest, {"OrderID": ""}, "M01004001"),
        (EntryTranRequest, {"OrderID": "A" * 28}, "M01004012"),
        (EntryTranRequest, {"OrderID": "A_1"}, "M01004013"),
        (EntryTranRequest, {"OrderID": "_" * 28}, "M01004012|M01004013"),
        (EntryTranRequest, {"OrderID": "ML-ORDER-1"}, ""),
        (EntryTranRequest, {"Amount": "0"}, "M01005011"),
        (EntryTranRequest, {"Amount": "200000"}, ""),
        (EntryTranRequest, {"Amount": "200001"}, "M01005011"),
        (EntryTranRequest, {"Amount": "1000000"}, "M01005005"),
        (EntryTranRequest, {"Amount": "1.5"}, "M01005006"),
        (EntryTranRequest, {"Amount": "x1000000"}, "M01005005|M01005006"),
        (EntryTranRequest, {"Amount": "199999", "Tax": "1"}, ""),
        (EntryTranRequest, {"Amount": "199999", "Tax": "2"}, "M01005011"),
        (EntryTranRequest, {"Amount": "200001", "Tax": "1"}, "M01005011"),
        (EntryTranRequest, {"Amount": "x", "Tax": "200000"}, "M01005006"),
        (EntryTranRequest, {"Tax": "1000000"}, "M01006005"),
        (EntryTranRequest, {"Tax": "-1"}, "M01006006"),
        (ExecTranRequest, {}, ""),
        (ExecTranRequest, {"AccessID": "", "AccessPass": ""}, "M01007001|M01008001"),
        (ExecTranRequest, {"AccessID": "x", "AccessPass": "x"}, "M01007008|M01008008"),
        (ExecTranRequest, {"RetURL": ""}, "M01056001"),
        (ExecTranRequest, {"RetURL": "https://" + "a" * 249}, "M01056012"),
        (ExecTranRequest, {"RetURL": "\ufffd"}, "M01056012"),
        (ExecTranRequest, {"RetURL": "ftp://x"}, ""),
        (ExecTranRequest, {"ClientField1": "|", "ClientField3": "あ" * 51}, "M01039013|M01041012"),
        (ExecTranRequest, {"ClientField2": "\n" * 101}, "M01040012|M01040013"),
        (ExecTranRequest, {"NetCashPayType": "NNCGIFT"}, "M01120010"),
        (ExecTranRequest, {"NetCashPayType": ""}, "M01120001"),
        (ExecTranRequest, {"NetCashPayType": "N" * 41}, "M01120012|M01120010"),
        (ExecTranRequest, {"NetCashPayType": "NET-CASH"}, "M01120013|M01120010"),
        (SearchRequest, {}, ""),
        (SearchRequest, {"PayType": "null"}, "M01051005|M01051011"),
        (SearchRequest, {"PayType": "3"}, "M01051011"),
        (SearchRequest, {"PayType": ""}, "M01051001"),
        (StartRequest, {"Token": "ab+c/d"}, ""),
        (StartRequest, {"AccessID": "", "Token": "a b"}, "NC1000001|NC1000003"),
        (StartRequest, {"AccessID": "x", "Token": ""}, "NC1000001|NC1000003"),
    ],
)
def test_the_gateway_reports_every_failed_check_in_the_order_of_the_table(
    request_type: type[Request], values: dict[str, str], expected: str
) -> None:
    sound = {
        EntryTranRequest: ENTRY,
        ExecTranRequest: EXEC,
        SearchRequest: SEARCH,
        StartRequest: {"AccessID": "a" * 32, "Token": "t"},
    }
    assert codes(request_type, {**sound[request_type], **values}) == expected


@pytest.mark.parametrize(
    ("request_type", "values", "expected"),
    [
        (EntryTranRequest, {"OrderID": "ML-ORDER-1"}, "OrderID: reserved"),
        (EntryTranRequest, {"OrderID": "MLORDER-1"}, ""),
        (
            EntryTranRequest,
            {"OrderID": "ML-ORDER_", "Amount": "0"},
            "OrderID: illegal-character, OrderID: reserved, Amount: out-of-range",
        ),
        (ExecTranRequest, {"RetURL": "javascript:alert(1)"}, "RetURL: not-http"),
        (ExecTranRequest, {"RetURL": "http://"}, "RetURL: not-http"),
        (ExecTranRequest, {"RetURL": "http://[::1"}, "RetURL: not-http"),
        (ExecTranRequest, {"RetURL": "HTTP://127.0.0.1:8000/netcash/return"}, ""),
        (
            ExecTranRequest,
            {"RetURL": "https://x/店😀"},
            "RetURL: illegal-character, RetURL: illegal-character",
        ),
        (ExecTranRequest, {"RetURL": ""}, "RetURL: missing"),
        (SearchRequest, {"OrderID": "ML-ORDER-1"}, ""),
    ],
)
def test_we_impose_more_on_ourselves(
    request_type: type[Request], values: dict[str, str], expected: str
) -> None:
    sound = {EntryTranRequest: ENTRY, ExecTranRequest: EXEC, SearchRequest: SEARCH}
    problems = request_type.own_problems({**sound[request_type], **values})
    assert str(InvalidMessage(problems)) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [("Amount", 0), ("Amount", 200_001), ("Amount", -1), ("OrderID", ""), ("OrderID", "注文")],
)
def test_an_invalid_request_cannot_be_built(field: str, value: object) -> None:
    values: dict[str, Any] = {**ENTRY, "Amount": 1000, field: value}
    with pytest.raises(InvalidMessage) as caught:
        EntryTranRequest(**values)
    assert [problem.parameter for problem in caught.value.problems] == [field]


def test_a_request_says_its_parameters_in_the_order_of_the_table() -> None:
    request = EntryTranRequest("tshop00000001", "tpass7xq", "A1001", 1000)
    assert request.pairs() == list(ENTRY.items())


def test_an_absent_optional_is_left_out_and_a_zero_is_not() -> None:
    request = EntryTranRequest("tshop00000001", "tpass7xq", "A1001", 1000, Tax=0)
    assert request.pairs()[-1] == ("Tax", "0")


def test_a_request_read_from_text_is_the_one_that_was_built() -> None:
    built = EntryTranRequest("tshop00000001", "tpass7xq", "A1001", 1000)
    assert EntryTranRequest.from_values({**ENTRY, "Tax": ""}) == built


def test_text_with_a_problem_is_not_read() -> None:
    with pytest.raises(InvalidMessage, match=r"^Amount: out-of-range$"):
        EntryTranRequest.from_values({**ENTRY, "Amount": "0"})


def test_no_request_shows_a_secret() -> None:
    shown = repr((ExecTranRequest.from_values(EXEC), StartRequest("a" * 32, "secret-token")))
    for secret in ("tpass7xq", "b" * 32, "secret-token"):
        assert secret not in shown


def test_an_error_about_a_message_does_not_repeat_its_values() -> None:
    with pytest.raises(InvalidMessage) as caught:
        SearchRequest("tshop00000001", "tpass7xq-too-long", "A1")
    assert "tpass7xq" not in str(caught.value)


def test_a_call_knows_its_path() -> None:
    assert Call.SEARCH.path == "/payment/SearchTradeMulti.idPass"
