"""Whether the process lives, and whether it can serve."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app.records.schema import schema_problem
from app.web.http.requests import desk_of


async def alive(request: Request) -> Response:  # noqa: ARG001
    """GET /healthz: `ok` while the process lives. Touches nothing else."""
    return PlainTextResponse("ok")


def ready(request: Request) -> Response:
    """GET /readyz: `ok`, or 503 with the reason's name: `database` or `schema`."""
    problem = schema_problem(desk_of(request).database)
    return PlainTextResponse(problem or "ok", 503 if problem else 200)
