"""Forms that bring a file: multipart, read by hand, since nothing else here needs more of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.web.http.requests import FIELD_LIMIT, fields_of, read_body

UPLOAD_LIMIT = 20 * 1024 * 1024
"""The most bytes of a file that we take."""

_ENVELOPE = 64 * 1024  # the bytes around it: boundaries, heads, the other fields
_BOUNDARY = re.compile(r'multipart/form-data\s*;.*?boundary="?([^";,]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'\bname="([^"\r\n]*)"')
_FILE_NAME = re.compile(rb'\bfilename="([^"\r\n]*)"')


async def read_fields(request: Request) -> Mapping[str, bytes]:
    """The fields of one of our own forms, files among them, the first of each name.

    Raises HTTPException 413 for one that is too long or has too many fields.
    """
    body = await read_body(request, UPLOAD_LIMIT + _ENVELOPE)
    boundary = _BOUNDARY.match(request.headers.get("content-type", ""))
    if boundary is None:
        return {name: value.encode() for name, value in fields_of(body).items()}
    fields: dict[str, bytes] = {}
    for number, (name, value) in enumerate(_parts(body, boundary[1].encode("latin-1", "replace"))):
        if number >= FIELD_LIMIT:
            raise HTTPException(413)
        fields.setdefault(name, value)
    return fields


async def read_upload(request: Request, field: str) -> tuple[str, bytes]:
    """A file of a form: what its owner calls it, and what is in it. Both are empty for none.

    Raises HTTPException 413 for one that is too long.
    """
    body = await read_body(request, UPLOAD_LIMIT + _ENVELOPE)
    boundary = _BOUNDARY.match(request.headers.get("content-type", ""))
    if boundary is None:
        return "", b""
    for head, value in _heads(body, boundary[1].encode("latin-1", "replace")):
        name, file_name = _NAME.search(head), _FILE_NAME.search(head)
        if name and name[1].decode("utf-8", "replace") == field:
            return file_name[1].decode("utf-8", "replace") if file_name else "", value
    return "", b""


class Upload(NamedTuple):
    """A form with a file, or with the same as pasted text: its fields, what the file is called, and
    its bytes."""

    fields: Mapping[str, str]
    name: str
    data: bytes
    beside_name: str = ""
    beside: bytes = b""


async def read_upload_or_text(request: Request, file: str, text: str, beside: str = "") -> Upload:
    """The fields of a form, with what its field `file` or, where that is empty, `text` brings, and
    a second file, the field `beside`.

    Raises HTTPException 413 for one that is too long.
    """
    body = await read_body(request, UPLOAD_LIMIT + _ENVELOPE)
    boundary = _BOUNDARY.match(request.headers.get("content-type", ""))
    if boundary is None:
        plain = dict(fields_of(body))
        return Upload(plain, "", plain.pop(text, "").encode("utf-8", "replace"))
    fields: dict[str, bytes] = {}
    called: dict[str, str] = {}
    for head, value in _heads(body, boundary[1].encode("latin-1", "replace")):
        name, file_name = _NAME.search(head), _FILE_NAME.search(head)
        if name is None or len(fields) >= FIELD_LIMIT:
            continue
        fields.setdefault(field := name[1].decode("utf-8", "replace"), value)
        if file_name:
            called[field] = _text_of(file_name[1])
    brought, pasted, second = (fields.pop(name, b"") for name in (file, text, beside))
    others = {key: _text_of(value) for key, value in fields.items()}
    names = (called.get(file, "") if brought.strip() else "", called.get(beside, ""))
    return Upload(others, names[0], brought if brought.strip() else pasted, names[1], second)


def _text_of(value: bytes) -> str:
    return value.decode("utf-8", "replace").replace("\0", "\ufffd")


def _parts(body: bytes, boundary: bytes) -> Iterator[tuple[str, bytes]]:
    """Each part that has a name, up to where the form ends or breaks off."""
    for head, value in _heads(body, boundary):
        if name := _NAME.search(head):
            yield name[1].decode("utf-8", "replace"), value


def _heads(body: bytes, boundary: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Each part: its head, and what it holds."""
    mark = b"--" + boundary
    at = body.find(mark)
    while at >= 0:
        head_end = body.find(b"\r\n\r\n", at)
        after = body.find(b"\r\n" + mark, head_end + 2) if head_end >= 0 else -1
        if after < 0:
            return
        yield body[at:head_end], body[head_end + 4 : after]
        at = after + 2
