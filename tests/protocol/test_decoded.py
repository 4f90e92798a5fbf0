"""A body is shown parameter by parameter, and no secret is in any of them."""

from __future__ import annotations

from app.protocol.decoded import Decoded, decoded_answer, decoded_request
from app.protocol.wire import encode_answer, encode_form
from app.redaction import MASK

REQUEST = encode_form(
    [("ShopID", "tshop00000001"), ("ShopPass", "tpass7xq"), ("ClientField1", "髙橋 花子")]
)


def test_a_request_is_decoded_and_its_password_is_not_shown() -> None:
    assert decoded_request(REQUEST) == [
        Decoded("ShopID", "tshop00000001"),
        Decoded("ShopPass", MASK),
        Decoded("ClientField1", "髙橋 花子"),
    ]


def test_an_answer_is_decoded_with_the_names_that_the_protocol_gives() -> None:
    answer = b"orderid=A1&ACCESSPASS=9f8e7d&Token=a+b=c&StartURL=https://g.example/?t=1"
    assert decoded_answer(answer, REQUEST) == [
        Decoded("OrderID", "A1"),
        Decoded("AccessPass", MASK),
        Decoded("Token", MASK),
        Decoded("StartURL", "https://g.example/?t=1"),
    ]


def test_a_secret_that_comes_back_elsewhere_is_not_shown() -> None:
    answer = encode_answer([("ErrInfo", "tpass7xq"), ("OrderID", "x token=abcdef y")])
    shown = " ".join(value for _, value in decoded_answer(answer, REQUEST))
    assert "tpass7xq" not in shown
    assert "abcdef" not in shown


def test_what_is_no_body_of_the_protocol_is_not_decoded() -> None:
    for noise in (b"<html>&a=b</html>", b"\xff\xfe\x81", b""):
        assert decoded_answer(noise, REQUEST) == ()
        assert decoded_request(noise) == ()
