"""Properties of the wire: legal values survive it both ways, and any bytes at all are borne."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.protocol.checkstring import SIGNED, Verdict, compute, judge, read_result
from app.protocol.fields import normalise
from app.protocol.messages import (
    Call,
    EntryTranRequest,
    ExecTranRequest,
    Message,
    NotUnderstood,
    Request,
    Result,
    SearchRequest,
    StartRequest,
    read_answer,
)
from app.protocol.wire import (
    WireError,
    decode_pairs,
    encode_answer,
    encode_form,
    first_values,
    split_answer,
    split_form,
)
from tests.protocol import values

few = settings(max_examples=100, deadline=None)
many = settings(max_examples=100_000, deadline=None)

pieces = st.sampled_from(
    [b"&", b"=", b"+", b"%", b"%8", b"\x81", b"|", b"\r\n", b"ErrCode", b"ErrInfo", b"=M01"]
    + [name.encode() for name in (*SIGNED, "AccessID", "AccessPass", "Token", "Amount")]
    + [b"PAYSUCCESS", b"20260101123456", b"tshop00000001", b"A1001", b"a" * 32]
)
bodies = st.binary(max_size=200) | st.lists(pieces, max_size=60).map(b"".join)


def as_returned(message: Any) -> Any:
    """The message as it comes back: the same but for the characters Windows-31J changes."""
    texts = {name: value for name, value in vars(message).items() if isinstance(value, str)}
    return replace(message, **{name: type(text)(normalise(text)) for name, text in texts.items()})


def read_form(kind: type[Message], raw: bytes) -> Message:
    return kind.from_values(first_values(decode_pairs(split_form(raw))))


@few
@given(values.requests)
def test_any_legal_request_survives_the_wire(request: Request) -> None:
    assert read_form(type(request), encode_form(request.pairs())) == as_returned(request)


@few
@given(values.requests)
def test_any_legal_request_survives_a_client_that_does_not_escape(request: Request) -> None:
    pairs = [pair for pair in request.pairs() if not {*"&+%="} & {*pair[1]}]
    raw = "&".join(f"{name}={value}" for name, value in pairs).encode("cp932")
    assert decode_pairs(split_form(raw)) == [(name, normalise(value)) for name, value in pairs]


@few
@given(values.results)
def test_any_legal_result_survives_the_wire(result: Result) -> None:
    reading = read_result(encode_form(result.pairs()))
    assert dict(reading.values) == dict(result.pairs())
    assert (reading.malformed, reading.repeated, reading.extra) == (None, (), ())


@few
@given(values.answers)
def test_any_legal_answer_survives_the_wire(answered: tuple[Call, Any]) -> None:
    call, answer = answered
    assert read_answer(call, encode_answer(answer.pairs())) == as_returned(answer)


def bears(raw: bytes) -> None:
    """Everything that reads bytes from outside reads these, or refuses them by name."""
    for call in (Call.ENTRY, Call.EXEC, Call.SEARCH):
        with suppress(NotUnderstood):
            read_answer(call, raw)
    with suppress(WireError):
        split_answer(raw)
    with suppress(WireError):
        decode_pairs(split_form(raw))
    judgement = judge(read_result(raw), {"tshop00000001": "testpass"}.get)
    assert judgement.verdict is not Verdict.VERIFIED
    assert (judgement.verdict is Verdict.MALFORMED) == (judgement.reading.malformed is not None)


@few
@given(bodies)
def test_any_bytes_are_read_or_refused_by_name(raw: bytes) -> None:
    bears(raw)


@pytest.mark.soak
@many
@given(bodies)
def test_a_hundred_thousand_bodies_are_read_or_refused_by_name(raw: bytes) -> None:
    bears(raw)


@few
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_is_judged_without_an_accident(amount: str, other: str) -> None:
    for message in (EntryTranRequest, ExecTranRequest, StartRequest, SearchRequest):
        names = [row.name for row in message.PARAMETERS]
        problems = message.own_problems(dict.fromkeys(names, other) | {"Amount": amount})
        assert [p.parameter for p in problems] == sorted(
            (p.parameter for p in problems), key=names.index
        )


signatures = st.tuples(
    values.shop_ids, values.order_ids, st.just("PAYFAIL"), values.stamps, values.shop_passes
)


@few
@given(signatures)
def test_whatever_is_signed_with_the_shops_password_is_verified(parts: tuple[str, ...]) -> None:
    pairs = zip(SIGNED, (*parts[:4], compute(*parts)), strict=True)
    judgement = judge(read_result(encode_form(pairs)), {parts[0]: parts[4]}.get)
    assert judgement.verdict is Verdict.VERIFIED


@few
@given(signatures, st.integers(0, 4), values.order_ids)
def test_a_change_of_any_signed_part_is_not_verified(
    parts: tuple[str, ...], place: int, other: str
) -> None:
    changed = [*parts]
    changed[place] = {0: "shop", 2: "PAYSUCCESS", 3: "20260101123456", 4: "pass"}.get(place, other)
    if changed == [*parts]:
        return
    check_string = compute(*parts)
    pairs = zip(SIGNED, (*changed[:4], check_string), strict=True)
    judgement = judge(read_result(encode_form(pairs)), lambda _: changed[4])
    assert judgement.verdict is Verdict.MISMATCH


@few
@given(signatures, st.integers(0, 63))
def test_a_change_of_any_digit_of_the_checkstring_is_not_verified(
    parts: tuple[str, ...], where: int
) -> None:
    digits = list(compute(*parts))
    digits[where % 32] = "0" if digits[where % 32] != "0" else "1"
    pairs = zip(SIGNED, (*parts[:4], "".join(digits)), strict=True)
    assert judge(read_result(encode_form(pairs)), lambda _: parts[4]).verdict is Verdict.MISMATCH
