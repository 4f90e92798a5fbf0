"""News: where I want to hear of what needs somebody. Everybody sees and changes their own alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from app.desk.context import Actor
from app.desk.news import (
    ChannelDraft,
    ChannelRefused,
    Choices,
    ChoicesRefused,
    choose,
    end,
    make_channel,
    replay,
    trial,
)
from app.desk.news.choices import HOURS
from app.desk.news.event_words import EVENTS, PHASES
from app.desk.news.found import EARNEST
from app.desk.news.hours import URGENT
from app.desk.news.messages import ENVIRONMENTS
from app.protocol.words import LANGUAGES, Words
from app.records.database import Database
from app.records.news import NAME_LENGTH, ChannelKind, channels_of, items_of, matters_by_key
from app.web.http.requests import (
    actor_of,
    desk_of,
    fields_of,
    read_body,
    read_form,
    user_of,
    values_of,
)
from app.web.presentation.news import CHANNELS, choices_said, failure_words, hour_text
from app.web.presentation.templates import language_of, page

ADDRESS = "/settings/notifications"
ITEM = f"{ADDRESS}/items/{{key}}"
ITEMS = 30


def index(request: Request) -> Response:
    """GET /settings/notifications."""
    return _page(request, ChannelDraft("", "", ""), {})


async def make(request: Request) -> Response:
    """POST /settings/notifications: `kind`, `name`, `address`, `secret`."""
    form = await read_form(request)
    names = ("kind", "name", "address", "secret")
    typed = {name: form.get(name, "") for name in names}
    draft = ChannelDraft(**typed, language=language_of(request))
    desk, actor = desk_of(request), actor_of(request)
    try:
        await run_in_threadpool(make_channel, desk, actor, draft)
    except ChannelRefused as refused:
        return await run_in_threadpool(_page, request, draft, refused.problems, 422)
    return RedirectResponse(ADDRESS, 303)


async def choose_for(request: Request) -> Response:
    """POST /settings/notifications/{key}: `event` and `environment` (each that is wanted),
    `quiet_from`, `quiet_to`, `urgent_breaks_in`, `digest_hour`, `language`."""
    body = await read_body(request)
    fields, key = fields_of(body), request.path_params["key"]
    choices = Choices(
        values_of(body, "event"),
        values_of(body, "environment"),
        quiet_from=fields.get("quiet_from", ""),
        quiet_to=fields.get("quiet_to", ""),
        urgent_breaks_in="urgent_breaks_in" in fields,
        digest_hour=fields.get("digest_hour", ""),
        language=fields.get("language", ""),
    )
    try:
        kept = await run_in_threadpool(
            choose, desk_of(request).database, actor_of(request), key, choices
        )
    except ChoicesRefused as refused:
        typed, problems = ChannelDraft("", "", ""), refused.problems
        return await run_in_threadpool(_page, request, typed, {}, 422, {key: problems})
    if not kept:
        raise HTTPException(404)
    return RedirectResponse(ADDRESS, 303)


def try_it(request: Request) -> Response:
    """POST /settings/notifications/{key}/trials: send one, to see it arrive."""
    return _done(request, trial)


def end_it(request: Request) -> Response:
    """POST /settings/notifications/{key}/ends: nothing is sent there any more."""
    return _done(request, end)


def say_again(request: Request) -> Response:
    """POST /settings/notifications/items/{key}/replays: say an item once more."""
    return _done(request, replay)


def _done(request: Request, deed: Callable[[Database, Actor, str], bool]) -> Response:
    if not deed(desk_of(request).database, actor_of(request), request.path_params["key"]):
        raise HTTPException(404)
    return RedirectResponse(ADDRESS, 303)


def _page(
    request: Request,
    typed: ChannelDraft,
    errors: Mapping[str, Words],
    status: int = 200,
    choice_errors: Mapping[str, Mapping[str, Words]] = MappingProxyType({}),
) -> Response:
    desk = desk_of(request)
    with desk.database.reading() as session:
        channels = channels_of(session, user_of(request).id)
        items = items_of(session, [one.id for one in channels], ITEMS)
        matters = matters_by_key(session, {one.matter_key for one in items if one.matter_key})
    context = {
        "channels": channels,
        "by_key": {one.id: one for one in channels},
        "items": items,
        "matters": matters,
        "typed": typed,
        "errors": errors,
        "in_browser": any(
            one.kind is ChannelKind.BROWSER and one.ended_at is None for one in channels
        ),
        "choice_errors": choice_errors,
        "urgent": URGENT,
        "environments_of_news": [(one, ENVIRONMENTS[one]) for one in reversed(EARNEST)],
        "hours": [(str(hour), hour_text(hour)) for hour in HOURS],
        "choices_said": choices_said,
        "languages": [*LANGUAGES.items()],
        "kinds": CHANNELS,
        "failure_of": failure_words,
        "matter_kinds": EVENTS,
        "phases": PHASES,
        "name_length": NAME_LENGTH,
        "has_mail": desk.settings.smtp_url is not None,
    }
    return page(request, "settings/notifications.html", context, status)
