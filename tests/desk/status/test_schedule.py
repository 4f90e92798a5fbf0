"""The schedule, cell by cell: from when the desk itself asks, after each event."""

from datetime import UTC, datetime, timedelta

import pytest

from app.desk.status.groups import Standing
from app.desk.status.schedule import Event, Moments, next_lookup, pause_after, worth_asking
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
    "at": (T, T, T),
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
callback-doubted    =       =       =       =       =       =       =       at      =
callback-paid       =       =       =       =       =       =       =       at      =
callback-agreed     =       =       =       =       =       =       =       =       =
recall-moved        -       -       -       -       -       -       hour*   -       -
recall-conflicted   -       -       -       -       -       -       -       -       -
answer-moved        =       -       =       =       =       hour    =       =       =
answer-late         =       =       =       =       =       =       =       =       =
silence             =       =       silence silence =       =       =       =       =
lookup-sent         hour    hour    hour    hour    hour*   hour    hour*   hour    hour*
lookup-asked        =       =       =       =       =       =       =       =       =
lookup-not-sent     hour    hour    hour    hour    hour    hour    hour    hour    hour
lookup-put-off      put-off put-off put-off put-off put-off put-off put-off put-off put-off
lookup-open         =       -       =       =       =       hour    hour*   hour    =
lookup-final        =       -       -       =       =       -       -       -       -
lookup-disputed     -       -       -       -       -       -       -       -       -
not-found           -       -       -       -       -       -       -       -       -
not-found-yet       =       =       =       =       =       =       =       =       =
notified            =       =       sooner  sooner  sooner* sooner  sooner* sooner  sooner*
believed            -       -       -       -       -       hour    -       -       -
kept                -       =   =   =   -       =   -       =   -
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


@pytest.mark.parametrize("standing", list(Standing))
def test_what_a_person_keeps_goes_on_being_asked_about_where_it_can_still_be_paid(
    standing: Standing,
) -> None:
    policy, moments = Confirmation.AT_ONCE, Moments(T, asked_at=ASKED, since=SINCE)
    settled = {Standing.NEVER_SENT, Standing.FIRST_MET, Standing.PAID, Standing.DISPUTED}
    due_at = next_lookup(Event.KEPT, standing, policy, moments)
    assert due_at == (None if standing in settled else ASKED + HOUR)
    late = Moments(T, asked_at=minutes(-90), since=SINCE)
    assert next_lookup(Event.KEPT, Standing.UNDER_WAY, policy, late) == T
    never = Moments(T, since=SINCE)
    assert next_lookup(Event.KEPT, Standing.UNDER_WAY, policy, never) == T + HOUR


def test_a_lookup_that_a_person_asks_puts_off_the_desk_s_own() -> None:
    policy, standing = Confirmation.AT_ONCE, Standing.UNDER_WAY
    for due_at, then in ((minutes(1), T + HOUR), (minutes(70), minutes(70)), (None, None)):
        moments = Moments(T, asked_at=T, since=SINCE, due_at=due_at)
        assert next_lookup(Event.LOOKUP_ASKED, standing, policy, moments) == then


def test_one_that_never_left_is_tried_again_where_one_was_due() -> None:
    policy, standing = Confirmation.AT_ONCE, Standing.UNDER_WAY
    soon = Moments(minutes(1), due_at=minutes(60))
    assert next_lookup(Event.LOOKUP_NOT_SENT, standing, policy, soon) == minutes(1)
    assert next_lookup(Event.LOOKUP_NOT_SENT, standing, policy, Moments(minutes(1))) is None


@pytest.mark.parametrize(
    ("unsent", "minutes_later"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (60, 10)]
)
def test_the_pause_grows_from_a_minute_to_ten(unsent: int, minutes_later: int) -> None:
    assert pause_after(unsent) == timedelta(minutes=minutes_later)


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
