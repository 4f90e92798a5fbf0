"""What everything about a batch is called: states, verdicts, and the sentence of each row."""

from __future__ import annotations

from collections.abc import Mapping

from app.desk.batches.ages import Age
from app.desk.batches.verdicts import Verdict, Why, verdict_with
from app.desk.books.cells import Problem
from app.desk.books.columns import Role
from app.protocol.time_words import clock_text
from app.protocol.words import N_, Sentence, Words
from app.records.batches import BatchItem, BatchState, PausedBy
from app.web.presentation.field_errors import visible
from app.web.presentation.formats import yen
from app.web.presentation.marks import STATUSES, Mark, Marks

STATES: Marks = {
    BatchState.CHECKING: Mark(N_("Nothing sent yet"), "eye", "wait"),
    BatchState.RUNNING: Mark(N_("Being asked"), "hourglass", "wait"),
    BatchState.PAUSED: Mark(N_("Paused"), "clock", "warn"),
    BatchState.STOPPED: Mark(N_("Stopped"), "ban", "calm"),
    BatchState.DONE: Mark(N_("Done"), "check", "good"),
}

GRID: Marks = {
    Verdict.BOOK_PAID_NOT_HERE: Mark(N_("Paid in the file alone"), "alert-triangle", "bad"),
    Verdict.PAID_NOT_IN_BOOK: Mark(N_("Paid, but not in the file"), "alert-triangle", "bad"),
    Verdict.AMOUNT_DIFFERS: Mark(N_("Amount differs"), "cash", "bad"),
    Verdict.STATUS_DIFFERS: Mark(N_("Status differs"), "arrows-split-2", "warn"),
    Verdict.NOT_REGISTERED: Mark(N_("Not at the gateway"), "circle-dashed", "warn"),
    Verdict.NO_ANSWER: Mark(N_("No answer"), "wifi-off", "warn"),
    Verdict.NOT_ASKED: Mark(N_("Not asked"), "minus", "calm"),
    Verdict.AGREES: Mark(N_("Agrees"), "circle-check", "good"),
}

PAUSED: Mapping[PausedBy, str] = {
    PausedBy.GATEWAY_AWAY: N_(
        "The gateway refused for now or was not reached, again and again. Nothing that was refused"
        " counts as asked; resume when it is back."
    ),
    PausedBy.SETTINGS: N_(
        "The gateway does not accept the shop's ShopID or password. Correct it in the settings,"
        " then resume."
    ),
    PausedBy.NO_GATEWAY: N_("The shop has no gateway to ask: the sandbox is off."),
}

AGES: Mapping[Age, str] = {
    Age.UNDER_A_DAY: N_("under 24 hours"),
    Age.TO_THREE_DAYS: N_("1 to 3 days"),
    Age.TO_A_WEEK: N_("3 to 7 days"),
    Age.OVER_A_WEEK: N_("over 7 days"),
}

ROLES: Mapping[Role, str] = {
    Role.ORDER_ID: "OrderID",
    Role.AMOUNT: N_("Amount"),
    Role.TAX: N_("Tax, added to the amount"),
    Role.STATUS: N_("Paid or not"),
}

_PROBLEMS: Mapping[Problem, str] = {
    Problem.MISSING: N_("No OrderID stands in this line."),
    Problem.ILLEGAL: N_("An OrderID has no such character: %(detail)s"),
    Problem.TOO_LONG: N_("It has %(detail)s characters; an OrderID has at most 27."),
    Problem.SCIENTIFIC: N_(
        "A spreadsheet has turned the OrderID into a number and dropped digits. Format the column"
        " as text and export again."
    ),
    Problem.DUPLICATE: N_("The same OrderID as in line %(detail)s, which counts."),
    Problem.LOST_ZEROS: N_(
        "Nothing here has this number, but there is an order %(detail)s: a spreadsheet drops zeros"
        " at the beginning. Correct it if that is the one."
    ),
    Problem.NO_SHOP: N_("Several shops may have this order: choose the shop."),
}

_SENTENCES: Mapping[Why, str] = {
    Why.NEVER_ASKED: N_("Not asked yet."),
    Why.TOO_EARLY: N_(
        "Asked about less than 60 minutes before. It may be asked again from %(free)s, or sooner"
        " with a reason."
    ),
    Why.UNDER_WAY: N_("Asked; the answer has not come yet."),
    Why.STOPPED: N_("Not asked: it was stopped before its turn."),
    Why.UNREADABLE: N_("Not asked: this line cannot be asked about."),
    Why.NO_SHOP: N_("Not asked: it is not known which shop has it."),
    Why.UNANSWERED: N_("Asked, answer unknown. It says nothing about the payment."),
    Why.REFUSED: N_("The gateway refused the question. It says nothing about the payment."),
    Why.UNKNOWN_NUMBER: N_("The gateway has no such OrderID."),
    Why.NOT_IN_YEN: N_("The gateway's amount is not in yen: nothing can be compared."),
    Why.UNREAD_STATUS: N_(
        "The file says “%(word)s”, which is neither paid nor unpaid; the gateway says %(status)s."
    ),
    Why.UNREAD_AMOUNT: N_("Paid at the gateway with %(gateway)s; the file has no amount to read."),
    Why.BOOK_AMOUNT: N_(
        "The file has %(book)s, the gateway %(gateway)s; the difference is %(more)s."
    ),
    Why.BOOK_WITHOUT_TAX: N_(
        "The file has %(book)s, the gateway %(gateway)s: the file may lack the tax of %(more)s."
    ),
    Why.OUR_AMOUNT: N_("We registered %(here)s, the gateway has %(gateway)s."),
    Why.UNPAID_AT_GATEWAY: N_("The file counts it as paid; the gateway says %(status)s."),
    Why.UNPAID_IN_BOOK: N_("Paid at the gateway with %(gateway)s; the file counts it as not paid."),
    Why.BOOK_STATUS: N_("The file says %(word)s, the gateway %(status)s; neither is paid."),
    Why.HELD_PAID: N_("We held it as paid; the gateway says %(status)s."),
    Why.NEVER_HEARD: N_(
        "Paid at the gateway with %(gateway)s, but no callback had told us: we held %(held)s."
    ),
    Why.HELD_OTHER: N_("We held %(held)s; the gateway says %(status)s."),
    Why.NOTHING_BESIDE: N_(
        "The gateway says %(status)s; neither the file nor the desk says how it should be."
    ),
    Why.NOT_LISTED: N_("Paid at the gateway with %(gateway)s; the file does not have this order."),
    Why.SCREEN_AMOUNT: N_("The gateway's list has %(screen)s, its answer %(gateway)s."),
    Why.SCREEN_STATUS: N_(
        "The gateway's list says “%(listed)s”, its answer %(status)s; it may have changed since."
    ),
    Why.UNPAID_NOT_LISTED: N_("Not paid, and not in the file: the gateway says %(status)s."),
    Why.BOOK_CLOSES: N_("Paid, with the same amount."),
    Why.BOOK_STATUS_ALONE: N_("Paid on both sides; the file has no amounts to compare."),
    Why.UNPAID_BOTH: N_("Not paid on either side: the gateway says %(status)s."),
    Why.DESK_ALONE: N_("The gateway says what we held: %(status)s."),
}


_CAUSES: Mapping[Why, str] = {
    Why.NEVER_ASKED: N_("Not asked yet"),
    Why.TOO_EARLY: N_("Not asked: less than 60 minutes after the last time"),
    Why.UNDER_WAY: N_("The answer has not come yet"),
    Why.STOPPED: N_("Not asked: it was stopped before"),
    Why.UNREADABLE: N_("Lines that cannot be asked about, or stand twice"),
    Why.NO_SHOP: N_("It is not known which shop has it"),
    Why.UNANSWERED: N_("No answer"),
    Why.REFUSED: N_("The gateway refused the question"),
    Why.UNKNOWN_NUMBER: N_("Paid in the file; the gateway has no such OrderID"),
    Why.NOT_IN_YEN: N_("The gateway's amount is not in yen"),
    Why.UNREAD_STATUS: N_("A status that is not understood"),
    Why.UNREAD_AMOUNT: N_("Paid at the gateway; the file has no amount"),
    Why.BOOK_AMOUNT: N_("Another amount in the file than at the gateway"),
    Why.BOOK_WITHOUT_TAX: N_("The file lacks the tax"),
    Why.UNPAID_AT_GATEWAY: N_("Paid in the file, not at the gateway"),
    Why.UNPAID_IN_BOOK: N_("Paid at the gateway, not in the file"),
    Why.NOT_LISTED: N_("Paid at the gateway; the file does not have the order"),
    Why.BOOK_STATUS_ALONE: N_("Paid on both sides; the file has no amount"),
    Why.NEVER_HEARD: N_("Paid, and no callback had told us"),
}
"""What makes the yen of the file and of the gateway differ, where more than a verdict is asked."""


def cause_of(why: str) -> str:
    """What such lines have in common, said of their difference in yen."""
    return _CAUSES.get(Why(why)) or GRID[verdict_with(Why(why))].label


def problem_of(item: BatchItem) -> Words:
    """Why a line is not asked about."""
    problem = Problem(item.problem or "")
    detail = visible(item.detail) if problem is Problem.ILLEGAL else item.detail
    return Sentence(_PROBLEMS[problem], {"detail": detail})


def sentence_of(item: BatchItem) -> Words:
    """What a row comes to, in a sentence."""
    book, gateway = item.yen or 0, item.gateway_yen or 0
    values = {
        "free": f"{clock_text(item.free_at)} JST" if item.free_at else "",
        "book": yen(book),
        "gateway": yen(gateway),
        "here": yen(item.here_yen or 0),
        "more": yen(book - gateway) if item.why != Why.BOOK_WITHOUT_TAX else yen(gateway - book),
        "word": item.said,
        "screen": yen(item.screen_yen or 0),
        "listed": item.screen_said or yen(item.screen_yen or 0),
        "status": _status(item.gateway_status),
        "held": _status(item.here_status),
    }
    return Sentence(_SENTENCES[Why(item.why)], values)


def _status(status: str | None) -> Words:
    mark = STATUSES.get(status or "")
    return Sentence(mark.label) if mark else "—"
