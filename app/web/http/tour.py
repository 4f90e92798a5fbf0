"""The guided demonstration beside every page: whether somebody is on it, and how far they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request

from app.desk.tour import Stop, tour_of
from app.web.http.requests import desk_of

TOUR = "tour"
"""The query's name, and the cookie's, that says that somebody is on the tour."""

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


@dataclass(frozen=True)
class Tour:
    """The steps, and the number of the first that is not done; 0 when all are.

    `only_here`: a phone cannot reach the desk, since its address is this machine's own.
    """

    stops: Sequence[Stop]
    now: int
    only_here: bool

    @property
    def mark(self) -> str:
        """Another one whenever something else is to be shown."""
        key = self.stops[self.now - 1].key if self.now else None
        return ".".join([*(stop.phase for stop in self.stops), key or ""])


def tour_for(request: Request) -> Callable[[], Tour | None]:
    """What looks at the steps when a page is made; None for whoever is on no tour."""

    def look() -> Tour | None:
        desk = desk_of(request)
        if not is_touring(request) or not desk.settings.sandbox_on:
            return None
        try:
            with desk.database.reading() as session:
                stops = tour_of(session)
        except SQLAlchemyError:
            # The page tells of a database that is away, and has to be shown all the same.
            return None
        now = next((at for at, stop in enumerate(stops, 1) if not stop.done), 0)
        return Tour(stops, now, urlsplit(desk.settings.base_url).hostname in LOOPBACK)

    return look


def is_touring(request: Request) -> bool:
    """The address says so, else the browser remembers it."""
    return request.query_params.get(TOUR, request.cookies.get(TOUR)) == "1"
