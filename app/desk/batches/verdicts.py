"""Verdicts: their book, what we held, and the gateway's answer, weighed against each other.

One closed table (`_RULES`): the first rule that holds gives the verdict and its sentence, and every
line of a book ends in exactly one. It sees nothing but a `Row`. What has not been asked, and what
has got no answer, is neither agreement nor disagreement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from app.protocol.statuses import Status


class Verdict(StrEnum):
    """What a row comes to. The order is that of the grid: what disagrees first."""

    BOOK_PAID_NOT_HERE = "book-paid-not-here"
    PAID_NOT_IN_BOOK = "paid-not-in-book"
    AMOUNT_DIFFERS = "amount-differs"
    STATUS_DIFFERS = "status-differs"
    NOT_REGISTERED = "not-registered"
    NO_ANSWER = "no-answer"
    NOT_ASKED = "not-asked"
    AGREES = "agrees"


DISAGREE = (
    Verdict.BOOK_PAID_NOT_HERE,
    Verdict.PAID_NOT_IN_BOOK,
    Verdict.AMOUNT_DIFFERS,
    Verdict.STATUS_DIFFERS,
    Verdict.NOT_REGISTERED,
)


class Heard(StrEnum):
    """What became of the question."""

    NOT_ASKED = "not-asked"
    NO_ANSWER = "no-answer"
    MISSING = "missing"  # no such OrderID
    FOUND = "found"


class Why(StrEnum):
    """Which sentence says it."""

    NEVER_ASKED = "never-asked"
    TOO_EARLY = "too-early"
    UNDER_WAY = "under-way"
    STOPPED = "stopped"
    UNREADABLE = "unreadable"
    NO_SHOP = "no-shop"
    UNANSWERED = "unanswered"
    REFUSED = "refused"
    UNKNOWN_NUMBER = "unknown-number"
    NOT_IN_YEN = "not-in-yen"
    BOOK_AMOUNT = "book-amount"
    BOOK_WITHOUT_TAX = "book-without-tax"
    OUR_AMOUNT = "our-amount"
    UNPAID_AT_GATEWAY = "unpaid-at-gateway"
    UNPAID_IN_BOOK = "unpaid-in-book"
    UNREAD_STATUS = "unread-status"
    UNREAD_AMOUNT = "unread-amount"
    BOOK_STATUS = "book-status"
    HELD_PAID = "held-paid"
    NEVER_HEARD = "never-heard"
    HELD_OTHER = "held-other"
    NOTHING_BESIDE = "nothing-beside"
    NOT_LISTED = "not-listed"
    SCREEN_AMOUNT = "screen-amount"
    SCREEN_STATUS = "screen-status"
    UNPAID_NOT_LISTED = "unpaid-not-listed"
    BOOK_CLOSES = "book-closes"
    BOOK_STATUS_ALONE = "book-status-alone"
    UNPAID_BOTH = "unpaid-both"
    DESK_ALONE = "desk-alone"


@dataclass(frozen=True)
class Row:
    """All that a verdict may look at. Amounts are yen, Amount and Tax together.

    `book_paid`, `book_status`, `book_yen`: what the book says, None where it does not;
    `status_unread`: it has a word for it that is not understood; `has_amounts`: it has a column of
    amounts, whether this line's can be read or not; `listed`: the book has the order at all.
    `screen_paid`, `screen_yen`: what the gateway's own list says, where one was given. `held`,
    `held_yen`: what the desk held just before it asked, None for an order that it did not have.
    `said`, `said_yen`, `said_tax`: the gateway's answer; `said_yen` is None for one that is not in
    yen. `unasked`: why nothing was asked.
    """

    heard: Heard = Heard.NOT_ASKED
    unasked: Why = Why.NEVER_ASKED
    unanswered: Why = Why.UNANSWERED
    book_paid: bool | None = None
    book_status: str | None = None
    book_yen: int | None = None
    status_unread: bool = False
    has_amounts: bool = False
    listed: bool = True
    screen_paid: bool | None = None
    screen_yen: int | None = None
    held: str | None = None
    held_yen: int | None = None
    said: Status | None = None
    said_yen: int | None = None
    said_tax: int = 0

    @property
    def paid(self) -> bool:
        """Whether the gateway says that it is paid."""
        return self.said is Status.PAYSUCCESS

    @property
    def book_counts(self) -> int:
        """The yen that the book counts as paid."""
        return self.book_yen or 0 if self.book_paid else 0

    @property
    def gateway_counts(self) -> int:
        """The yen that the gateway says are paid."""
        return self.said_yen or 0 if self.paid else 0

    @property
    def held_paid(self) -> bool:
        """Whether the desk held it for paid."""
        return self.held == Status.PAYSUCCESS

    @property
    def book_speaks(self) -> bool:
        """Whether the book says how it stands."""
        return self.book_paid is not None


class Ruling(NamedTuple):
    """A verdict, and the sentence for it."""

    verdict: Verdict
    why: Why


Rule = tuple[Verdict, Why, Callable[[Row], bool]]

_RULES: Sequence[Rule] = (
    # One says paid, the other not: before any amount.
    (
        Verdict.BOOK_PAID_NOT_HERE,
        Why.UNPAID_AT_GATEWAY,
        lambda r: r.book_paid is True and not r.paid,
    ),
    (Verdict.PAID_NOT_IN_BOOK, Why.UNPAID_IN_BOOK, lambda r: r.paid and r.book_paid is False),
    (Verdict.PAID_NOT_IN_BOOK, Why.NOT_LISTED, lambda r: r.paid and not r.listed),
    (Verdict.STATUS_DIFFERS, Why.UNREAD_STATUS, lambda r: r.status_unread),
    # Amounts that are no yen prove nothing.
    (Verdict.AMOUNT_DIFFERS, Why.NOT_IN_YEN, lambda r: r.said_yen is None),
    (
        Verdict.AMOUNT_DIFFERS,
        Why.BOOK_WITHOUT_TAX,
        lambda r: bool(r.said_tax) and r.book_yen == (r.said_yen or 0) - r.said_tax,
    ),
    (
        Verdict.AMOUNT_DIFFERS,
        Why.UNREAD_AMOUNT,
        lambda r: r.has_amounts and r.paid and r.book_yen is None,
    ),
    (Verdict.AMOUNT_DIFFERS, Why.BOOK_AMOUNT, lambda r: r.book_yen not in (None, r.said_yen)),
    (Verdict.AMOUNT_DIFFERS, Why.OUR_AMOUNT, lambda r: r.held_yen not in (None, r.said_yen)),
    # The gateway's own list is older than its answer.
    (
        Verdict.AMOUNT_DIFFERS,
        Why.SCREEN_AMOUNT,
        lambda r: r.screen_yen not in (None, r.said_yen),
    ),
    (
        Verdict.STATUS_DIFFERS,
        Why.SCREEN_STATUS,
        lambda r: r.screen_paid not in (None, r.paid),
    ),
    # Neither paid, and yet not the same.
    (Verdict.STATUS_DIFFERS, Why.BOOK_STATUS, lambda r: r.book_status not in (None, r.said)),
    (Verdict.STATUS_DIFFERS, Why.HELD_PAID, lambda r: r.held_paid and not r.paid),
    (
        Verdict.STATUS_DIFFERS,
        Why.NEVER_HEARD,
        lambda r: r.paid and r.held is not None and not r.held_paid,
    ),
    (
        Verdict.STATUS_DIFFERS,
        Why.HELD_OTHER,
        lambda r: not r.book_speaks and r.held not in (None, r.said),
    ),
    # The same OrderID and amount close a row; a status alone says so.
    (Verdict.AGREES, Why.UNPAID_NOT_LISTED, lambda r: not r.listed),
    (Verdict.AGREES, Why.UNPAID_BOTH, lambda r: r.book_speaks and not r.paid),
    (Verdict.AGREES, Why.BOOK_CLOSES, lambda r: r.paid and r.book_yen is not None),
    (Verdict.AGREES, Why.BOOK_STATUS_ALONE, lambda r: r.book_speaks),
    (Verdict.AGREES, Why.DESK_ALONE, lambda r: r.held is not None),
    # Nobody had said anything with which to compare.
    (Verdict.STATUS_DIFFERS, Why.NOTHING_BESIDE, lambda _: True),
)


def verdict_with(why: Why) -> Verdict:
    """The verdict to which a sentence belongs."""
    found = (verdict for verdict, sentence, _ in _RULES if sentence is why)
    return next(found, Verdict.NOT_ASKED)


def verdict_of(row: Row) -> Ruling:
    """What a row comes to."""
    match row.heard:
        case Heard.NOT_ASKED:
            return Ruling(Verdict.NOT_ASKED, row.unasked)
        case Heard.NO_ANSWER:
            return Ruling(Verdict.NO_ANSWER, row.unanswered)
        case Heard.MISSING:
            return Ruling(Verdict.NOT_REGISTERED, Why.UNKNOWN_NUMBER)
        case Heard.FOUND:
            return next(Ruling(verdict, why) for verdict, why, holds in _RULES if holds(row))
