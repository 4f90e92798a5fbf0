"""News for an open tab, which asks by itself."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.desk.news.browser import said_in_browser
from app.web.http.requests import desk_of, user_of


def said(request: Request) -> Response:
    """POST /live/news: what is to be shown now, as `key`, `title`, `body`, `href`; 204: nothing."""
    message = said_in_browser(desk_of(request), user_of(request).id)
    if message is None:
        return Response(status_code=204)
    several = len(message.lines) > 1
    body = "\n".join(line.text for line in message.lines) if several else message.note
    # By its path: the tab is at whatever address its person uses.
    address = urlsplit("/settings/notifications" if several else message.lines[0].address)
    href = (address.path or "/") + (f"?{address.query}" if address.query else "")
    return JSONResponse(
        {"key": message.key, "title": message.title, "body": body, "href": href},
        headers={"Cache-Control": "no-store"},
    )
