"""How long what anybody can send is kept, and what the next sweep would drop of it."""

from starlette.requests import Request
from starlette.responses import Response

from app.desk.retention.policy import BOOKS_KEPT, BOOKS_SIZE, MIB
from app.desk.retention.preview import COUNTED, preview
from app.web.http.requests import desk_of
from app.web.http.services import services_of
from app.web.presentation.templates import page


def index(request: Request) -> Response:
    """GET /settings/retention."""
    limits = services_of(request).retention
    with desk_of(request).database.reading() as session:
        kinds = preview(session, limits)
    context = {
        "kinds": kinds,
        "counted": COUNTED,
        "days": limits.age.days,
        "number": limits.number,
        "megabytes": limits.size // MIB,
        "book_days": BOOKS_KEPT.days,
        "book_megabytes": BOOKS_SIZE // MIB,
    }
    return page(request, "settings/retention.html", context)
