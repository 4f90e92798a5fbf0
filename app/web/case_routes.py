"""The addresses of cases, of the guided demo and of a shop's test: a part of the routes table."""

from app.desk.permissions import Permission
from app.web.http.routing import Route
from app.web.pages import (
    case_deeds,
    case_evidence,
    case_files,
    case_refunds,
    case_rehearsal,
    cases,
    replies,
    shop_connection,
    tour,
)

SEND = ("POST",)
READ, INVESTIGATE = Permission.READ, Permission.INVESTIGATE
WRITE_REPLIES = Permission.WRITE_REPLIES


def case_routes() -> list[Route]:
    """All of them, in the order in which they are tried."""
    return [
        Route("/cases", cases.index, "cases", permission=READ),
        Route("/cases", cases.create, "cases-send", SEND, permission=INVESTIGATE),
        Route("/cases/new", cases.new, "case-new", permission=INVESTIGATE),
        Route("/cases/refunds", case_refunds.index, "refunds", permission=READ),
        Route("/cases/refunds.csv", case_refunds.download, "refunds-csv", permission=READ),
        Route("/cases/{key}", cases.show, "case", permission=READ),
        Route("/cases/{key}/evidence", case_evidence.show, "evidence", permission=READ),
        Route("/cases/{key}/evidence.css", case_evidence.head_of_pages, "css", permission=READ),
        Route("/cases/{key}/rehearsal.json", case_rehearsal.download, "rehearsal", permission=READ),
        Route("/cases/{key}/bundle.json", case_evidence.bundle, "bundle", permission=READ),
        Route("/cases/{key}/attachments/{file}", case_files.download, "file", permission=READ),
        Route(
            "/cases/{key}/attachments/{file}/preview",
            case_files.preview,
            "preview",
            permission=READ,
        ),
        Route("/cases/{key}/attachments", case_files.add, "attach", SEND, permission=INVESTIGATE),
        Route("/cases/{key}/notes", case_deeds.add_note, "note", SEND, permission=INVESTIGATE),
        Route("/cases/{key}/orders", case_deeds.add_orders, "add", SEND, permission=INVESTIGATE),
        Route(
            "/cases/{key}/assignments", case_deeds.assign, "assign", SEND, permission=INVESTIGATE
        ),
        Route("/cases/{key}/replies", case_deeds.keep_reply, "reply", SEND, permission=INVESTIGATE),
        Route("/cases/{key}/decisions", case_deeds.decide, "decide", SEND, permission=INVESTIGATE),
        Route("/cases/{key}/closings", case_deeds.close, "close", SEND, permission=INVESTIGATE),
        Route("/cases/{key}/reopenings", case_deeds.reopen, "reopen", SEND, permission=INVESTIGATE),
        Route("/cases/{key}/refunds", case_deeds.propose, "propose", SEND, permission=INVESTIGATE),
        Route(
            "/cases/{key}/refunds/{refund}",
            case_deeds.change,
            "refund-change",
            SEND,
            permission=INVESTIGATE,
        ),
        Route(
            "/cases/{key}/refunds/{refund}/approvals",
            case_deeds.approve,
            "refund-approve",
            SEND,
            permission=Permission.APPROVE_REFUND,
        ),
        # Whoever proposed it may take it back.
        Route(
            "/cases/{key}/refunds/{refund}/refusals",
            case_deeds.refuse,
            "refund-refuse",
            SEND,
            permission=INVESTIGATE,
        ),
        Route("/live/tour", tour.next_step, "live-tour", by_itself=True, permission=READ),
        Route(
            "/tour/histories",
            tour.write_history,
            "sample-history",
            SEND,
            permission=Permission.RUN_SANDBOX,
        ),
        Route(
            "/settings/shops/{key}/connections",
            shop_connection.test,
            "shop-test",
            SEND,
            permission=Permission.MANAGE_SHOPS,
        ),
        Route("/settings/replies", replies.index, "replies", permission=WRITE_REPLIES),
        Route("/settings/replies", replies.write, "replies-send", SEND, permission=WRITE_REPLIES),
    ]
