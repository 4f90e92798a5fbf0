"""The schedule, cell by cell: from when the desk itself asks, after each event."""

from datetime import UTC, datetime, timedelta

import pytest

from app.desk.status.groups import Standing
from app.desk.status.schedule import Event, Moments, next_lookup, worth_asking
from app.protocol.statuses import Status
from app.records.orders import UNKNOWN
from app.records.shops import Confirmation

T = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def minutes(number: int) -> datetime:
    return T + timedelta(minutes=number)


ASKED, SINCE, DUE = minutes(-20), minutes(-30), minutes(50)
MOMENTS = Moments(T, asked_at=ASKED, since=SINCE, due_at=DUE)

WORDS = {
    # What each policy makes of it: at once, after an hour, never.
    "-": (None, None, None),
    "as-before": (DUE, DUE, DUE),
    "policy": (T, T + HOUR, None),
    "hour": (ASKED + HOUR, ASKED + HOUR, ASKED + HOUR),
    "hour*": (ASKED + HOUR, ASKED + HOUR, None),  # not where the shop never confirms
    "silence": (SINCE + HOUR, SINCE + HOUR, SINCE + HOUR),
    "put-off": (DUE, DUE, DUE),
    "sooner": (ASKED + HOUR, ASKED + HOUR, ASKED + HOUR),
    "sooner*": (ASKED + HOUR, DUE, DUE),  # the policy's hour would be later than what was due
    "policy+": (ASKED + HOUR, T + HOUR, None),  # and the hour is kept
}

HEAD = """
never-sent registered went-unknown exec-unanswered first-met under-way paid failed disputed
"""

ROWS = """
met-by-callback     =       =       =       =       policy  =       =       =       =
callback-moved      -       -       -       -       -       -       policy  -       -
callback-conflicted -       policy  silence silence policy  policy  policy  policy  policy
callback-agreed     =       =       =       =       =       =       =       =       =
recall-moved        -       -       -       -       -       -       hour*   -       -
recall-conflicted   -       -       -       -       -       -       -       -       -
answer-moved        =       -       =       =       =       hour    =       =       =
answer-late         =       =       =       =       =       =       =       =       =
silence             =       =       silence silence =       =       =       =       =
lookup-sent         hour    hour    hour    hour    hour*   hour    hour*   hour    hour*
lookup-put-off      put-off put-off put-off put-off put-off put-off put-off put-off put-off
lookup-open         =       -       =       =       =       hour    hour*   hour    =
lookup-final        =       -       =       =       =       -       -       -       -
lookup-disputed     -       -       -       -       -       -       -       -       -
not-found           -       -       -       -       -       -       -       -       -
not-found-yet       =       =       =       =       =       =       =       =       =
notified            =       =       sooner  sooner  sooner* sooner  sooner* sooner  sooner*
believed            -       -       -       -       -       hour    -       -       -
kept                -       -       -       =       -       =       -       -       -
policy-changed      =       =       =       =       policy+ =       policy+ =       policy+
"""

CELLS = [
    (Event(event), Standing(standing), "as-before" if word == "=" else word)
    for event, *words in map(str.split, ROWS.strip().splitlines())
    for standing, word in zip(HEAD.split(), words, strict=True)
]


@pytest.mark.parametrize(("event", "standing", "word"), CELLS)
def test_each_event_says_when_each_policy_has_the_desk_ask(
    event: Event, standing: Standing, word: str
) -> None:
    due = tuple(next_lookup(event, standing, policy, MOMENTS) for policy in Confirmation)
    assert due == WORDS[word]


def test_every_event_and_every_standing_is_in_the_table() -> None:
    cells = [(event, standing) for event, standing, _ in CELLS]
    assert cells == [(event, standing) for event in Event for standing in Standing]


@pytest.mark.parametrize(
    ("moments", "due"),
    [
        # Nothing was asked before, and nothing is due: at once.
        (Moments(T), T),
        (Moments(T, due_at=minutes(1)), T),
        (Moments(T, due_at=minutes(-1)), minutes(-1)),
        # However many notifications come, the hour after the last lookup is kept.
        (Moments(T, asked_at=minutes(-1)), minutes(59)),
        (Moments(T, asked_at=minutes(-1), due_at=minutes(60)), minutes(59)),
        (Moments(T, asked_at=minutes(-61)), T),
    ],
)
def test_a_notification_brings_a_lookup_forward_but_not_below_the_interval(
    moments: Moments, due: datetime
) -> None:
    for standing in (Standing.UNDER_WAY, Standing.FAILED, Standing.PAID):
        assert next_lookup(Event.NOTIFIED, standing, Confirmation.AT_ONCE, moments) == due


def test_a_notification_does_not_undo_the_shops_policy() -> None:
    reported = Moments(T, due_at=minutes(40))
    later, never = Confirmation.AFTER_AN_HOUR, Confirmation.NEVER
    assert next_lookup(Event.NOTIFIED, Standing.PAID, later, reported) == minutes(40)
    assert next_lookup(Event.NOTIFIED, Standing.PAID, later, Moments(T)) == T + HOUR
    assert next_lookup(Event.NOTIFIED, Standing.PAID, never, Moments(T)) is None


def test_a_notification_after_silence_leaves_the_first_hour_to_people() -> None:
    silent = Moments(T, since=SINCE)
    standing = Standing.EXEC_UNANSWERED
    assert next_lookup(Event.NOTIFIED, standing, Confirmation.AT_ONCE, silent) == SINCE + HOUR


def test_what_is_put_off_is_never_due_sooner_and_what_is_not_due_stays_so() -> None:
    policy, put_off = Confirmation.AT_ONCE, Event.LOOKUP_PUT_OFF
    assert next_lookup(put_off, Standing.PAID, policy, Moments(T, due_at=minutes(-5))) == T
    assert next_lookup(put_off, Standing.PAID, policy, Moments(T)) is None


def test_silence_found_late_is_asked_about_at_once() -> None:
    lost = Moments(T, since=minutes(-90))
    standing = Standing.EXEC_UNANSWERED
    assert next_lookup(Event.SILENCE, standing, Confirmation.AT_ONCE, lost) == T


@pytest.mark.parametrize(
    ("status", "confirmed", "said", "worth"),
    [
        (UNKNOWN, False, "PAYSUCCESS", True),
        (Status.UNPROCESSED, False, "PAYSUCCESS", False),
        (Status.REQSUCCESS, True, "PAYFAIL", True),
        (Status.PAYSTART, False, "", True),
        (Status.PAYSUCCESS, False, "PAYSUCCESS", True),
        (Status.PAYSUCCESS, True, "PAYFAIL", False),
        (Status.PAYFAIL, False, "PAYFAIL", True),
        (Status.PAYFAIL, True, "PAYFAIL", False),
        (Status.EXPIRED, True, "PAYSUCCESS", True),
    ],
)
def test_a_notification_is_worth_a_lookup_that_may_tell_something_new(
    status: str, confirmed: bool, said: str, worth: bool
) -> None:
    assert worth_asking(status, confirmed=confirmed, said=said) is worth
