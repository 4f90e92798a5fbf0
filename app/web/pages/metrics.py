"""Figures for whoever watches the desk, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.health.conditions import Condition, Level
from app.desk.status.schedule import KEEP_ASKING
from app.protocol.hosts import is_loopback
from app.records.backlog import Backlog, overdue_lookups, unjudged_callbacks
from app.records.database import UNREACHABLE
from app.web.http.requests import desk_of, remote_address_of
from app.web.http.services import services_of
from app.web.pages.health import conditions_now, has_token

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LEVELS = {level: number for number, level in enumerate(Level)}


class Figure(NamedTuple):
    """One figure: its name, what it counts, and its values with their labels."""

    name: str
    kind: str
    means: str
    values: Iterable[tuple[dict[str, str], float]]


async def metrics(request: Request) -> Response:
    """GET /metrics: with METRICS_TOKEN, or where none is set from this machine alone; else 404."""
    if not _may_read(request):
        raise HTTPException(404)
    problem = await services_of(request).readiness.problem()
    text = await run_in_threadpool(_written, request, problem)
    return Response(text, media_type=MEDIA_TYPE)


def _may_read(request: Request) -> bool:
    if services_of(request).metrics_token:
        return has_token(request)
    # Who speaks for another is a proxy on this machine: whoever is behind it is not.
    at_first_hand = "x-forwarded-for" not in request.headers
    return at_first_hand and is_loopback(remote_address_of(request))


def _written(request: Request, problem: str | None) -> bytes:
    """Everything that is known now, in a registry of its own: nothing is kept between two looks."""
    # The library is worth a tenth of a second of each start; not every desk is watched.
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Known([*_of_process(request, problem), *_of_tables(request)]))
    return generate_latest(registry)


class _Known:
    """Figures that are there already, as the library collects them."""

    def __init__(self, figures: Sequence[Figure]) -> None:
        self.figures = figures

    def collect(self) -> Iterator[Metric]:
        return (_family(figure) for figure in self.figures)


def _family(figure: Figure) -> Metric:
    from prometheus_client.core import Metric

    name = f"netcash_{figure.name}"
    family = Metric(name.removesuffix("_total"), figure.means, figure.kind)
    for labels, value in figure.values:
        family.add_sample(name, labels, value)
    return family


def _of_process(request: Request, problem: str | None) -> Iterator[Figure]:
    conditions = conditions_now(request, problem)
    yield _one("ready", "Whether this process can serve.", problem is None)
    states = [(_labels(one), LEVELS[one.level]) for one in conditions]
    yield Figure("condition", "gauge", "0 in order, 1 to be looked at, 2 bad.", states)
    lost = services_of(request).callbacks.unstored.number
    counted = "Results that this process could not store."
    yield Figure("results_unstored_total", "counter", counted, [({}, lost)])
    held = getattr(request.app.state, "connections", None)
    if held is not None:
        yield _one("connections", "Open connections.", held.number)
        yield _one("connections_room", "Connections there is room for.", held.room.in_all)


def _of_tables(request: Request) -> Iterator[Figure]:
    at = now()
    try:
        with desk_of(request).database.reading() as session:
            unjudged = unjudged_callbacks(session)
            overdue = overdue_lookups(session, at - KEEP_ASKING, at)
    except UNREACHABLE:
        return
    yield from _backlog("results_unjudged", "Results that wait to be judged", unjudged, at)
    yield from _backlog("lookups_overdue", "Lookups that wait to be asked", overdue, at)


def _backlog(name: str, means: str, backlog: Backlog, at: datetime) -> Iterator[Figure]:
    age = (at - backlog.oldest_at).total_seconds() if backlog.oldest_at else 0
    yield _one(name, f"{means}, at most 1000 counted.", backlog.number)
    yield _one(f"{name}_oldest_seconds", f"{means}: how long the oldest does.", age)


def _one(name: str, means: str, value: float) -> Figure:
    return Figure(name, "gauge", means, [({}, float(value))])


def _labels(one: Condition) -> dict[str, str]:
    return {"name": one.name} | ({"environment": str(one.about)} if one.about else {})
