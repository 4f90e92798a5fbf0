"""Programs that call the gateway, in the languages merchants use, made from the message tables."""

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

_TEMPLATES: Final = Path(__file__).resolve().parents[3] / "templates" / "sandbox" / "programs"

LANGUAGES: Final = {
    "curl": "curl",
    "python": "Python",
    "php": "PHP",
    "ruby": "Ruby",
    "node": "Node.js",
}

_INTRO: Final = "Registers an order, asks for its payment, and looks it up."


@dataclass(frozen=True)
class Value:
    """A parameter's value in a program: a text, or what the answer named `of` gave."""

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
    "ClientField1": Value("①髙橋様ポイント表"),
    "ClientField2": Value(),
    "ClientField3": Value(),
    "NetCashPayType": Value("NETCASH"),
    "PayType": Value("16"),
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


def program(language: str, base: str) -> str:
    """A whole program that makes the three calls against the sandbox at `base`."""
    template = _environment().get_template(f"{language}.txt")
    return template.render(base=base, calls=_calls(), intro=_INTRO)


def start_form(start_url: str) -> str:
    """The form that sends a customer to the payment page."""
    names = [row.name for row in StartRequest.PARAMETERS]
    return _environment().get_template("start.txt").render(start_url=start_url, start=names)


@cache
def _environment() -> Environment:
    # Programs, not HTML: the page that shows them escapes them as a whole.
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=False,  # noqa: S701
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
