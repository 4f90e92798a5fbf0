"""Whatever somebody has of a result: its body is found in it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.desk.callbacks.paste_parser import Kind, body_in
from app.protocol.reading import read_result

BODY = (
    "ShopID=tshop00000001&OrderID=ORDER-0001&Status=PAYSUCCESS&TranDate=20260101123456"
    "&CheckString=ee6ecf000321129164b6ffa04b75e25d&ErrCode=&ErrInfo="
)
PAIRS = dict(pair.split("=") for pair in BODY.split("&"))
LINES = "\n".join(f"{name}: {value}" for name, value in PAIRS.items())
HAR = {
    "log": {"entries": [{"postData": {"params": [{"name": n, "value": PAIRS[n]} for n in PAIRS]}}]}
}

BOUNDARY = "----WebKitFormBoundaryVxGqQf1Xx7vIvYtT"
PART = '--{}\r\nContent-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
MULTIPART = "".join(PART.format(BOUNDARY, n, v) for n, v in PAIRS.items()) + f"--{BOUNDARY}--\r\n"
SHELL = MULTIPART.replace("\r\n", "\\r\\n")
CMD = BODY.replace("&", "^&")

TEXTS = {
    "a raw body": (BODY, Kind.FORM),
    "a raw body with a line end": (BODY + "\r\n", Kind.FORM),
    "a query string": ("?" + BODY, Kind.FORM),
    "an address": (f"https://shop.example.jp/return?{BODY}", Kind.FORM),
    "an address in HTML": (BODY.replace("&", "&amp;"), Kind.FORM),
    "an access log's line": (
        f'203.0.113.7 - - [01/Jan/2026:12:34:57 +0900] "GET /return?{BODY} HTTP/1.1" 200 512 "-"',
        Kind.FORM,
    ),
    "a request as it was sent": (
        f"POST /return HTTP/1.1\r\nHost: shop.example.jp\r\nOrigin: null\r\n\r\n{BODY}",
        Kind.FORM,
    ),
    "curl -d": (f"curl -d '{BODY}' https://shop.example.jp/return", Kind.CURL),
    "curl, as browsers copy it": (
        f"curl 'https://shop.example.jp/return' \\\n  -H 'origin: null' \\\n  --data-raw $'{BODY}'",
        Kind.CURL,
    ),
    "curl --data=": (f"$ curl https://x.jp/ --data='{BODY}'", Kind.CURL),
    "curl, a field at a time": (
        "curl " + " ".join(f"--data-urlencode '{n}={v}'" for n, v in PAIRS.items()) + " x.jp",
        Kind.CURL,
    ),
    "curl -F": ("curl " + " ".join(f"-F{n}={v}" for n, v in PAIRS.items()) + " x.jp", Kind.CURL),
    "curl -G": (f"curl 'https://shop.example.jp/return?{BODY}'", Kind.CURL),
    "curl in double quotes": (f'curl -X POST "https://x.jp/return" --data "{BODY}"', Kind.CURL),
    "curl, data by data": (
        "curl x.jp " + " ".join(f"-d {n}={v}" for n, v in PAIRS.items()),
        Kind.CURL,
    ),
    "curl on Windows": (
        f'curl ^"https://x.jp/return^" ^\r\n  -X ^"POST^" ^\r\n  --data-raw ^"{CMD}^"',
        Kind.CURL,
    ),
    "curl of a multipart form": (f"curl 'https://x.jp/' --data-raw $'{SHELL}'", Kind.CURL),
    "fetch": (f'fetch("https://x.jp/return", {{"body": "{BODY}", "method": "POST"}});', Kind.JSON),
    "a multipart form": (MULTIPART, Kind.MULTIPART),
    "a multipart form with its head": (
        f"POST /return HTTP/1.1\nContent-Type: multipart/form-data; boundary={BOUNDARY}\n\n"
        + MULTIPART.replace("\r\n", "\n"),
        Kind.MULTIPART,
    ),
    "lines": (LINES, Kind.LINES),
    "lines of a mail": ("\n".join(f"> - {line} " for line in LINES.split("\n")), Kind.LINES),
    "lines with equals signs": (LINES.replace(": ", " = "), Kind.LINES),
    "lines with tabs": (LINES.replace(": ", "\t"), Kind.LINES),
    "lines of PHP": (LINES.replace(": ", "] => ").replace("\n", "\n["), Kind.LINES),
    "quoted lines": ("\n".join(f'"{n}": "{v}",' for n, v in PAIRS.items()), Kind.LINES),
    "JSON": (json.dumps(PAIRS), Kind.JSON),
    "a JSON log entry": (json.dumps({"time": 1, "request": {"body": BODY}}), Kind.JSON),
    "a HAR file": (json.dumps(HAR), Kind.JSON),
    "a piece of a HAR file": (
        '"postData": ' + json.dumps(HAR["log"]["entries"][0]["postData"], indent=2),
        Kind.JSON,
    ),
    "a piece of a HAR file with the text": (
        '"postData": ' + json.dumps({"mimeType": "x", "text": MULTIPART}),
        Kind.JSON,
    ),
    "a log line that ends in JSON": (f"14:03 INFO {json.dumps({'body': BODY})}", Kind.JSON),
}


@pytest.mark.parametrize(("text", "kind"), TEXTS.values(), ids=TEXTS.keys())
def test_the_body_is_found(text: str, kind: Kind) -> None:
    pasted = body_in(text)
    assert pasted.kind is kind
    assert dict(read_result(pasted.body).values) == PAIRS


def test_a_raw_body_keeps_every_byte() -> None:
    odd = BODY.replace("ORDER", "%4fRDER+") + "&x=%81%60&&"
    assert body_in(odd).body == odd.encode()


def test_a_file_that_only_curl_can_read_is_no_body() -> None:
    assert body_in("curl -d @body.txt https://shop.example.jp/return").kind is Kind.RAW


def test_what_is_nothing_known_is_taken_as_the_body_itself() -> None:
    assert body_in(" good morning ") == body_in("good morning")
    assert body_in("good morning").kind is Kind.RAW


@given(st.text())
def test_any_text_at_all_gives_a_body(text: str) -> None:
    assert isinstance(body_in(text).body, bytes)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 60_000,
        "a=" * 30_000,
        "\n" * 60_000,
        "ShopID: " + " " * 60_000 + "x",
        "[" * 60_000,
        "--a\n" * 15_000,
        "-" * 60_000,
    ],
)
def test_a_long_text_is_read_to_its_end(text: str) -> None:
    """What time that takes, `make bench` says: in proportion to its length."""
    body_in(text)
