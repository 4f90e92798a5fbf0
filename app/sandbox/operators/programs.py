"""Programs that call the gateway, in the languages merchants use, made from the message tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.protocol.messages import (
    EntryTranRequest,
    ExecTranRequest,
    SearchRequest,
    StartRequest,
)
from app.protocol.wire import encode_form
from app.sandbox.store.schema import DEFAULT_SHOP_ID, DEFAULT_SHOP_PASS

_TEMPLATES: Final = Path(__file__).resolve().parents[3] / "templates" / "sandbox"

LANGUAGES: Final = {
    "curl": "curl",
    "python": "Python",
    "php": "PHP",
    "ruby": "Ruby",
    "node": "Node.js",
}

RECEIVER_PORT: Final = 8080

_RECEIVES: Final = "Receives results at RetURL, checks them, and answers the customer."

# What the customer reads: of a result that is signed, by its Status; of any other, the last.
_PAGES: Final = {
    "PAYSUCCESS": "お支払いを受け付けました。",
    "PAYFAIL": "お支払いは完了していません。",
    "": "お支払いを確認しています。",
}

RECEIVERS: Final = LANGUAGES | {"curl": "sh (CGI)"}

_INTRO: Final = "Registers an order, asks for its payment, and looks it up."


@dataclass(frozen=True)
class Value:
    """A parameter's value in a program: a text, or what the variable named `of` holds."""

    text: str = ""
    of: str = ""

    @property
    def escaped(self) -> str:
        """The text as it stands in a form."""
        return encode_form([("", self.text)]).decode("ascii").removeprefix("=")


@dataclass(frozen=True)
class _Call:
    name: str
    path: str
    variable: str
    parameters: tuple[tuple[str, Value], ...]


_SAMPLES: Final = {
    "ShopID": Value(DEFAULT_SHOP_ID),
    "ShopPass": Value(DEFAULT_SHOP_PASS),
    "OrderID": Value(of="order"),
    "Amount": Value("1000"),
    "Tax": Value("100"),
    "AccessID": Value(of="entered"),
    "AccessPass": Value(of="entered"),
    "RetURL": Value("https://shop.example/netcash/return"),
    "ClientField1": Value(of="texts"),
    "ClientField2": Value(of="texts"),
    "ClientField3": Value(of="texts"),
    "NetCashPayType": Value("NETCASH"),
    "PayType": Value("16"),
}

# What a reader of the guide will change first.
TEXTS: Final = {
    "ClientField1": "①髙橋様ポイント表",
    "ClientField2": "〜ｶｿｳ−",
    "ClientField3": "",
}

# Reserved: the interface says to leave it out.
_NEVER_SENT: Final = ("Version",)

_STEPS: Final = (
    ("entered", EntryTranRequest),
    ("executed", ExecTranRequest),
    ("found", SearchRequest),
)


def _calls() -> list[_Call]:
    return [
        _Call(
            request.CALL.value,
            request.CALL.path,
            variable,
            tuple(
                (row.name, _SAMPLES[row.name])
                for row in request.PARAMETERS
                if row.name not in _NEVER_SENT
            ),
        )
        for variable, request in _STEPS
    ]


def program(language: str, base: str, texts: Mapping[str, str] = TEXTS) -> str:
    """A whole program that makes the three calls against the sandbox at `base`.

    `texts` stand in it as they are: none holds a quote, a backslash, `$` or `#`.
    """
    template = _environment().get_template(f"programs/{language}.txt")
    return template.render(base=base, calls=_calls(), intro=_INTRO, texts=texts)


def receiver(language: str) -> str:
    """A whole program that receives results at RetURL and checks them, for the default shop."""
    template = _environment().get_template(f"receivers/{language}.txt")
    return template.render(
        shop_id=DEFAULT_SHOP_ID,
        shop_pass=DEFAULT_SHOP_PASS,
        port=RECEIVER_PORT,
        intro=_RECEIVES,
        known=_PAGES,
    )


def start_form(start_url: str) -> str:
    """The form that sends a customer to the payment page."""
    names = [row.name for row in StartRequest.PARAMETERS]
    return (
        _environment().get_template("programs/start.txt").render(start_url=start_url, start=names)
    )


@cache
def _environment() -> Environment:
    # Programs, not HTML: the page that shows them escapes them as a whole.
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,  # noqa: S701  # nosec B701 # it writes programs, not pages
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
