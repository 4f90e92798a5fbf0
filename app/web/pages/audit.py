"""The audit log: who did what, when, from where."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.clock import now
from app.protocol.wire import JST
from app.protocol.words import N_, Sentence, say
from app.records import audit_lists
from app.records.accounts import AuditEntry
from app.records.audit_checkpoints import checkpoint_text
from app.records.audit_lists import AuditFilter, actions_recorded, audit_page
from app.records.database import Database
from app.records.paging import Place
from app.web.http.csv_download import Row, csv_download
from app.web.http.notes import note
from app.web.http.paging import address_with, place_of
from app.web.http.requests import desk_of
from app.web.pages.filter_reader import FilterReader
from app.web.presentation.audit import audited
from app.web.presentation.templates import language_of, page

BATCH = 500
"""Rows of a download that are in memory at once."""

COLUMNS = (
    *(N_("Number"), N_("At (JST)"), N_("Who"), N_("What"), N_("Action"), N_("About")),
    *(N_("From where"), N_("Details"), N_("Digest")),
)


def index(request: Request) -> Response:
    """GET /audit: newest first; `who`, `about`, `where`, `action`, `from`, `to`."""
    wanted, problems = _wanted(request)
    with desk_of(request).database.reading() as session:
        listed = audit_page(session, wanted, place_of(request))
        actions = actions_recorded(session)
    context = {
        "wanted": wanted,
        "problems": problems,
        "typed": request.query_params,
        "entries": [(entry, details(entry)) for entry in listed.rows],
        "actions": actions,
        "filtered": wanted != AuditFilter(),
        "checkpoint": checkpoint_text(desk_of(request).database),
        "csv": f"/audit.csv?{request.url.query}",
        "newer": address_with(request, after=listed.newer) if listed.newer else None,
        "older": address_with(request, before=listed.older) if listed.older else None,
        "reached": listed.reached,
        "read_at_once": f"{audit_lists.READ_AT_ONCE:,}",
    }
    return page(request, "audit/index.html", context)


def download(request: Request) -> Response:
    """GET /audit.csv: all that the same address without `.csv` shows. It is recorded."""
    wanted, problems = _wanted(request)
    if problems:
        return RedirectResponse(f"/audit?{request.url.query}", 303)
    note(request, "exported", subject="audit")
    name = f"audit-{now().astimezone(JST):%Y%m%d-%H%M}.csv"
    return csv_download(name, _rows(desk_of(request).database, wanted, language_of(request)))


def details(entry: AuditEntry) -> Mapping[str, Any]:
    """What else is known of a deed."""
    found = json.loads(entry.detail)
    return found if isinstance(found, dict) else {}


def _wanted(request: Request) -> tuple[AuditFilter, Mapping[str, Sentence]]:
    reader = FilterReader(request.query_params)
    names = ("action", "who", "about", "where")
    text = {name: request.query_params.get(name, "").strip() for name in names}
    wanted = AuditFilter(**text, since=reader.beginning("from"), until=reader.end("to"))
    return wanted, reader.problems


def _rows(database: Database, wanted: AuditFilter, language: str) -> Iterator[list[Row]]:
    yield [[say(language, column) for column in COLUMNS]]
    place: Place | None = Place()
    while place:
        with database.reading() as session:
            listed = audit_page(session, wanted, place, BATCH)
        yield [_row(entry, language) for entry in listed.rows]
        place = Place(before=listed.older) if listed.older else None


def _row(entry: AuditEntry, language: str) -> Row:
    return (
        entry.number,
        f"{entry.at.astimezone(JST):%Y-%m-%d %H:%M:%S}",
        entry.email,
        say(language, audited(entry.action)),
        entry.action,
        entry.subject,
        entry.remote_address,
        entry.detail,
        entry.digest,
    )
