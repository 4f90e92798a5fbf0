"""What a client can get wrong in a call, and the fix in a sentence."""

import re
from typing import Final, NamedTuple

from app.protocol.words import N_, Sentence, Words


class Finding(NamedTuple):
    """One thing a client got wrong: its name, what it is, how to put it right.

    `parameter`: of which one, as its name was sent; empty where it is of the whole request.
    `read`: what the gateway read as its value.
    """

    kind: str
    what: Words
    fix: Words
    parameter: str = ""
    read: str = ""


CHARSET: Final = Finding(
    "charset",
    N_("A value was sent as UTF-8."),
    N_("Encode it as Windows-31J (CP932) before you escape it."),
)
NOT_WINDOWS_31J: Final = Finding(
    "not-windows-31j",
    N_("A value cannot be read as Windows-31J."),
    N_("Encode it as Windows-31J (CP932)."),
)
UNESCAPED: Final = Finding(
    "unescaped",
    N_("The body holds bytes that are not escaped."),
    N_("Percent-escape every value (as in %81)."),
)
NOT_A_FORM: Final = Finding(
    "not-a-form",
    N_("The body is no form."),
    N_("Post names and values as application/x-www-form-urlencoded; JSON and XML are not read."),
)
TWICE_ESCAPED: Final = Finding(
    "twice-escaped",
    N_("A value was escaped twice."),
    N_("Escape once: leave it to your HTTP library, or do it yourself, not both."),
)
FORM_DECODED_TOKEN: Final = Finding(
    "form-decoded-token",
    N_("A `+` of the Token has become a blank."),
    N_(
        "Cut answers at `&` and at the first `=`, never decode them as a form; "
        "and escape the Token where you send it."
    ),
)
IN_THE_ADDRESS: Final = Finding(
    "in-the-address",
    N_("Parameters stand in the address."),
    N_("Passwords end up in logs there. Send them in the body of the POST."),
)
START_WITHOUT_FORM: Final = Finding(
    "start-without-form",
    N_("StartURL was opened without a form: its body has neither AccessID nor Token."),
    N_(
        "Send the customer with a form that posts AccessID and Token (the guide has one), "
        "not by a link or a redirect."
    ),
)
START_URL_IGNORED: Final = Finding(
    "start-url-ignored",
    N_("The customer was sent to another host than StartURL's."),
    N_("Send the start form to the StartURL that ExecTran answered, each time."),
)
BLIND_RETRY: Final = Finding(
    "blind-retry",
    N_("A call without a usable answer was repeated without a lookup."),
    N_("Ask SearchTradeMulti first, and let its answer decide what comes next."),
)
ANOTHER_ORDER: Final = Finding(
    "another-order",
    N_("EntryTran's answer named another OrderID, and the client went on with it."),
    N_("Compare the answer's OrderID with yours. Where they differ, look your order up first."),
)
TOO_OFTEN: Final = Finding(
    "too-often",
    N_("The same order was looked up within 60 minutes."),
    N_("Leave 60 minutes between two lookups of one order (but for one after silence)."),
)


def misspelt(name: str) -> Finding:
    """A parameter that was not sent under its own `name`."""
    return Finding(
        "name-misspelt",
        N_("A parameter's name has other capitals than the interface's."),
        Sentence(N_("Spell it %(name)s: any other name is ignored."), {"name": name}),
    )


# What the writer of a client does about a code; the usual advice is for those who operate one.
_FIXES: Final = (
    (
        r"M01\d{3}001",
        N_("Send this parameter in the body, its name spelt exactly so, capitals included."),
    ),
    (
        r"M0100[23]\d{3}",
        N_("Send the shop's ShopID and ShopPass as the client check page shows them."),
    ),
    (
        r"M01(001|051|120)\d{3}",
        N_("Send the values that are fixed: NetCashPayType=NETCASH, PayType=16, and no Version."),
    ),
    (
        r"NC100000[123]",
        N_("Post AccessID and Token to StartURL, both exactly as ExecTran answered them."),
    ),
)


def refused(code: str, what: Words, advice: Words) -> Finding:
    """A code of the gateway's as a finding."""
    fix = next((fix for pattern, fix in _FIXES if re.fullmatch(pattern, code)), advice)
    meaning = what if isinstance(what, Sentence) else Sentence(what)
    said = Sentence("%(code)s: %(what)s", {"code": code, "what": meaning})
    return Finding(f"error-{code}", said, fix)
