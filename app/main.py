"""Composition: which parts make the dashboard, and in which order they start and stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import partial

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware

from app.addresses import networks
from app.desk.accounts import first_admin
from app.desk.accounts.users import UserRefused
from app.desk.callbacks.bare_visits import BareVisits
from app.desk.context import BackgroundTasks, Desk, DeskSettings, SignInTerms
from app.desk.gateway_calls import send
from app.desk.jobs import start_jobs
from app.desk.retention import MIB, RetentionPolicy
from app.desk.shops import shops
from app.gateway import Gateway
from app.records.database import UNREACHABLE, Database
from app.records.encryption import set_key
from app.records.group_writer import GroupWriter
from app.records.integrity import open_checked
from app.sandbox.app import create_sandbox, running
from app.sandbox.calls.path_aliases import OneSlash
from app.sandbox.scenarios.catalogue import choices
from app.sandbox.store.schema import check_store
from app.settings import Settings, SettingsError
from app.web.http.end_slash import EndSlash
from app.web.http.failures import exception_handlers
from app.web.http.forwarded import Proxies
from app.web.http.guard import middleware
from app.web.http.hosts import Hosts
from app.web.http.pipeline import Pipeline
from app.web.http.request_id import RequestId
from app.web.http.services import make_services
from app.web.pages.sandbox import panel_page
from app.web.presentation.templates import keep_compiled
from app.web.routes import FROM_GATEWAY, routes

log = logging.getLogger(__name__)

SANDBOX = "/sandbox"
"""Where the sandbox is mounted."""

LATE_SECONDS = 5
"""How long after our own time-out the sandbox's `-timeout` scenario answers."""


def open_desk(settings: Settings, *, asks_sandbox: bool = True) -> Desk:
    """The desk over an up-to-date database, ready for the web and for the command line alike."""
    set_key(settings.resolved_secret_key, settings.older_secret_key)
    database = open_checked(settings.resolved_database_url)
    terms = DeskSettings(
        base_url=settings.base_url,
        sandbox_url=f"{settings.own_url}{SANDBOX}" if settings.sandbox_on else None,
        gateway_timeout=settings.gateway_timeout,
        gateway_settle=timedelta(seconds=settings.gateway_settle),
        data_dir=settings.data_dir,
        smtp_url=settings.notify_smtp_url,
        mail_from=settings.notify_from,
        asks_sandbox=asks_sandbox,
        sign_ins=SignInTerms(
            timedelta(hours=settings.session_hours),
            timedelta(minutes=settings.session_idle_minutes),
        ),
    )
    gateway = Gateway(settings.gateway_timeout)
    desk = Desk(database, GroupWriter(database), gateway, BackgroundTasks(), terms)
    if settings.sandbox_on:
        shops.ensure_sandbox_shop(database)
    if settings.admin_email and settings.admin_password:
        _first_admin(database, settings.admin_email, settings.admin_password)
    return desk


def _first_admin(database: Database, email: str, password: str) -> None:
    try:
        first_admin.ensure_first_admin(database, email, password)
    except UserRefused as refused:
        variable = "ADMIN_PASSWORD" if "password" in refused.problems else "ADMIN_EMAIL"
        raise SettingsError(f"{variable} is wrong: {refused}") from None


def _write_sample_history(settings: Settings, orders: int) -> None:
    # It stands on top of all this, and few starts need it.
    from app.demo import write_history

    write_history(settings, orders)


def create_app(settings: Settings) -> Starlette:
    """The dashboard with the sandbox mounted, not yet started (its lifespan starts it)."""
    desk = open_desk(settings)
    sandbox = _sandbox(settings) if settings.sandbox_on else None
    keep_compiled(settings.data_dir / "templates")

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.stopping = stopping = asyncio.Event()
        app.state.services = services = make_services(
            desk, limits(settings), stopping, settings.data_dir, settings.metrics_token
        )
        async with AsyncExitStack() as stack:
            stack.callback(desk.database.close)
            stack.callback(services.storage_failures.close)
            stack.callback(services.passwords.close)
            desk.writer.start()
            stack.push_async_callback(desk.writer.stop)
            if sandbox:
                await stack.enter_async_context(running(sandbox, stopping))
            stack.push_async_callback(desk.gateway.close)
            stack.push_async_callback(desk.tasks.close)
            stack.callback(services.readiness.close)
            stack.push_async_callback(run_in_threadpool, services.heart.stop)
            desk.tasks.spawn(services.heart.job().run(stopping))
            # What else a killed process left half done the jobs see to, while we answer already.
            await run_in_threadpool(_close_interrupted, desk)
            services.storage_failures.note_what_is_left()
            await services.hand_ons.load()
            start_jobs(desk, limits(settings), services.callbacks.load, stopping)
            yield
            stopping.set()

    table = routes(sandbox)
    proxies = Proxies(networks(settings.trusted_proxies))
    pipeline = Pipeline(proxies, hosts(settings))
    app = Starlette(
        routes=table,
        middleware=[
            Middleware(RequestId),
            Middleware(OneSlash, prefix=SANDBOX),
            Middleware(EndSlash, paths=FROM_GATEWAY),
            *middleware(pipeline, table),
        ],
        exception_handlers=exception_handlers,
        lifespan=lifespan,
    )
    # It would build an address from the Host header, which is anybody's word.
    app.router.redirect_slashes = False
    app.state.desk = desk
    app.state.settings = settings
    app.state.write_sample_history = partial(_write_sample_history, settings)
    app.state.proxies = proxies
    app.state.bare_visits = BareVisits()
    app.state.scenarios = choices() if sandbox else ()
    return app


def limits(settings: Settings) -> RetentionPolicy:
    """How long, how many and how much of what anybody can send is kept."""
    return RetentionPolicy(
        timedelta(days=settings.unverified_days),
        settings.unverified_number,
        settings.unverified_megabytes * MIB,
    )


def hosts(settings: Settings) -> Hosts:
    """By which names the desk is asked for: any, until its own is known."""
    return Hosts(
        frozenset(settings.own_hosts) if settings.public_url else None,
        # Its password is public: where nobody asked for it, it is for this machine alone.
        sandbox_for_all=settings.sandbox is not None,
    )


def _sandbox(settings: Settings) -> Starlette:
    store = settings.data_dir / "sandbox.db"
    check_store(store)
    return create_sandbox(
        store,
        base_url=f"{settings.base_url}{SANDBOX}",
        late_seconds=settings.gateway_timeout + LATE_SECONDS,
        prefix=SANDBOX,
        frame=panel_page,
    )


def _close_interrupted(desk: Desk) -> None:
    """End the calls that a killed process left without an answer. Where nothing can be written that
    waits, and customers do not."""
    try:
        send.close_interrupted(desk)
    except UNREACHABLE as error:
        log.error("what was left half done stays so for now (%s)", type(error).__name__)
