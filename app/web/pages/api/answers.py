"""How an answer to a program leaves: as JSON of its model, with an ETag where it is read."""

from __future__ import annotations

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from app.web.pages.api.models import Answer

MEDIA_TYPE = "application/json"


def written(answer: Answer, status: int = 200) -> Response:
    """What a request has come to."""
    return Response(answer.model_dump_json(), status, media_type=MEDIA_TYPE)


def read(request: Request, answer: Answer) -> Response:
    """What a request has asked to see; 304 to whoever has seen just this."""
    text = answer.model_dump_json()
    tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if _is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(text, headers=headers, media_type=MEDIA_TYPE)


def _is_known(known: str, tag: str) -> bool:
    # A proxy that compresses makes a weak tag of ours.
    return known.strip() == "*" or tag in {
        one.strip().removeprefix("W/") for one in known.split(",")
    }
