"""The decision table, row by row: what is possible, what is locked and why, what to do next."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.desk.actions import Action, Facts, LockReason, NextStep, NotPossible, Past, decide, require
from app.desk.actions.locks import LOCKS
from app.desk.actions.next_steps import LEFT_TO_THE_DESK, STEPS, step_of
from app.desk.status.call_results import CallResult
from app.protocol.messages import Call
from app.protocol.statuses import Status
from app.records.orders import Conflict, Origin, Source

T = datetime(2026, 1, 10, 14, 3, tzinfo=UTC)
NOW = T + timedelta(minutes=30)
SETTLE = timedelta(seconds=90)
HOUR = timedelta(hours=1)

R, E, L, A, N, S = (
    Action.REGISTER,
    Action.EXECUTE,
    Action.LAUNCH,
    Action.LOOK_UP,
    Action.NEW_NUMBER,
    Action.SETTLE,
)


def past(call: Call, heard: CallResult, at: datetime = T, said: str | None = None) -> Past:
    return Past(call, heard, at, said)


def entry(heard: CallResult, at: datetime = T) -> Past:
    return past(Call.ENTRY, heard, at)


def execution(heard: CallResult, at: datetime = T) -> Past:
    return past(Call.EXEC, heard, at)


def lookup(heard: CallResult, at: datetime = T, said: str | None = None) -> Past:
    return past(Call.SEARCH, heard, at, said)


def facts(**values: Any) -> Facts:
    base: dict[str, Any] = {"now": NOW, "settle": SETTLE, "since": T}
    asked, executed = values.get("lookup"), values.get("execution")
    if asked and asked.heard in (CallResult.DONE, CallResult.MISSING):
        base["answer"] = asked
    entered = values.get("entry")
    if entered is not None and entered.heard is CallResult.SILENCE:
        base["entry_silent"] = True
    if executed is not None and executed.heard is CallResult.SILENCE:
        base["exec_silent"] = True
    return Facts(**(base | values))


def test_only_a_failure_that_a_callback_reported_can_be_in_doubt() -> None:
    assert facts(status=Status.PAYFAIL, source=Source.CALLBACK, doubted=True).in_doubt
    for status, source in (
        (Status.PAYFAIL, Source.LOOKUP),
        (Status.REQSUCCESS, Source.CALLBACK),
    ):
        assert not facts(status=status, source=source, doubted=True).in_doubt


def unknown(source: Source | None, **values: Any) -> Facts:
    return facts(source=source, **values)


def registered(**values: Any) -> Facts:
    base = {"status": "UNPROCESSED", "source": Source.ENTRY, "has_access": True}
    return facts(**(base | {"entry": entry(CallResult.DONE)} | values))


def under_way(status: Status = Status.REQSUCCESS, **values: Any) -> Facts:
    base = {
        "status": status,
        "source": Source.EXEC,
        "has_access": True,
        "has_token": True,
        "executed_at": T,
        "lookup_due_at": T + HOUR,
        "entry": entry(CallResult.DONE),
        "execution": execution(CallResult.DONE),
    }
    return facts(**(base | values))


def paid(**values: Any) -> Facts:
    return under_way(Status.PAYSUCCESS, **({"source": Source.CALLBACK} | values))


def met(**values: Any) -> Facts:
    return facts(**({"origin": Origin.LOOKUP, "source": Source.LOOKUP} | values))


ROWS: list[tuple[str, Facts, NextStep, set[Action]]] = [
    # Never sent, or sent without effect.
    ("fresh", unknown(None, since=None), NextStep.REGISTER, {R, A}),
    ("not sent", unknown(None, entry=entry(CallResult.NOT_SENT)), NextStep.REGISTER_AGAIN, {R, A}),
    ("refused", unknown(None, entry=entry(CallResult.REFUSED)), NextStep.CORRECT_VALUES, {R, A, N}),
    ("too busy", unknown(None, entry=entry(CallResult.LATER)), NextStep.REGISTER_AGAIN, {R, A}),
    (
        "password refused",
        unknown(None, entry=entry(CallResult.SETTINGS), last=entry(CallResult.SETTINGS)),
        NextStep.FIX_SETTINGS,
        {R, A},
    ),
    ("number taken", unknown(None, entry=entry(CallResult.TAKEN)), NextStep.NEW_ORDER_ID, {A, N}),
    (
        "answer pending",
        unknown(None, entry=entry(CallResult.PENDING), last=entry(CallResult.PENDING)),
        NextStep.WAIT_FOR_ANSWER,
        set(),
    ),
    # A result came that proves nothing.
    ("unproven result", under_way(unproven=True), NextStep.ASK_GATEWAY, {L, A}),
    (
        "unproven result, lookup silent",
        under_way(unproven=True, lookup=lookup(CallResult.SILENCE)),
        NextStep.WAIT_UNTIL_DUE,
        {L, A},
    ),
    (
        "unproven result, password refused",
        under_way(unproven=True, last=lookup(CallResult.SETTINGS)),
        NextStep.FIX_SETTINGS,
        {L, A},
    ),
    (
        "unproven result before a verified failure",
        under_way(Status.PAYFAIL, source=Source.CALLBACK, unproven=True),
        NextStep.ASK_GATEWAY,
        {A, N},
    ),
    # EntryTran unanswered.
    (
        "entry silent",
        unknown(Source.ENTRY, entry=entry(CallResult.SILENCE)),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "entry silent, lookup silent too",
        unknown(Source.ENTRY, entry=entry(CallResult.SILENCE), lookup=lookup(CallResult.SILENCE)),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "entry silent, lookup told to come later",
        unknown(Source.ENTRY, entry=entry(CallResult.SILENCE), lookup=lookup(CallResult.LATER)),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "entry silent, found missing too early, still too early",
        unknown(
            Source.ENTRY,
            entry=entry(CallResult.SILENCE),
            lookup=lookup(CallResult.MISSING, T + timedelta(seconds=30)),
            now=T + timedelta(seconds=89),
        ),
        NextStep.WAIT_UNTIL_DUE,
        {A},
    ),
    (
        "entry silent, found missing too early, now late enough",
        unknown(
            Source.ENTRY,
            entry=entry(CallResult.SILENCE),
            lookup=lookup(CallResult.MISSING, T + timedelta(seconds=30)),
            now=T + timedelta(seconds=90),
        ),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "entry silent, found missing late enough",
        unknown(Source.LOOKUP, entry=entry(CallResult.SILENCE), lookup=lookup(CallResult.MISSING)),
        NextStep.REGISTER_AGAIN,
        {R, A},
    ),
    (
        "entry silent, found with our amount",
        registered(
            source=Source.LOOKUP, entry=entry(CallResult.SILENCE), lookup=lookup(CallResult.DONE)
        ),
        NextStep.ADOPT_AND_EXECUTE,
        {E, A},
    ),
    (
        "another system's trade, by a lookup that was believed",
        registered(source=Source.LOOKUP, entry=None, lookup=lookup(CallResult.DONE)),
        NextStep.EXECUTE,
        {E, A},
    ),
    (
        "entry answered, not executed by a lookup that was believed",
        registered(
            source=Source.LOOKUP, entry=entry(CallResult.DONE), lookup=lookup(CallResult.DONE)
        ),
        NextStep.EXECUTE,
        {E, A},
    ),
    (
        "entry silent, found with another amount",
        unknown(
            Source.ENTRY,
            conflict=Conflict.FOREIGN,
            entry=entry(CallResult.SILENCE),
            lookup=lookup(CallResult.DONE),
        ),
        NextStep.SETTLE_CONFLICT,
        {A, S},
    ),
    (
        "somebody else's number, settled",
        unknown(None, entry=entry(CallResult.SILENCE), lookup=lookup(CallResult.DONE)),
        NextStep.NEW_ORDER_ID,
        {A, N},
    ),
    (
        "somebody else's trade, believed",
        registered(source=Source.LOOKUP, has_access=False, entry=entry(CallResult.TAKEN)),
        NextStep.NEW_ORDER_ID,
        {A, N},
    ),
    # Registered.
    ("registered", registered(), NextStep.EXECUTE, {E, A}),
    (
        "kept unrequested though the gateway calls it paid",
        registered(answer=past(Call.SEARCH, CallResult.DONE, T, "PAYSUCCESS"), settled=True),
        NextStep.WAIT_UNTIL_DUE,
        {A},
    ),
    (
        "kept unrequested, and due to be asked again",
        registered(
            answer=past(Call.SEARCH, CallResult.DONE, T, "PAYSUCCESS"),
            settled=True,
            lookup_due_at=T,
        ),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "exec not sent",
        registered(execution=execution(CallResult.NOT_SENT)),
        NextStep.EXECUTE_AGAIN,
        {E, A},
    ),
    (
        "exec refused",
        registered(execution=execution(CallResult.REFUSED)),
        NextStep.CORRECT_VALUES,
        {E, A, N},
    ),
    (
        "exec pending",
        registered(execution=execution(CallResult.PENDING), last=execution(CallResult.PENDING)),
        NextStep.WAIT_FOR_ANSWER,
        set(),
    ),
    (
        "failed, and a lookup is pending",
        under_way(Status.PAYFAIL, last=lookup(CallResult.PENDING)),
        NextStep.WAIT_FOR_ANSWER,
        set(),
    ),
    (
        "in conflict, and a lookup is pending",
        under_way(conflict=Conflict.AMOUNT, last=lookup(CallResult.PENDING)),
        NextStep.WAIT_FOR_ANSWER,
        set(),
    ),
    (
        "registered with another amount",
        registered(conflict=Conflict.AMOUNT),
        NextStep.SETTLE_CONFLICT,
        {A, S},
    ),
    (
        "somebody else's number",
        unknown(None, conflict=Conflict.FOREIGN),
        NextStep.SETTLE_CONFLICT,
        {A, N, S},
    ),
    (
        "disputed by a callback, never looked up, and a lookup is due later",
        under_way(conflict=Conflict.STATUS, disputed_at=T),
        NextStep.ASK_GATEWAY,
        {A, S},
    ),
    (
        "exec refused once as no trade of ours, which the gateway has",
        registered(
            execution=execution(CallResult.ELSEWHERE),
            out_of_step=1,
            lookup=lookup(CallResult.DONE, T + timedelta(seconds=1), "UNPROCESSED"),
        ),
        NextStep.EXECUTE_AGAIN,
        {E, A},
    ),
    (
        "exec refused twice as no trade of ours, which the gateway has",
        registered(
            execution=execution(CallResult.ELSEWHERE),
            out_of_step=2,
            lookup=lookup(CallResult.DONE, T + timedelta(seconds=1), "UNPROCESSED"),
        ),
        NextStep.NEW_ORDER_ID,
        {E, A, N},
    ),
    (
        "exec refused for the password",
        registered(execution=execution(CallResult.SETTINGS), last=execution(CallResult.SETTINGS)),
        NextStep.FIX_SETTINGS,
        {E, A},
    ),
    (
        "exec told the trade is elsewhere",
        registered(execution=execution(CallResult.ELSEWHERE)),
        NextStep.ASK_GATEWAY,
        {E, A},
    ),
    (
        "exec told the trade is elsewhere, a lookup sees it where we do",
        registered(execution=execution(CallResult.ELSEWHERE), lookup=lookup(CallResult.DONE, NOW)),
        NextStep.EXECUTE_AGAIN,
        {E, A},
    ),
    # ExecTran unanswered.
    (
        "exec silent",
        unknown(Source.EXEC, has_access=True, execution=execution(CallResult.SILENCE)),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "exec silent, found unprocessed too early",
        unknown(
            Source.EXEC,
            has_access=True,
            execution=execution(CallResult.SILENCE),
            lookup=lookup(CallResult.DONE, T + timedelta(seconds=30), "UNPROCESSED"),
            now=T + timedelta(seconds=60),
        ),
        NextStep.WAIT_UNTIL_DUE,
        {A},
    ),
    (
        "exec silent, found unprocessed late enough",
        registered(
            source=Source.LOOKUP,
            execution=execution(CallResult.SILENCE),
            lookup=lookup(CallResult.DONE, NOW, "UNPROCESSED"),
        ),
        NextStep.EXECUTE_AGAIN,
        {E, A},
    ),
    (
        "exec silent, found requested",
        under_way(source=Source.LOOKUP, has_token=False, execution=execution(CallResult.SILENCE)),
        NextStep.NEW_ORDER_ID,
        {A, N},
    ),
    (
        "executed by another system, which holds the token",
        under_way(source=Source.LOOKUP, has_token=False, execution=execution(CallResult.REQUESTED)),
        NextStep.WAIT_FOR_CUSTOMER,
        {A},
    ),
    (
        "exec silent, found paid",
        paid(source=Source.LOOKUP, confirmed=True, has_token=False),
        NextStep.NOTHING,
        {A},
    ),
    # The customer's turn.
    ("requested", under_way(), NextStep.SEND_CUSTOMER, {L, A}),
    ("link made", under_way(launched=True), NextStep.WAIT_FOR_CUSTOMER, {L, A}),
    ("paying", under_way(Status.PAYSTART), NextStep.WAIT_FOR_CUSTOMER, {L, A}),
    ("lookup due", under_way(launched=True, now=T + HOUR), NextStep.ASK_GATEWAY, {L, A}),
    (
        "lookup under way",
        under_way(lookup=lookup(CallResult.PENDING), last=lookup(CallResult.PENDING)),
        NextStep.WAIT_FOR_ANSWER,
        {L},
    ),
    # Paid, or never to be.
    ("reported", paid(lookup_due_at=T), NextStep.CONFIRM_BY_LOOKUP, {A}),
    (
        "reported, lookup silent",
        paid(lookup_due_at=T, lookup=lookup(CallResult.SILENCE)),
        NextStep.CONFIRM_BY_LOOKUP,
        {A},
    ),
    (
        "reported, the gateway lags",
        paid(lookup=lookup(CallResult.DONE, T, "REQSUCCESS")),
        NextStep.WAIT_UNTIL_DUE,
        {A},
    ),
    (
        "reported, the gateway lagged an hour ago",
        paid(lookup=lookup(CallResult.DONE, T, "REQSUCCESS"), now=T + HOUR),
        NextStep.CONFIRM_BY_LOOKUP,
        {A},
    ),
    (
        "reported, password refused",
        paid(lookup=lookup(CallResult.SETTINGS), last=lookup(CallResult.SETTINGS)),
        NextStep.FIX_SETTINGS,
        {A},
    ),
    ("reported and settled", paid(settled=True), NextStep.NOTHING, {A}),
    ("confirmed", paid(confirmed=True), NextStep.NOTHING, {A}),
    ("cancelled", under_way(Status.PAYFAIL), NextStep.NEW_ORDER_ID, {A, N}),
    ("expired", under_way(Status.EXPIRED), NextStep.NEW_ORDER_ID, {A, N}),
    # The customer has paid another order, or goes on with a later one.
    (
        "cancelled, tried again",
        under_way(Status.PAYFAIL, other_try=True),
        NextStep.OTHER_TRY,
        {A, N},
    ),
    (
        "refused, tried again",
        unknown(None, entry=entry(CallResult.REFUSED), other_try=True),
        NextStep.OTHER_TRY,
        {R, A, N},
    ),
    (
        "can be paid, tried again",
        under_way(launched=True, other_try=True),
        NextStep.WAIT_FOR_CUSTOMER,
        {L, A},
    ),
    # Sources disagree.
    ("conflict", paid(conflict=Conflict.STATUS), NextStep.SETTLE_CONFLICT, {A, S}),
    (
        "conflict, and a lookup due at once",
        under_way(Status.PAYFAIL, conflict=Conflict.STATUS, lookup_due_at=T),
        NextStep.ASK_GATEWAY,
        {A, S},
    ),
    (
        "conflict by a callback, and the gateway not asked since",
        under_way(Status.PAYFAIL, conflict=Conflict.STATUS, disputed_at=T, lookup_due_at=None),
        NextStep.ASK_GATEWAY,
        {A, S},
    ),
    (
        "conflict by a callback, and the gateway last answered before it",
        registered(
            conflict=Conflict.NEVER_EXECUTED, disputed_at=T, answered_at=T - timedelta(seconds=1)
        ),
        NextStep.ASK_GATEWAY,
        {A, S},
    ),
    (
        "conflict by a callback, and the gateway has answered since",
        registered(conflict=Conflict.NEVER_EXECUTED, disputed_at=T, answered_at=T),
        NextStep.SETTLE_CONFLICT,
        {A, S},
    ),
    (
        "conflict by a callback, and the desk asked in vain",
        paid(
            conflict=Conflict.STATUS,
            disputed_at=T,
            lookup=lookup(CallResult.SILENCE),
            lookup_due_at=T + HOUR,
        ),
        NextStep.SETTLE_CONFLICT,
        {A, S},
    ),
    (
        "conflict by a callback, a person asked in vain, and the desk asks later",
        paid(
            conflict=Conflict.STATUS,
            disputed_at=T,
            lookup=lookup(CallResult.SILENCE, T + timedelta(minutes=1)),
            lookup_due_at=T + HOUR,
        ),
        NextStep.ASK_GATEWAY,
        {A, S},
    ),
    (
        "amount in doubt",
        under_way(conflict=Conflict.AMOUNT),
        NextStep.SETTLE_CONFLICT,
        {A, S},
    ),
    # Not made here.
    (
        "met through a callback",
        met(origin=Origin.CALLBACK, source=None),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "met through a callback, asked about shortly before",
        met(origin=Origin.CALLBACK, source=None, lookup=lookup(CallResult.MISSING)),
        NextStep.WAIT_UNTIL_DUE,
        {A},
    ),
    (
        "met through a callback, and settled that nothing is known of it",
        met(origin=Origin.CALLBACK, source=None, settled=True),
        NextStep.NOTHING,
        {A},
    ),
    ("met unprocessed", met(status="UNPROCESSED"), NextStep.NOTHING, {A}),
    (
        "failed, and a lookup is due",
        under_way(Status.PAYFAIL, source=Source.LOOKUP, lookup_due_at=T),
        NextStep.ASK_GATEWAY,
        {A, N},
    ),
    # The payment page is at another host than the shop's gateway.
    (
        "start page elsewhere",
        under_way(start_elsewhere=True),
        NextStep.CHECK_ADDRESS,
        {A},
    ),
    (
        "start page elsewhere, and the gateway says that nobody has begun",
        under_way(start_elsewhere=True, lookup=lookup(CallResult.DONE, T, "REQSUCCESS")),
        NextStep.NEW_ORDER_ID,
        {A, N},
    ),
    (
        "start page elsewhere, since a customer was sent",
        under_way(start_elsewhere=True, launched=True),
        NextStep.WAIT_FOR_CUSTOMER,
        {A},
    ),
    # The gateway was asked about a conflict while an unanswered call may still be at work.
    (
        "in conflict, answered too early, still too early",
        unknown(
            Source.EXEC,
            conflict=Conflict.STATUS,
            answer_too_early=True,
            silent_until=NOW + SETTLE,
        ),
        NextStep.WAIT_UNTIL_DUE,
        {A, S},
    ),
    (
        "in conflict, answered too early, late enough",
        unknown(Source.EXEC, conflict=Conflict.STATUS, answer_too_early=True, silent_until=NOW),
        NextStep.ASK_GATEWAY,
        {A, S},
    ),
    ("met requested", met(status="REQSUCCESS"), NextStep.WAIT_FOR_CUSTOMER, {A}),
    ("met paid", met(status="PAYSUCCESS"), NextStep.NOTHING, {A}),
    (
        "failed with a code under which money may have moved",
        under_way(Status.PAYFAIL, source=Source.CALLBACK, doubted=True),
        NextStep.ASK_GATEWAY,
        {A},
    ),
    (
        "the same, and the gateway refuses the shop's password",
        under_way(
            Status.PAYFAIL,
            source=Source.CALLBACK,
            doubted=True,
            last=lookup(CallResult.SETTINGS),
        ),
        NextStep.FIX_SETTINGS,
        {A},
    ),
    (
        "the same, once a lookup has answered",
        under_way(
            Status.PAYFAIL,
            source=Source.CALLBACK,
            doubted=True,
            lookup=lookup(CallResult.DONE, T, "PAYFAIL"),
        ),
        NextStep.NEW_ORDER_ID,
        {A, N},
    ),
    ("met failed", met(status="PAYFAIL"), NextStep.NOTHING, {A, N}),
    (
        "met paid by a callback, and a lookup agrees",
        met(
            status="PAYSUCCESS",
            source=Source.CALLBACK,
            lookup=lookup(CallResult.DONE, NOW, "PAYSUCCESS"),
        ),
        NextStep.NOTHING,
        {A},
    ),
]


@pytest.mark.parametrize(
    ("known", "step", "possible"),
    [row[1:] for row in ROWS],
    ids=[row[0] for row in ROWS],
)
def test_each_situation_has_its_step_and_its_possible_actions(
    known: Facts, step: NextStep, possible: set[Action]
) -> None:
    decision = decide(known)
    assert decision.next_step is step
    assert decision.possible == possible
    assert decision.possible | decision.locked.keys() == set(Action)


def test_every_row_of_both_tables_is_reached_by_some_situation() -> None:
    decisions = [decide(row[1]) for row in ROWS]
    assert {decision.next_step for decision in decisions} == set(NextStep)
    assert {step_of(row[1]) for row in ROWS} >= set(STEPS)
    reached = {
        (action, lock.reason) for decision in decisions for action, lock in decision.locked.items()
    }
    assert reached == {(action, reason) for action, rules in LOCKS.items() for reason, _ in rules}


@pytest.mark.parametrize(
    ("known", "action", "reason", "at"),
    [
        (unknown(Source.EXEC, has_access=True), E, LockReason.UNANSWERED, T),
        (unknown(Source.ENTRY), R, LockReason.UNANSWERED, T),
        (unknown(Source.EXEC, has_access=True), R, LockReason.ALREADY_REGISTERED, None),
        (unknown(Source.ENTRY), N, LockReason.UNANSWERED, T),
        (unknown(None, entry=entry(CallResult.TAKEN)), R, LockReason.ORDER_ID_TAKEN, T),
        (unknown(None), E, LockReason.NOT_REGISTERED, None),
        (under_way(), E, LockReason.ALREADY_EXECUTED, T),
        (paid(), E, LockReason.FINAL, T),
        (
            under_way(has_token=False, execution=execution(CallResult.SILENCE)),
            L,
            LockReason.TOKEN_LOST,
            None,
        ),
        # The first reason that holds is the one shown.
        *(
            (met(status="UNPROCESSED", has_access=True), action, LockReason.NOT_OURS, None)
            for action in (R, E, L)
        ),
        *((unknown(Source.EXEC), action, LockReason.UNANSWERED, T) for action in (E, L, N)),
        *((paid(confirmed=True), action, LockReason.FINAL, T) for action in (E, L)),
        *(
            (
                under_way(conflict=Conflict.AMOUNT, conflict_at=T + HOUR),
                action,
                LockReason.CONFLICT,
                T + HOUR,
            )
            for action in (R, E, L, N)
        ),
        *(
            (
                under_way(last=lookup(CallResult.PENDING)),
                action,
                LockReason.ANSWER_PENDING,
                T,
            )
            for action in (R, E, A, N, S)
        ),
        (under_way(has_token=False), L, LockReason.EXECUTED_ELSEWHERE, T),
        (under_way(has_token=False), N, LockReason.EXECUTED_ELSEWHERE, T),
        (
            under_way(Status.PAYFAIL, source=Source.CALLBACK, doubted=True),
            N,
            LockReason.IN_DOUBT,
            T,
        ),
        (registered(), L, LockReason.NOT_EXECUTED, None),
        (registered(last=lookup(CallResult.PENDING)), A, LockReason.ANSWER_PENDING, T),
        (registered(conflict=Conflict.NEVER_EXECUTED), E, LockReason.CONFLICT, None),
        (met(status="UNPROCESSED", has_access=True), E, LockReason.NOT_OURS, None),
        (registered(), S, LockReason.NO_CONFLICT, None),
        (under_way(), N, LockReason.NUMBER_IN_USE, None),
        # What nobody was asked to pay is not called paid, or payable.
        (registered(), N, LockReason.NUMBER_UNUSED, None),
        (unknown(None), N, LockReason.NUMBER_UNUSED, None),
        (met(), N, LockReason.NUMBER_IN_USE, None),
        # Kept, although the gateway calls it paid, or a callback does and nobody has asked.
        (
            registered(settled=True, lookup=lookup(CallResult.DONE, T, "PAYSUCCESS")),
            N,
            LockReason.NUMBER_IN_USE,
            None,
        ),
        (registered(settled=True), N, LockReason.NUMBER_IN_USE, None),
        # Believed that the gateway has no such order.
        (
            unknown(Source.LOOKUP, settled=True, lookup=lookup(CallResult.MISSING)),
            N,
            LockReason.NUMBER_UNUSED,
            None,
        ),
        # Paid in its place: not a second time before a person has decided.
        (
            registered(conflict=Conflict.FOREIGN, lookup=lookup(CallResult.DONE, T, "PAYSUCCESS")),
            N,
            LockReason.CONFLICT,
            None,
        ),
    ],
)
def test_a_lock_has_a_reason_and_the_server_holds_to_it(
    known: Facts, action: Action, reason: LockReason, at: datetime | None
) -> None:
    decision = decide(known)
    assert decision.locked[action].reason is reason
    assert decision.locked[action].at == at
    with pytest.raises(NotPossible):
        require(decision, action)


def test_a_step_for_later_says_when() -> None:
    early = lookup(CallResult.MISSING, T + timedelta(seconds=1))
    waits = unknown(Source.ENTRY, lookup=early, now=T + timedelta(seconds=2))
    assert decide(waits).due_at == T + SETTLE
    assert decide(under_way(launched=True)).due_at == T + HOUR
    lagging = lookup(CallResult.DONE, T, "REQSUCCESS")
    # Whatever the shop's policy makes the desk itself do.
    for due_at in (T + HOUR, T + 2 * HOUR, None):
        assert decide(paid(lookup=lagging, lookup_due_at=due_at)).due_at == T + HOUR


@pytest.mark.parametrize(
    ("known", "free_at"),
    [
        (under_way(), None),
        (under_way(lookup=lookup(CallResult.DONE)), T + HOUR),
        (under_way(lookup=lookup(CallResult.DONE), now=T + HOUR), None),
        (under_way(lookup=lookup(CallResult.SILENCE)), T + HOUR),
        (unknown(Source.EXEC, lookup=lookup(CallResult.DONE, T - SETTLE)), None),
        (paid(lookup=lookup(CallResult.DONE, T - SETTLE)), None),
        (paid(confirmed=True, lookup=lookup(CallResult.DONE)), T + HOUR),
        (unknown(None, lookup=lookup(CallResult.MISSING)), T + HOUR),
    ],
)
def test_a_lookup_within_an_hour_of_the_last_needs_a_reason_unless_the_table_asks_for_it(
    known: Facts, free_at: datetime | None
) -> None:
    assert decide(known).lookup_free_at == free_at


@pytest.mark.parametrize(
    ("late", "its_own"),
    [
        (-timedelta(seconds=1), False),
        (timedelta(), True),
        (LEFT_TO_THE_DESK - timedelta(seconds=1), True),
        (LEFT_TO_THE_DESK, False),
    ],
)
def test_a_lookup_that_has_just_become_due_is_the_desks_own_before_it_is_a_persons(
    late: timedelta, its_own: bool
) -> None:
    known = paid(lookup_due_at=T, now=T + late)
    assert decide(known).desk_asks is its_own
    assert decide(known).next_step is NextStep.CONFIRM_BY_LOOKUP
    nothing_to_ask = paid(confirmed=True, lookup_due_at=T, now=T + late)
    assert not decide(nothing_to_ask).desk_asks
