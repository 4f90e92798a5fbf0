"""Every row of the interface's parameter tables, held against the code."""

import pytest

from app.protocol.messages import (
    EntryTranAnswer,
    EntryTranRequest,
    ExecTranAnswer,
    ExecTranRequest,
    Message,
    Result,
    SearchAnswer,
    SearchRequest,
    StartRequest,
)

# name, required (◎; blank: optional; -: output), type, length (-: none given)
REQUESTS: dict[type[Message], str] = {
    EntryTranRequest: """
        Version        .  CHAR     3
        ShopID         ◎  CHAR    13
        ShopPass       ◎  CHAR     8
        OrderID        ◎  CHAR    27
        Amount         ◎  NUMBER   6
        Tax            .  NUMBER   6
    """,
    ExecTranRequest: """
        Version        .  CHAR     3
        ShopID         ◎  CHAR    13
        ShopPass       ◎  CHAR     8
        AccessID       ◎  CHAR    32
        AccessPass     ◎  CHAR    32
        OrderID        ◎  CHAR    27
        RetURL         ◎  CHAR   256
        ClientField1   .  CHAR   100
        ClientField2   .  CHAR   100
        ClientField3   .  CHAR   100
        NetCashPayType ◎  CHAR    40
    """,
    StartRequest: """
        AccessID       ◎  CHAR    32
        Token          ◎  CHAR   256
    """,
    SearchRequest: """
        Version        .  CHAR     3
        ShopID         ◎  CHAR    13
        ShopPass       ◎  CHAR     8
        OrderID        ◎  CHAR    27
        PayType        ◎  CHAR     2
    """,
}
OUTPUTS: dict[type[Message], str] = {
    EntryTranAnswer: """
        OrderID        -  CHAR    27
        AccessID       -  CHAR    32
        AccessPass     -  CHAR    32
        ErrCode        -  CHAR     3
        ErrInfo        -  CHAR     9
    """,
    ExecTranAnswer: """
        AccessID       -  CHAR    32
        Token          -  CHAR   256
        StartURL       -  CHAR   256
        ErrCode        -  CHAR     3
        ErrInfo        -  CHAR     9
    """,
    Result: """
        ShopID         -  CHAR    13
        OrderID        -  CHAR    27
        Status         -  CHAR    16
        TranDate       -  CHAR    14
        CheckString    -  CHAR    32
        ErrCode        -  CHAR     3
        ErrInfo        -  CHAR     9
    """,
    SearchAnswer: """
        Status         -  CHAR     -
        ProcessDate    -  CHAR    14
        AccessID       -  CHAR    32
        AccessPass     -  CHAR    32
        Amount         -  NUMBER  10
        Tax            -  NUMBER  10
        Currency       -  CHAR     3
        ClientField1   -  CHAR   100
        ClientField2   -  CHAR   100
        ClientField3   -  CHAR   100
        PayType        -  CHAR     2
        NetCashPayType -  CHAR    40
        ErrCode        -  CHAR     3
        ErrInfo        -  CHAR     9
    """,
}

# A value of n characters that is right but for its length; None where length is part of a shape.
OF_LENGTH = {"Amount": "1", "Tax": "0", "NetCashPayType": "A", "PayType": "1"}


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.strip().splitlines()]


@pytest.mark.parametrize("message", [*REQUESTS, *OUTPUTS], ids=lambda message: message.__name__)
def test_a_message_has_the_rows_of_its_table_in_order(message: type[Message]) -> None:
    table = (REQUESTS | OUTPUTS)[message]
    coded = [
        [row.name, row.field.kind, "-" if row.length is None else str(row.length)]
        for row in message.PARAMETERS
    ]
    assert coded == [[name, kind, length] for name, _, kind, length in rows(table)]


@pytest.mark.parametrize("message", REQUESTS, ids=lambda message: message.__name__)
def test_a_request_demands_what_its_table_demands(message: type[Message]) -> None:
    demanded = [name for name, mark, _, _ in rows(REQUESTS[message]) if mark == "◎"]
    assert [row.name for row in message.PARAMETERS if row.required] == demanded
    assert [problem.parameter for problem in message.problems({})] == demanded


@pytest.mark.parametrize(
    ("message", "name", "length"),
    [
        (message, name, int(length))
        for message, table in REQUESTS.items()
        for name, _, _, length in rows(table)
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_a_request_accepts_the_length_of_its_table_and_not_one_more(
    message: type[Message], name: str, length: int
) -> None:
    row = next(row for row in message.PARAMETERS if row.name == name)
    filler = OF_LENGTH.get(name, "a")
    assert not row.field.problems(filler * length, row.length)
    assert row.field.problems(filler * (length + 1), row.length)


def test_a_request_has_no_attribute_for_version_which_is_never_sent() -> None:
    for message in REQUESTS:
        assert not hasattr(message, "Version")
