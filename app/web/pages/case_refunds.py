"""Refunds by month and means, as a page and as a file for accounting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from app.clock import now
from app.desk.cases.refund_sums import Month, month_of, months_until, this_month
from app.protocol.wire import JST
from app.protocol.words import N_, say
from app.records.accounts import User
from app.records.cases import Case
from app.records.refunds import Means
from app.records.shops import Shop
from app.web.http.csv_download import Row, csv_download
from app.web.http.requests import desk_of, environment_of
from app.web.presentation.cases import MEANS
from app.web.presentation.templates import language_of, page

HEAD = (
    *(N_("Documented on"), "ShopID", "OrderID", N_("Amount in yen"), N_("Means")),
    *(N_("Reference"), N_("Case"), N_("Proposed by"), N_("Approved by")),
)


def index(request: Request) -> Response:
    """GET /cases/refunds: twelve months, and each refund of one (`month`, as 2026-12)."""
    chosen = _month(request)
    with desk_of(request).database.reading() as session:
        months = months_until(session, environment_of(request), this_month(now()))
        month = month_of(session, environment_of(request), chosen)
        cases = _cases(session, month)
        emails = _emails(session, month)
    context = {
        "months": months,
        "month": month,
        "means": list(Means),
        "cases": cases,
        "emails": emails,
    }
    return page(request, "cases/refunds.html", context)


def download(request: Request) -> Response:
    """GET /cases/refunds.csv: the refunds of one month."""
    with desk_of(request).database.reading() as session:
        month = month_of(session, environment_of(request), _month(request))
        rows = list(_rows(session, month, language_of(request)))
    return csv_download(f"refunds-{month.first:%Y-%m}.csv", [rows])


def _rows(session: Session, month: Month, language: str) -> Iterator[Row]:
    yield [say(language, words) for words in HEAD]
    cases, emails = _cases(session, month), _emails(session, month)
    shops = dict(session.exec(select(Shop.id, Shop.shop_id)).all())
    for refund, order in month.refunds:
        at = refund.decided_at.astimezone(JST) if refund.decided_at else None
        yield [
            at.strftime("%Y-%m-%d %H:%M:%S") if at else "",
            shops[order.shop_key],
            order.order_id,
            refund.amount,
            say(language, MEANS[refund.means]),
            refund.payout_reference,
            cases[refund.case_key].name,
            emails[refund.proposed_by],
            emails.get(refund.decided_by or "", ""),
        ]


def _month(request: Request) -> date:
    try:
        return date.fromisoformat(f"{request.query_params.get('month', '')}-01")
    except ValueError:
        return this_month(now())


def _cases(session: Session, month: Month) -> dict[str, Case]:
    keys = {refund.case_key for refund, _ in month.refunds}
    return {case.id: case for case in session.exec(select(Case).where(col(Case.id).in_(keys)))}


def _emails(session: Session, month: Month) -> dict[str, str]:
    keys = {refund.proposed_by for refund, _ in month.refunds}
    keys |= {refund.decided_by for refund, _ in month.refunds if refund.decided_by}
    return dict(session.exec(select(User.id, User.email).where(col(User.id).in_(keys))).all())
