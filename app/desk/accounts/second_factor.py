"""The second factor: an app's code, a passkey, or a recovery code where both are lost.

Giving it renews the browser's sign-in, so that whoever has only the earlier cookie stays outside.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.accounts import totp
from app.desk.accounts.notices import tell
from app.desk.accounts.sessions import end_other_sign_ins
from app.desk.accounts.throttle import Try, judged
from app.desk.audit import record_action
from app.desk.context import Actor
from app.protocol.text import to_half_width
from app.records.account_notices import Changed
from app.records.accounts import RecoveryCode, SignIn, User
from app.records.database import Database
from app.records.encryption import derived
from app.records.keys import digest, new_secret
from app.records.passkeys import Passkey
from app.redaction import hold

CODES = 10
"""Recovery codes of a person."""

CODE_BYTES = 10
"""Random bytes of one: 80 bits, so that its digest tells nobody what it is."""


class WrongCode(Exception):
    """Neither the app's present code nor a recovery code that is left, nor a passkey of theirs."""


@dataclass(frozen=True)
class Enrolled:
    """What a further second factor has brought: the new cookie, and the codes to keep.

    `codes` is None where there are recovery codes already.
    """

    secret: str
    codes: list[str] | None


def pending_secret(sign_in: SignIn) -> bytes:
    """What an app is to share with us, as long as the second factor is off.

    It is the same for as long as the sign-in lasts and stored nowhere.
    """
    return derived("second factor", sign_in.secret_digest, totp.SECRET_BYTES)


def switch_on(database: Database, actor: Actor, sign_in: SignIn, code: str) -> Enrolled:
    """Switch the second factor on with a first code of the app. Raises WrongCode and Throttled.

    Every other sign-in of this person ends.
    """
    pending = pending_secret(sign_in)
    step = totp.step_of_code(pending, _tidy(code), now(), None)
    if not judged(database, _try(actor), lambda: step is not None):
        raise WrongCode
    with database.writing() as session:
        user = session.get_one(User, actor.user_key, with_for_update=True)
        user.totp_secret, user.totp_step = pending, step
        enrolled = enrol(session, user, sign_in)
        tell(session, user, Changed.FACTOR_ON, actor)
        record_action(session, actor, "second-factor-on", subject=user.email)
        return enrolled


def enrol(session: Session, user: User, sign_in: SignIn) -> Enrolled:
    """What follows from a further means of giving the second factor: the other sign-ins end."""
    codes = _new_codes(session, user.id) if user.factor_since is None else None
    user.factor_since = user.factor_since or now()
    end_other_sign_ins(session, user, sign_in)
    return Enrolled(_renewed(session, sign_in), codes)


def give(database: Database, actor: Actor, sign_in: SignIn, code: str) -> str:
    """Take the second factor and return the secret for the browser's cookie.

    Raises WrongCode and Throttled. A code of the app counts once, and so does a recovery code.
    """
    given = _tidy(code)
    return give_by(database, actor, sign_in, lambda: _use_up(database, actor, given))


def give_by(
    database: Database, actor: Actor, sign_in: SignIn, use_up: Callable[[], bool], **detail: str
) -> str:
    """The same by whatever `use_up` judges, and uses up. `detail`: what the audit says of it."""
    if not judged(database, _try(actor), use_up):
        with database.writing() as session:
            record_action(session, actor, "second-factor-failed", subject=actor.email, **detail)
        raise WrongCode
    with database.writing() as session:
        return _renewed(session, sign_in)


def renew_codes(database: Database, actor: Actor) -> list[str]:
    """New recovery codes in place of whatever is left of the old ones."""
    with database.writing() as session:
        record_action(session, actor, "recovery-codes-renewed", subject=actor.email)
        return _new_codes(session, actor.user_key)


def switch_off(database: Database, actor: Actor | None, user_key: str) -> User:
    """Do without the second factor: one's own, or of somebody who has lost it. LookupError.

    The app, the passkeys and the recovery codes are forgotten together.
    """
    with database.writing() as session:
        user = session.get(User, user_key, with_for_update=True)
        if user is None:
            raise LookupError(user_key)
        forget(session, user)
        tell(session, user, Changed.FACTOR_OFF, actor)
        record_action(session, actor, "second-factor-off", subject=user.email)
        return user


def forget(session: Session, user: User) -> None:
    """No app, passkey or recovery code of this person counts any more."""
    user.totp_secret = user.factor_since = user.totp_step = None
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_key) == user.id))
    session.exec(delete(Passkey).where(col(Passkey.user_key) == user.id))


def codes_left(session: Session, user_key: str) -> int:
    """How many recovery codes have not been used."""
    mine = select(RecoveryCode).where(
        RecoveryCode.user_key == user_key, col(RecoveryCode.used_at).is_(None)
    )
    return len(session.exec(mine).all())


def _use_up(database: Database, actor: Actor, given: str) -> bool:
    """Whether this is a code of theirs that counts; it never counts again."""
    with database.writing() as session:
        user = session.get_one(User, actor.user_key, with_for_update=True)
        if user.totp_secret is not None:
            step = totp.step_of_code(user.totp_secret, given, now(), user.totp_step)
            if step is not None:
                user.totp_step = step
                return True
        mine = update(RecoveryCode).where(
            col(RecoveryCode.user_key) == user.id,
            col(RecoveryCode.code_digest) == digest(given),
            col(RecoveryCode.used_at).is_(None),
        )
        if session.exec(mine.values(used_at=now())).rowcount != 1:
            return False
        tell(session, user, Changed.RECOVERY_USED, actor)
        record_action(session, actor, "recovery-code-used", subject=user.email)
        return True


def _renewed(session: Session, sign_in: SignIn) -> str:
    secret = new_secret()
    renewed = update(SignIn).where(col(SignIn.id) == sign_in.id)
    session.exec(renewed.values(secret_digest=digest(secret), factor_at=now()))
    return secret


def _new_codes(session: Session, user_key: str) -> list[str]:
    session.exec(delete(RecoveryCode).where(col(RecoveryCode.user_key) == user_key))
    codes = [_code() for _ in range(CODES)]
    session.add_all(
        RecoveryCode(user_key=user_key, code_digest=digest(_tidy(code))) for code in codes
    )
    return codes


def _code() -> str:
    text = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower()
    code = "-".join(text[at : at + 4] for at in range(0, len(text), 4))
    hold(code, text)
    return code


def _tidy(code: str) -> str:
    """A code however it was typed: with blanks, hyphens or capitals, in full width."""
    return "".join(one for one in to_half_width(code).lower() if one.isalnum())


def _try(actor: Actor) -> Try:
    """Whoever tries has given the password: there are few tries, from wherever they come."""
    own = f"code of {actor.user_key}"
    return Try(own, actor.remote_address, own=own, strict=True)
