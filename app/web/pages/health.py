"""Whether the process lives, whether it can serve, and how all that it depends on stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hmac import compare_digest
from typing import Any

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.clock import now
from app.desk.accounts.sessions import user_for_cookie
from app.desk.health.conditions import (
    Condition,
    Surroundings,
    conditions,
    without_database,
    worst,
)
from app.protocol.words import say
from app.records.database import UNREACHABLE
from app.web.http.attention import lost_in
from app.web.http.cookies import session_secret
from app.web.http.requests import desk_of
from app.web.http.services import services_of


async def alive(request: Request) -> Response:  # noqa: ARG001
    """GET /healthz: `ok` while the process lives. Touches nothing else."""
    return PlainTextResponse("ok")


async def ready(request: Request) -> Response:
    """GET /readyz: `ok`, or 503 with the reason's name: `database`, `schema`, `storing` (nothing
    can be written) or `secret-key`.

    With `?detail`, for somebody signed in or with METRICS_TOKEN: JSON, with the conditions.
    """
    problem = await services_of(request).readiness.problem()
    status = 503 if problem else 200
    if "detail" not in request.query_params or not await run_in_threadpool(_may_see, request):
        return PlainTextResponse(problem or "ok", status)
    found = await run_in_threadpool(conditions_now, request, problem)
    return JSONResponse(_detail(problem, found), status)


def conditions_of(request: Request, session: Session) -> Sequence[Condition]:
    """How everything stands, as far as this process can know."""
    return conditions(session, surroundings_of(request), lost_in(request, session), now())


def conditions_now(request: Request, problem: str | None) -> Sequence[Condition]:
    """The same with a session of its own, or what can be said without one."""
    if problem != "database":
        try:
            with desk_of(request).database.reading() as session:
                return conditions_of(request, session)
        except UNREACHABLE:
            pass
    return without_database(surroundings_of(request), now())


def surroundings_of(request: Request) -> Surroundings:
    """What this process knows by itself."""
    around = services_of(request).surroundings
    state = request.app.state
    return replace(
        around, unnamed_proxy=state.proxies.unnamed, bare_visits=state.bare_visits.of_late()
    )


def has_token(request: Request) -> bool:
    """Whether whoever asks shows METRICS_TOKEN."""
    token = services_of(request).metrics_token
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    return (
        bool(token)
        and scheme.lower() == "bearer"
        and compare_digest(shown.strip().encode(), (token or "").encode())
    )


def _may_see(request: Request) -> bool:
    if has_token(request):
        return True
    try:
        return user_for_cookie(desk_of(request).database, session_secret(request)) is not None
    except UNREACHABLE:
        return False


def _detail(problem: str | None, found: Sequence[Condition]) -> dict[str, Any]:
    return {
        "ready": problem is None,
        "problem": problem,
        "state": worst(found),
        "conditions": [
            {
                "name": one.name,
                "environment": one.about or None,
                "state": one.level,
                "says": say("en", one.says),
                "since": one.since.isoformat() if one.since else None,
                "advice": say("en", one.advice) if one.advice else None,
            }
            for one in found
        ],
    }
