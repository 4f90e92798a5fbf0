"""Results that prove nothing: when a person is to ask about them, and when there is a word."""

from __future__ import annotations

from datetime import timedelta

from app.clock import now
from app.desk.status.schedule import LOOKUP_INTERVAL
from app.desk.status.unproven import is_to_be_asked, quiet_since, speak, unproven_of
from app.records.attention import Kind, kind_of
from app.records.orders import Order


def test_after_a_word_the_next_are_asked_about_once_the_gateway_may_be() -> None:
    at, minute = now(), timedelta(minutes=1)
    one = Order(order_id="A1", status="REQSUCCESS", unproven_results=1, unproven_at=at)
    assert is_to_be_asked(one, at)
    speak(one, at + minute)
    assert unproven_of(one) is None
    one.unproven_at, one.unproven_results = at + 2 * minute, 2
    unproven = unproven_of(one)
    assert unproven is not None
    assert unproven.ask_from == at + minute + LOOKUP_INTERVAL
    assert not is_to_be_asked(one, unproven.ask_from - timedelta(microseconds=1))
    assert is_to_be_asked(one, unproven.ask_from)


def test_a_word_about_earlier_ones_is_none_about_those_that_came_since() -> None:
    at = now()
    one = Order(order_id="A1", status="REQSUCCESS", unproven_results=1, unproven_at=at)
    # Asked before it came; the answer came after it.
    speak(one, at - timedelta(seconds=1))
    assert unproven_of(one) is not None


def test_an_older_word_does_not_undo_a_newer_one() -> None:
    at = now()
    one = Order(order_id="A1", status="REQSUCCESS", unproven_results=1, unproven_at=at)
    speak(one, at)
    speak(one, at - timedelta(hours=2))
    assert unproven_of(one) is None


def test_the_list_and_the_order_itself_agree_on_when_it_is_time() -> None:
    at, tick = now(), timedelta(microseconds=1)
    one = Order(order_id="A1", status="REQSUCCESS", unproven_results=1, unproven_at=at)
    for spoken_before in (LOOKUP_INTERVAL - tick, LOOKUP_INTERVAL, LOOKUP_INTERVAL + tick):
        one.spoken_at = at - spoken_before
        listed = kind_of(one, quiet_since(at)) is Kind.UNPROVEN
        assert listed is is_to_be_asked(one, at)
        assert listed is (spoken_before >= LOOKUP_INTERVAL)
