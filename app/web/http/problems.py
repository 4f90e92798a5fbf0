"""What a program is told of a failure: problem+json (RFC 9457), on the addresses made for one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.redaction import redacted_values

FOR_PROGRAMS = ("/api/", "/netcash/copies")
"""Addresses that programs ask, by how they begin."""

MEDIA_TYPE = "application/problem+json"


class Problem(HTTPException):
    """A failure with what is particular about it: `kind` names it in one word for programs,
    `members` are further ones of the answer."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers=headers)
        self.kind = kind
        self.members = members or {}


def is_for_programs(request: Request) -> bool:
    """Whether a program asks, which can do nothing with a page."""
    return str(request.scope.get("path", "")).startswith(FOR_PROGRAMS)


def problem_answer(status: int, title: str, detail: str, problem: Problem | None) -> Response:
    """A failure as a program reads it."""
    said: dict[str, Any] = {"type": "about:blank", "status": status, "title": title}
    if problem is None:
        said["detail"] = detail
    else:
        said |= {"type": f"urn:netcash-desk:{problem.kind}", "detail": problem.detail}
        said |= problem.members
        said = redacted_values(said)
    return Response(json.dumps(said, ensure_ascii=False), status, media_type=MEDIA_TYPE)
