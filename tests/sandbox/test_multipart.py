"""Multipart bodies: what was put in comes out, and any bytes at all are borne."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.sandbox.calls.bodies import split_body

TYPE = "multipart/form-data; boundary=xy"

few = settings(max_examples=100, deadline=None)
names = st.text("ABCabc123", min_size=1).map(str.encode)
values = st.binary().filter(lambda value: b"--xy" not in value)
line_ends = st.sampled_from([b"\n", b"\r\n"])
pieces = st.sampled_from(
    [
        b"--",
        b"xy",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b"Content-Disposition:",
        b'; name="A"',
        b"; name=",
        b" ",
    ]
)


@few
@given(st.lists(st.tuples(names, values), min_size=1, max_size=5), line_ends, st.booleans())
def test_every_value_comes_out_as_it_went_in(
    pairs: list[tuple[bytes, bytes]], end: bytes, whole: bool
) -> None:
    # A value that ends in a carriage return cannot be told from a line end of the other kind.
    pairs = [(name, value.rstrip(b"\r")) for name, value in pairs]
    body = b"".join(
        b'--xy%sContent-Disposition: form-data; name="%s"%s%s%s' % (end, name, end * 2, value, end)
        for name, value in pairs
    )
    assert split_body(body + (b"--xy--" if whole else b""), TYPE) == pairs


@few
@given(st.lists(pieces | st.binary(max_size=3)).map(b"".join), st.text(max_size=20))
def test_any_bytes_are_read_in_some_way(body: bytes, parameters: str) -> None:
    for name, value in split_body(body, f"multipart/form-data;{parameters}"):
        assert isinstance(name, bytes)
        assert isinstance(value, bytes)
