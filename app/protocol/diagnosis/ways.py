"""The single changes that can make a mismatch verify, and what each says to an operator.

That a CheckString verifies after the change is certain; why the change happened is a guess, and
the second sentence says so. Evidence, not an accusation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.protocol.words import N_, Sentence


class Change(StrEnum):
    """What kind of change it is."""

    STATUS = "status"
    SHOP = "shop"
    ORDER = "order"
    DATE = "date"
    PASSWORD = "password"  # noqa: S105  # nosec B105 # the name of a kind
    HASHED_PASSWORD = "hashed-password"  # noqa: S105  # nosec B105 # the name of a kind
    SPACE = "space"
    CASE = "case"
    ENCODING = "encoding"
    ORDER_OF_FIELDS = "order-of-fields"
    CHECKSTRING = "checkstring"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to change a result; `message` has places for `parameter` and `value`."""

    change: Change
    message: str

    def told(self, parameter: str, value: Sentence | str) -> Sentence:
        """The sentences with their places filled."""
        return Sentence(self.message, {"parameter": parameter, "value": value})


TOGETHER = N_(
    "%(change)s Only both changes together make it verify: less sure than a single one, but no"
    " chance."
)
"""One of two changes, where neither is enough."""

AS_WHOLE = N_("The text as a whole: %(value)s.")
OF_PARAMETER = N_("%(parameter)s: %(value)s.")
NO_DECODING = N_("The values as escaped in the body.")
ANOTHER_SHOP = N_("%(parameter)s: %(value)s, with that shop's ShopPass.")
PASSWORD_OF = N_("%(parameter)s: that of shop %(value)s.")


STATUS = Way(
    Change.STATUS,
    N_("It would verify if Status were %(value)s. The status was probably changed on the way."),
)
SHOP = Way(
    Change.SHOP,
    N_(
        "It would verify if ShopID were %(value)s, with that shop's ShopPass. "
        "This is probably another shop's result whose ShopID was changed."
    ),
)
SHOP_ID_ALONE = Way(
    Change.SHOP,
    N_(
        "It would verify if ShopID were %(value)s, with this shop's ShopPass. "
        "The settings probably pair the ShopPass with the wrong ShopID."
    ),
)
ORDER = Way(
    Change.ORDER,
    N_(
        "It would verify if OrderID were %(value)s. "
        "This is probably another order's result whose OrderID was changed."
    ),
)
DATE = Way(
    Change.DATE,
    N_(
        "It would verify if TranDate were %(value)s. "
        "The time was probably shifted or changed on the way."
    ),
)
DATE_FORMAT = Way(
    Change.DATE,
    N_(
        "It would verify if TranDate were written %(value)s. "
        "The sender probably changed the form of the time."
    ),
)
PASSWORD_OF_SHOP = Way(
    Change.PASSWORD,
    N_(
        "It would verify with the ShopPass of shop %(value)s. "
        "The settings probably mix up two shops' passwords."
    ),
)
PASSWORD_BEFORE = Way(
    Change.PASSWORD,
    N_(
        "It would verify with the ShopPass that shop %(value)s had before its last change. "
        "It was probably signed before the change, or the gateway does not know of it."
    ),
)
PASSWORD_LEFT_OUT = Way(
    Change.PASSWORD,
    N_("It would verify without any ShopPass. Whoever made it probably did not know the password."),
)
HASHED_PASSWORD = Way(
    Change.HASHED_PASSWORD,
    N_(
        "It would verify with a hash of the ShopPass (%(value)s) in its place. "
        "The sender probably misread how to compute it."
    ),
)
SPACE = Way(
    Change.SPACE,
    N_(
        "It would verify with %(value)s %(parameter)s. "
        "A stray character probably got in at the sender's."
    ),
)
SPACE_AROUND_CHECKSTRING = Way(
    Change.SPACE,
    N_(
        "It would verify without the white space around %(parameter)s. "
        "It was probably added on the way."
    ),
)
CHECKSTRING_CUT = Way(
    Change.CHECKSTRING,
    N_(
        "It would verify if %(parameter)s were whole: the %(value)s characters that came are a"
        " piece of the right one. It was probably cut off on the way."
    ),
)
CHECKSTRING_PADDED = Way(
    Change.CHECKSTRING,
    N_(
        "It would verify without the %(value)s characters too many in %(parameter)s. "
        "They were probably added on the way."
    ),
)
CHECKSTRING_DAMAGED = Way(
    Change.CHECKSTRING,
    N_(
        "It would verify if %(value)s of the 32 characters of %(parameter)s were others; the rest"
        " are right. The CheckString itself was probably changed on the way."
    ),
)
CASE = Way(
    Change.CASE,
    N_(
        "It would verify if %(parameter)s were %(value)s. "
        "Upper and lower case were probably changed on the way."
    ),
)
CASE_OF_PASSWORD = Way(
    Change.CASE,
    N_(
        "It would verify with the ShopPass in %(value)s. "
        "The settings probably differ in upper and lower case."
    ),
)
CASE_OF_ALL = Way(
    Change.CASE,
    N_(
        "It would verify with every part in %(value)s. "
        "The sender probably changed upper and lower case."
    ),
)
NOT_DECODED = Way(
    Change.ENCODING,
    N_(
        "It would verify over the values as escaped in the body. "
        "The sender probably signed after escaping."
    ),
)
ESCAPED_PASSWORD = Way(
    Change.ENCODING,
    N_(
        "It would verify with the ShopPass %(value)s. "
        "The sender probably treated the password as a form's value."
    ),
)
CHARSET = Way(
    Change.ENCODING,
    N_("It would verify in %(value)s. The sender probably computed it in another encoding."),
)
ORDER_OF_FIELDS = Way(
    Change.ORDER_OF_FIELDS,
    N_("It would verify in the order %(value)s. The sender probably joins them in a wrong order."),
)
