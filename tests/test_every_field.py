"""Nothing in any field of any form makes a fault: a NUL, or as much as a form may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from html import unescape
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from app.web.http.requests import BODY_LIMIT, FIELD_LIMIT
from app.web.http.routing import route_of
from app.web.routes import routes
from tests.conftest import Served, serving, settings_for
from tests.hostile import beset
from tests.walk import crawl

pytestmark = pytest.mark.soak

LEAVES = {"sign-out", "sign-ins-end", "sign-in-end"}
"""Whose deed is that whoever asks is out: their fields are keys, which others have too."""

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
NAMED = re.compile(r'<(?:input|textarea|select|button)\b([^>]*\bname="([^"]+)"[^>]*)>')
HARM = ("\0", "x\0y", "A" * (BODY_LIMIT - 2000), "A" * BODY_LIMIT, "\ud7ff\U0010ffff", "-1e999")


class Form(NamedTuple):
    """One form of ours: its line of the table, where it posts, and what it holds."""

    line: str
    action: str
    fields: dict[str, str]
    files: frozenset[str]


def test_whatever_stands_in_a_field_is_an_answer(tmp_path: Path, postgresql: str) -> None:
    with serving(settings_for(tmp_path, database_url=postgresql, gateway_settle=0)) as served:
        with beset(served) as operator:
            pages = [answer.text for _, answer in crawl(operator)]
        found = {form.line: form for text in pages for form in forms(served, text)}
        with closing(served.client()) as client:
            failed = [said for form in found.values() for said in harmed(client, form)]
            every = sorted({name for form in found.values() for name in form.fields})[:FIELD_LIMIT]
            failed += [said for one in unmet(found) for said in drowned(client, one, every)]
            assert client.get("/orders").status_code == 200, "whoever asked was in to the end"
    assert len(found) > 40
    assert failed == []


def forms(served: Served, text: str) -> Iterator[Form]:
    for head, inside in FORM.findall(text):
        if 'method="post"' not in head:
            continue
        action = unescape(re.search(r'action="([^"]*)"', head)[1])  # type: ignore[index]
        scope = {"type": "http", "method": "POST", "path": action.partition("?")[0]}
        line = route_of(served.app.routes, scope | {"root_path": ""})
        if line is None or line.name in LEAVES:
            continue
        named = NAMED.findall(inside)
        values = {name: value_of(attributes) for attributes, name in named}
        files = frozenset(name for attributes, name in named if 'type="file"' in attributes)
        yield Form(line.name, action, values, files)


def value_of(attributes: str) -> str:
    found = re.search(r'\bvalue="([^"]*)"', attributes)
    return unescape(found[1]) if found else ""


def harmed(client: httpx.Client, form: Form) -> Iterator[tuple[str, str, str]]:
    """Each field by itself, the others as they stand in the page."""
    for name in form.fields:
        for harm in HARM:
            fields = form.fields | {name: harm}
            text = {one: fields[one] for one in fields if one not in form.files}
            files = {one: (fields[one][:50], fields[one].encode()) for one in form.files}
            answer = client.post(form.action, data=text, files=files or None)
            if answer.status_code >= 500:
                yield form.line, name, harm[:5]


def unmet(found: dict[str, Form]) -> Iterator[str]:
    """Where no form leads that was met: what programs send, and what was not open just then."""
    for line in routes(None):
        sends = "POST" in (line.methods or {"POST"})
        if sends and not line.stream and line.name not in found.keys() | LEAVES:
            yield re.sub(r"{[^}]+}", "0" * 32, line.path)


def drowned(client: httpx.Client, address: str, names: list[str]) -> Iterator[tuple[str, str, str]]:
    """Every name that any form knows, with all of it at once."""
    for harm in HARM:
        short = harm[: BODY_LIMIT // len(names) - 50] if len(harm) < BODY_LIMIT else harm
        for sent in ({"data": dict.fromkeys(names, short)}, {"json": dict.fromkeys(names, short)}):
            answer = client.post(address, **sent)  # type: ignore[arg-type]
            if answer.status_code >= 500:
                yield address, "all", harm[:5]
