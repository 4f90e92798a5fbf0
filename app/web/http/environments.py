"""Which one environment a request shows: the address says, else the browser's last choice."""

from sqlmodel import Session
from starlette.requests import Request

from app.records.shops import Environment, shops_of

ENVIRONMENT_COOKIE = "environment"


def offered(*, sandbox_on: bool) -> tuple[Environment, ...]:
    """The environments one may switch to."""
    return tuple(one for one in Environment if sandbox_on or one is not Environment.SANDBOX)


def choose(request: Request, session: Session, among: tuple[Environment, ...]) -> Environment:
    """`env` in the address, else the one last used, else the first that can show anything."""
    for text in (asked(request), request.cookies.get(ENVIRONMENT_COOKIE)):
        for environment in among:
            if text == environment:
                return environment
    if Environment.SANDBOX in among:
        return Environment.SANDBOX
    return next((one for one in among if shops_of(session, one)), among[0])


def asked(request: Request) -> str | None:
    """The environment the address names, known or not."""
    return request.query_params.get("env")
