"""What an endpoint may ask of a request: the desk, who is acting, the environment, the form."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.desk import permissions
from app.desk.accounts.sessions import actor_for
from app.desk.context import Actor, Desk
from app.desk.permissions import Permission
from app.records.accounts import SignIn, User
from app.records.shops import Environment

BODY_LIMIT = 64 * 1024
"""The most bytes of a body that we read."""

FIELD_LIMIT = 200
"""The most fields of a form that we read."""


def desk_of(request: Request) -> Desk:
    """The desk this application serves."""
    desk: Desk = request.app.state.desk
    return desk


def user_of(request: Request) -> User:
    """Who is signed in. Only for routes that need a sign-in."""
    user: User = request.state.user
    return user


def sign_in_of(request: Request) -> SignIn | None:
    """The sign-in by which it is made; None for one that is kept in memory."""
    sign_in: SignIn | None = request.state.sign_in
    return sign_in


def may(request: Request, permission: Permission, environment: Environment | None = None) -> bool:
    """Whether the user may do this, in the environment where it counts."""
    return permissions.may(user_of(request).role, permission, environment)


def actor_of(request: Request) -> Actor:
    """Who is acting and from where, for the audit log."""
    sign_in = sign_in_of(request)
    factor_at = sign_in.factor_at if sign_in else None
    return actor_for(user_of(request), remote_address_of(request), factor_at)


def remote_address_of(request: Request) -> str:
    """The address of whoever asks, behind the proxies we trust."""
    return request.client.host if request.client else ""


def environment_of(request: Request) -> Environment:
    """The one environment whose records this request shows. Chosen by the guard."""
    environment: Environment = request.state.environment
    return environment


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """The raw body. Raises HTTPException 413 as soon as it is longer than `limit`."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise HTTPException(413)
    return bytes(body)


async def read_form(request: Request) -> Mapping[str, str]:
    """The fields of one of our own forms (UTF-8), the first value of each name.

    What is not UTF-8, and the NUL that PostgreSQL cannot store, becomes U+FFFD, which every check
    refuses by name. Raises HTTPException 413 for a form that is too long or has too many fields.
    """
    return fields_of(await read_body(request))


def values_of(body: bytes, name: str) -> list[str]:
    """Every value of one name, where a form may give several."""
    return [value for key, value in _pairs_of(body) if key == name and value]


def fields_of(body: bytes) -> Mapping[str, str]:
    """The same of a body that has been read already."""
    fields: dict[str, str] = {}
    for name, value in _pairs_of(body):
        fields.setdefault(name, value)
    return fields


def _pairs_of(body: bytes) -> list[tuple[str, str]]:
    text = body.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=FIELD_LIMIT)
    except ValueError:
        raise HTTPException(413) from None
    return [(name, value.replace("\0", "\ufffd")) for name, value in pairs]
