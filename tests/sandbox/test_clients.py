"""What published clients of the gateway send, each as bytes over a raw socket."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.protocol.messages import Call
from tests.conftest import Served
from tests.sandbox.merchant import SHOP, Merchant, serving

ENTERED = b"\r\n\r\nOrderID="


def entry(merchant: Merchant) -> dict[str, bytes]:
    values = SHOP | {"OrderID": merchant.order_id(), "Amount": "1000"}
    return {name: value.encode() for name, value in values.items()}


def urlencoded(values: dict[str, bytes]) -> bytes:
    return b"&".join(b"%s=%s" % (name.encode(), value) for name, value in values.items())


def request(
    body: bytes, *headers: bytes, path: str = Call.ENTRY.path, version: bytes = b"1.1"
) -> bytes:
    """A POST of this body, after which the client wants the connection closed."""
    head = (
        b"POST %s HTTP/%s" % (path.encode(), version),
        *(b"Host: x", b"Content-Length: %d" % len(body), *headers),
    )
    closing = () if any(b"Upgrade" in header for header in headers) else (b"Connection: close",)
    return b"\r\n".join((*head, *closing)) + b"\r\n\r\n" + body


def multipart(values: dict[str, bytes], part: bytes, end: bytes) -> bytes:
    return b"".join(part % (name.encode(), value) for name, value in values.items()) + end


PART = b'--xy\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
MULTIPART: dict[str, tuple[bytes, bytes, bytes]] = {
    "as the standard has it": (PART, b"--xy--\r\n", b"; boundary=xy"),
    "bare line feeds": (PART.replace(b"\r", b""), b"--xy--\n", b"; boundary=xy"),
    "no last delimiter": (PART, b"", b"; boundary=xy"),
    "a name without quotes": (PART.replace(b'"', b""), b"--xy--", b"; boundary=xy"),
    "a name in single quotes": (PART.replace(b'"', b"'"), b"--xy--", b"; boundary=xy"),
    "a quoted boundary": (PART, b"--xy--", b'; charset=UTF-8; boundary="xy"'),
    "blanks after the delimiter": (PART.replace(b"--xy", b"--xy \t"), b"--xy--", b"; boundary=xy"),
    "a folded head": (PART.replace(b"; name", b";\r\n name"), b"--xy--", b"; boundary=xy"),
    "heads of other kinds": (
        PART.replace(b"Content-D", b"Content-Type: text/plain\r\ncontent-d"),
        b"--xy--",
        b"; boundary=xy",
    ),
    "no boundary in the header": (PART, b"--xy--", b""),
    "another boundary in the header": (PART, b"--xy--", b"; boundary=zz"),
    "a preamble and an epilogue": (PART, b"--xy--\r\nthe end", b"; boundary=xy"),
}


@pytest.mark.parametrize("habit", MULTIPART)
def test_every_kind_of_multipart_is_read(merchant: Merchant, habit: str) -> None:
    part, end, boundary = MULTIPART[habit]
    body = multipart(entry(merchant), part, end)
    if "preamble" in habit:
        body = b"to be ignored\r\n" + body
    header = b"multipart/form-data" + boundary
    assert ENTERED in merchant.raw_post(Call.ENTRY, body, header)


def test_a_boundary_inside_a_value_ends_nothing(merchant: Merchant) -> None:
    values = {**entry(merchant), "Amount": b"1--xy\r\n--xyz"}
    answer = merchant.raw_post(
        Call.ENTRY, multipart(values, PART, b"--xy--"), b"multipart/form-data; boundary=xy"
    )
    assert answer.endswith(b"ErrInfo=M01005005|M01005006")


def test_a_plain_form_that_calls_itself_multipart_is_read(merchant: Merchant) -> None:
    body = urlencoded(entry(merchant))
    assert ENTERED in merchant.raw_post(Call.ENTRY, body, b"multipart/form-data; boundary=xy")


def test_parameters_in_the_address_are_read_too(merchant: Merchant) -> None:
    path = f"{Call.ENTRY.path}?{urlencoded(entry(merchant)).decode()}"
    assert ENTERED in merchant.raw(request(b"", path=path))


def test_a_parameter_of_the_body_goes_before_one_of_the_address(merchant: Merchant) -> None:
    path = f"{Call.ENTRY.path}?Amount=x"
    assert ENTERED in merchant.raw(request(urlencoded(entry(merchant)), path=path))


def test_a_line_end_after_the_form_belongs_to_no_value(merchant: Merchant) -> None:
    assert ENTERED in merchant.raw_post(Call.ENTRY, urlencoded(entry(merchant)) + b"\r\n")
    assert b"M01005006" in merchant.raw_post(Call.ENTRY, urlencoded(entry(merchant)) + b"%0A")


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ((), b"1.0"),
        ((b"Expect: 100-continue",), b"1.1"),
        ((b"Content-Type: application/x-www-form-urlencoded;charset=Shift_JIS",), b"1.1"),
        ((b"Content-Type: text/plain;charset=UTF-8",), b"1.1"),
        ((b"Accept-Encoding: gzip", b"Origin: null", b"Sec-Fetch-Site: cross-site"), b"1.1"),
    ],
)
def test_every_client_s_headers_are_borne(
    merchant: Merchant, headers: tuple[bytes, ...], version: bytes
) -> None:
    answer = merchant.raw(request(urlencoded(entry(merchant)), *headers, version=version))
    assert ENTERED in answer
    assert b"content-encoding" not in answer


@pytest.fixture
def mounted(served: Served) -> Iterator[Merchant]:
    """The default shop's server, calling the sandbox of a desk as it is deployed."""
    with closing(Merchant(served.settings.port, "/sandbox")) as merchant:
        yield merchant


def test_an_offer_to_go_on_in_http_2_costs_no_body(mounted: Merchant) -> None:
    path = "/sandbox" + Call.ENTRY.path
    offer = (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAE")
    first = request(urlencoded(entry(mounted)), *offer, path=path)
    second = request(urlencoded(entry(mounted)), path=path)
    assert mounted.raw(first + second).count(ENTERED) == 2


def test_no_answer_of_the_protocol_is_compressed(mounted: Merchant) -> None:
    values = SHOP | mounted.execution(mounted.enter("-drop"))
    asking = {"Accept-Encoding": "gzip"}
    with mounted.http.stream("POST", Call.EXEC.path, data=values, headers=asking) as answer:
        assert "content-encoding" not in answer.headers
    assert mounted.http.get("/guide", headers=asking).headers["content-encoding"] == "gzip"


def test_requests_in_a_row_on_one_connection_are_all_answered(merchant: Merchant) -> None:
    keeping = [
        request(urlencoded(entry(merchant))).replace(b"Connection: close\r\n", b"")
        for _ in range(3)
    ]
    assert merchant.raw(b"".join(keeping) + request(b"")).count(ENTERED) == 3


@pytest.mark.parametrize("slashes", ["//payment/", "/payment//", "///payment//"])
def test_a_doubled_slash_counts_as_one(merchant: Merchant, slashes: str) -> None:
    path = Call.ENTRY.path.replace("/payment/", slashes)
    assert ENTERED in merchant.raw(request(urlencoded(entry(merchant)), path=path))


@pytest.mark.parametrize("slashes", ["//payment/", "/payment//", "///payment//"])
def test_a_doubled_slash_counts_as_one_below_the_desk(mounted: Merchant, slashes: str) -> None:
    path = Call.ENTRY.path.replace("/payment/", slashes)
    assert ENTERED in mounted.raw(request(urlencoded(entry(mounted)), path=f"/sandbox{path}"))


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT"])
@pytest.mark.parametrize("path", [Call.ENTRY.path, f"{Call.ENTRY.path}/", "/payment/x"])
def test_nothing_but_a_post_is_a_call_and_nothing_is_a_redirect(
    merchant: Merchant, method: str, path: str
) -> None:
    assert merchant.http.request(method, path).status_code in (404, 405)
    assert merchant.http.post(f"{Call.ENTRY.path}/", content=b"").status_code == 404


def test_a_body_that_is_too_long_is_refused_to_a_client_that_is_still_sending(
    merchant: Merchant,
) -> None:
    answer = merchant.raw(request(b"a=" + b"x" * 4_000_000))
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_store_that_fails_is_answered_in_the_protocol(tmp_path: Path) -> None:
    store = tmp_path / "sandbox.db"
    with serving(store, late_seconds=0) as merchant:
        with closing(sqlite3.connect(store)) as other:
            other.execute("alter table request rename to away")
        answer = merchant.call(Call.ENTRY, OrderID="A", Amount="1")
    assert answer["errinfo"] == "E91019999"
