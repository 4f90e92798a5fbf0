"""What a shop may be: each rule with the sentence that says why a value is refused."""

from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from app.desk.validation_errors import collect
from app.protocol.fields import ORDER_ID, RET_URL_LENGTH, SHOP_PASS
from app.protocol.hosts import is_inside, is_loopback
from app.protocol.words import N_, Sentence, Words
from app.records.shops import Confirmation, Environment

GATEWAYS = {
    Environment.TEST: "https://pt01.smbc-gp.co.jp",
    Environment.PRODUCTION: "https://p01.smbc-gp.co.jp",
}
"""The usual gateway of each environment (Interface 2.1.2.3)."""

SHOP_ID_LENGTH = 13
NAME_LENGTH = 60
PREFIX_LENGTH = 12
ADDRESS_LENGTH = 200
RESERVED_PREFIX = "ML-ORDER"

NOT_PUBLIC = N_("This address is inside a network. A gateway has a public one.")
PASSWORD_IS_OF_ADDRESS = N_(
    "The ShopPass is sent to the gateway's address, so a new address needs it typed again."
)
TAKEN = N_("There is already a shop with this ShopID.")
NO_ENVIRONMENT = N_("Choose the test or the production environment.")
NOT_A_SHOP_ID = Sentence(
    N_("A ShopID is at most %(limit)s half-width letters and digits."), {"limit": SHOP_ID_LENGTH}
)
NOT_A_PASSWORD = N_("A ShopPass is 1 to 8 half-width letters, digits or signs.")
NO_NAME = Sentence(
    N_("Give the shop a name of at most %(limit)s characters."), {"limit": NAME_LENGTH}
)
NOT_A_PREFIX = Sentence(
    N_("A prefix is at most %(limit)s half-width letters, digits or hyphens."),
    {"limit": PREFIX_LENGTH},
)
RESERVED = Sentence(
    N_("OrderIDs that start with %(prefix)s belong to the gateway."), {"prefix": RESERVED_PREFIX}
)
NO_CONFIRMATION = N_("Choose when a reported payment is confirmed.")
NOT_AN_ADDRESS = N_("Give an address that starts with https:// (up to its path, without ? or #).")
NOT_HTTPS = N_("ShopPass is sent there, so only https will do (except to this machine itself).")
THIS_MACHINE = N_("This is the desk's own machine: no gateway is there while its sandbox is off.")


NO_RET_URL = Sentence(
    N_(
        "Give the shop's own RetURL: http:// or https://, at most %(limit)s half-width characters,"
        " without #."
    ),
    {"limit": RET_URL_LENGTH},
)
OUR_OWN = N_("This is an address of this desk: results would go in a circle.")


@dataclass(frozen=True)
class ShopDraft:
    """A shop as it was typed. The protocol's names where the protocol has one."""

    environment: str
    ShopID: str
    ShopPass: str
    name: str
    gateway_url: str = ""
    order_prefix: str = ""
    confirmation: str = ""
    HandOnTo: str = ""


def new_problems(draft: ShopDraft) -> dict[str, Words]:
    """What is wrong with a shop to add."""
    return collect(
        environment=None if draft.environment in GATEWAYS else NO_ENVIRONMENT,
        name=_name_problem(draft.name),
        ShopID=_shop_id_problem(draft.ShopID),
        ShopPass=_password_problem(draft.ShopPass),
        gateway_url=_address_problem(draft.gateway_url),
        order_prefix=_prefix_problem(draft.order_prefix),
        confirmation=_confirmation_problem(draft.confirmation),
    )


def change_problems(draft: ShopDraft, own_url: str, *, sandbox: bool) -> dict[str, Words]:
    """What is wrong with a change; of the sandbox's shop its address and password stay.

    `own_url` is the desk's own, to which nothing is handed on.
    """
    ours = collect(
        name=_name_problem(draft.name),
        order_prefix=_prefix_problem(draft.order_prefix),
        confirmation=_confirmation_problem(draft.confirmation),
        HandOnTo=_hand_on_problem(draft.HandOnTo.strip(), own_url),
    )
    if sandbox:
        return ours
    return ours | collect(
        ShopPass=_password_problem(draft.ShopPass) if draft.ShopPass else None,
        gateway_url=_address_problem(draft.gateway_url),
    )


def is_this_machines(address: str) -> bool:
    """Whether a gateway's address that is none of the above's problems is on this machine."""
    return is_loopback(urlsplit(address.strip()).hostname or "")


def tidy_address(address: str, environment: Environment) -> str:
    """A gateway's base address without its last slash; empty means the usual one."""
    return address.strip().rstrip("/") or GATEWAYS[environment]


def _name_problem(name: str) -> Words | None:
    return None if 0 < len(name.strip()) <= NAME_LENGTH and name.isprintable() else NO_NAME


def _shop_id_problem(shop_id: str) -> Words | None:
    fits = 0 < len(shop_id) <= SHOP_ID_LENGTH and shop_id.isascii() and shop_id.isalnum()
    return None if fits else NOT_A_SHOP_ID


def _password_problem(password: str) -> Words | None:
    return NOT_A_PASSWORD if not password or SHOP_PASS.problems(password) else None


def _prefix_problem(prefix: str) -> Words | None:
    if prefix.upper().startswith(RESERVED_PREFIX):
        return RESERVED
    fits = len(prefix) <= PREFIX_LENGTH and (not prefix or not ORDER_ID.problems(prefix))
    return None if fits else NOT_A_PREFIX


def _confirmation_problem(confirmation: str) -> Words | None:
    return None if not confirmation or confirmation in set(Confirmation) else NO_CONFIRMATION


def _hand_on_problem(address: str, own_url: str) -> Words | None:
    if not address:
        return None
    try:
        parts, own = urlsplit(address), urlsplit(own_url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return NO_RET_URL
    plain = address.isascii() and address.isprintable() and not set(address) & set(' #\\"<>')
    known = parts.scheme in {"http", "https"} and host and "@" not in parts.netloc
    if not plain or not known or len(address) > RET_URL_LENGTH:
        return NO_RET_URL
    return OUR_OWN if (host, port or _usual(parts.scheme)) == _place(own) else None


def _place(parts: SplitResult) -> tuple[str | None, int]:
    return parts.hostname, parts.port or _usual(parts.scheme)


def _usual(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _address_problem(address: str) -> Words | None:
    text = address.strip()
    if not text:
        return None
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return NOT_AN_ADDRESS
    plain = text.isascii() and text.isprintable() and not set(text) & set(" ?#@\\")
    if not (plain and host and parts.scheme in {"http", "https"} and len(text) <= ADDRESS_LENGTH):
        return NOT_AN_ADDRESS
    if is_inside(host):
        return NOT_PUBLIC
    return None if parts.scheme == "https" or is_loopback(host) else NOT_HTTPS
