"""Passkeys: a device of one's own signs a challenge, and counts as the second factor.

A challenge belongs to one sign-in and is answered once, within minutes. What is signed names the
address of the page that asked: a look-alike elsewhere gets a signature that is worth nothing here.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from app.clock import now
from app.desk.accounts.notices import tell
from app.desk.accounts.second_factor import Enrolled, enrol, forget, give_by
from app.desk.audit import record_action
from app.desk.context import Actor
from app.protocol.words import N_
from app.records.account_notices import Changed
from app.records.accounts import SignIn, User
from app.records.database import Database
from app.records.passkeys import CREDENTIAL_ID_LENGTH, NAME_LENGTH, Passkey, passkeys_of

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

T = TypeVar("T")

CHALLENGE_BYTES = 32
CHALLENGE_LASTS = timedelta(minutes=5)
MOST = 20
"""Passkeys of one person."""

NOT_A_PASSKEY = N_("The device's answer does not hold. Try again; nothing has been kept.")
ENOUGH = N_("There are as many passkeys as one person can have. Remove one first.")


class PasskeyRefused(Exception):
    """The passkey is not kept. The message is one of those above."""


@dataclass(frozen=True)
class Site:
    """As what browsers know the desk: `name` alone binds a passkey, `origin` is what is signed."""

    name: str
    origin: str


def site_of(base_url: str) -> Site | None:
    """The site that passkeys are for; None where browsers offer none.

    They want a name, not a number, and https unless it is this machine's own name.
    """
    parts = urlsplit(base_url)
    name = parts.hostname or ""
    by_itself = name == "localhost" or name.endswith(".localhost")
    if not name or _is_number(name) or not (parts.scheme == "https" or by_itself):
        return None
    return Site(name, f"{parts.scheme}://{parts.netloc}")


def ask_to_register(database: Database, actor: Actor, sign_in: SignIn, site: Site) -> str:
    """What the browser asks a device for, as JSON: a new passkey that is not one of theirs yet."""
    # The library is worth a tenth of a second of each start; few starts ever ask for it.
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import structs

    with database.writing() as session:
        options = generate_registration_options(
            rp_id=site.name,
            rp_name="NET CASH Desk",
            user_name=actor.email,
            user_id=actor.user_key.encode(),
            challenge=_new_challenge(session, sign_in),
            exclude_credentials=_described(session, actor),
            authenticator_selection=structs.AuthenticatorSelectionCriteria(
                user_verification=structs.UserVerificationRequirement.REQUIRED,
                resident_key=structs.ResidentKeyRequirement.PREFERRED,
            ),
        )
    return options_to_json(options)


def register(
    database: Database, actor: Actor, sign_in: SignIn, site: Site, name: str, answer: str
) -> Enrolled:
    """Keep a new passkey; every other sign-in of this person ends. Raises PasskeyRefused."""
    from webauthn import verify_registration_response
    from webauthn.helpers import bytes_to_base64url

    challenge, credential = _use_up_challenge(database, sign_in), _as_object(answer)
    made = _what_holds(
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.name,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    )
    if made is None:
        raise PasskeyRefused(NOT_A_PASSKEY)
    passkey = Passkey(
        user_key=actor.user_key,
        name=name.strip()[:NAME_LENGTH],
        credential_id=bytes_to_base64url(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
    )
    return _keep(database, actor, sign_in, passkey)


def ask_to_sign(database: Database, actor: Actor, sign_in: SignIn, site: Site) -> str:
    """What the browser asks a device for, as JSON: one of this person's passkeys."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    with database.writing() as session:
        options = generate_authentication_options(
            rp_id=site.name,
            challenge=_new_challenge(session, sign_in),
            allow_credentials=_described(session, actor),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    return options_to_json(options)


def give(database: Database, actor: Actor, sign_in: SignIn, site: Site, answer: str) -> str:
    """Take a passkey's signature as the second factor; the secret for the browser's cookie.

    Raises WrongCode and Throttled.
    """
    return give_by(
        database,
        actor,
        sign_in,
        lambda: _is_signed(database, actor, sign_in, site, answer),
        by="passkey",
    )


def remove(database: Database, actor: Actor, key: str) -> None:
    """Forget one of one's own passkeys; with the last of all means the second factor is off."""
    with database.writing() as session:
        mine = delete(Passkey).where(
            col(Passkey.id) == key, col(Passkey.user_key) == actor.user_key
        )
        user = session.get_one(User, actor.user_key, with_for_update=True)
        if session.exec(mine).rowcount != 1:
            return
        tell(session, user, Changed.PASSKEY_REMOVED, actor)
        record_action(session, actor, "passkey-removed", subject=user.email)
        if user.totp_secret is None and not passkeys_of(session, user.id):
            forget(session, user)
            tell(session, user, Changed.FACTOR_OFF, actor)
            record_action(session, actor, "second-factor-off", subject=user.email)


def _keep(database: Database, actor: Actor, sign_in: SignIn, passkey: Passkey) -> Enrolled:
    try:
        with database.writing() as session:
            user = session.get_one(User, actor.user_key, with_for_update=True)
            if len(passkeys_of(session, user.id)) >= MOST:
                raise PasskeyRefused(ENOUGH)
            session.add(passkey)
            session.flush()
            enrolled = enrol(session, user, sign_in)
            tell(session, user, Changed.PASSKEY_ADDED, actor)
            record_action(session, actor, "passkey-added", subject=user.email, name=passkey.name)
            return enrolled
    except IntegrityError:
        # Somebody's already: whose it is, is nobody else's business.
        raise PasskeyRefused(NOT_A_PASSKEY) from None


def _is_signed(database: Database, actor: Actor, sign_in: SignIn, site: Site, answer: str) -> bool:
    """Whether a passkey of this person has signed this sign-in's challenge, for our pages."""
    from webauthn import verify_authentication_response

    try:
        challenge, signed = _use_up_challenge(database, sign_in), _as_object(answer)
    except PasskeyRefused:
        return False
    with database.writing() as session:
        passkey = _named(session, actor, str(signed.get("id", "")))
        if passkey is None:
            return False
        verified = _what_holds(
            lambda: verify_authentication_response(
                credential=signed,
                expected_challenge=challenge,
                expected_rp_id=site.name,
                expected_origin=site.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        )
        if verified is None:
            return False
        passkey.sign_count, passkey.used_at = verified.new_sign_count, now()
        return True


def _named(session: Session, actor: Actor, credential_id: str) -> Passkey | None:
    """The passkey of this name, where it is this person's. Its count is read and set under lock."""
    mine = select(Passkey).where(
        Passkey.user_key == actor.user_key,
        Passkey.credential_id == credential_id[: CREDENTIAL_ID_LENGTH + 1],
    )
    return session.exec(mine.with_for_update()).one_or_none()


def _new_challenge(session: Session, sign_in: SignIn) -> bytes:
    """What is to be signed for this sign-in, in place of whatever was."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    mine = update(SignIn).where(col(SignIn.id) == sign_in.id)
    session.exec(mine.values(challenge=challenge, challenge_until=now() + CHALLENGE_LASTS))
    return challenge


def _use_up_challenge(database: Database, sign_in: SignIn) -> bytes:
    """The challenge this sign-in was given; it holds once. Raises PasskeyRefused without one."""
    with database.writing() as session:
        row = session.get(SignIn, sign_in.id, with_for_update=True)
        if row is None or row.challenge is None or row.challenge_until is None:
            raise PasskeyRefused(NOT_A_PASSKEY)
        challenge, until = row.challenge, row.challenge_until
        row.challenge = row.challenge_until = None
    if now() >= until:
        raise PasskeyRefused(NOT_A_PASSKEY)
    return challenge


def _described(session: Session, actor: Actor) -> list[PublicKeyCredentialDescriptor]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id))
        for one in passkeys_of(session, actor.user_key)
    ]


def _what_holds(verify: Callable[[], T]) -> T | None:
    """What a check has found; None where it has refused.

    The library reads bytes that anybody may have made up. It raises its own refusals, and of what
    it did not expect whatever Python raises: that is no passkey either.
    """
    try:
        return verify()
    except Exception:
        return None


def _as_object(answer: str) -> dict[str, object]:
    """The device's answer as the script has written it. Raises PasskeyRefused."""
    try:
        read = json.loads(answer)
    except (ValueError, RecursionError):
        raise PasskeyRefused(NOT_A_PASSKEY) from None
    if not isinstance(read, dict):
        raise PasskeyRefused(NOT_A_PASSKEY)
    return read


def _is_number(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
