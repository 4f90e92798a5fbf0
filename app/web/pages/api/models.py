"""What is answered to programs. The description at /api/v1/openapi.json is made from these."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from app.protocol.checkstring import Verdict
from app.protocol.statuses import Status
from app.records.orders import Source
from app.records.shops import Environment

Key = Annotated[str, Field(description="A key of this desk; keys sort by time.")]
Yen = Annotated[int, Field(description="Integer yen.")]


ORDER_EXAMPLE: JsonDict = {
    "id": "019ab2c4d5e67f80910a2b3c4d5e6f70",
    "environment": "production",
    "ShopID": "9200000000001",
    "OrderID": "A1001",
    "status": "PAYSUCCESS",
    "source": "callback",
    "status_at": "2026-11-24T05:03:22Z",
    "money": "confirmed",
    "confirmed_at": "2026-11-24T05:03:24Z",
    "conflict": None,
    "Amount": 2300,
    "Tax": 230,
    "said_amount": 2300,
    "said_tax": 230,
    "ClientField1": "Yamada",
    "ClientField2": None,
    "ClientField3": None,
    "created_at": "2026-11-24T05:01:10Z",
    "href": "https://desk.example.jp/orders/019ab2c4d5e67f80910a2b3c4d5e6f70",
}
"""Paid, and confirmed at 14:03 in Japan."""


class Answer(BaseModel):
    """Frozen: an answer is written once."""

    model_config = ConfigDict(frozen=True)


class CopyAnswer(Answer):
    """What became of a copy of a result."""

    id: Key
    verdict: Verdict | None = Field(description="null: it is stored, and will be judged.")
    tags: list[str]
    order: Key | None = Field(description="The order that it names, where it is one of ours.")


class OrderAnswer(Answer):
    """An order, and what is claimed of it."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [ORDER_EXAMPLE]})

    id: Key
    environment: Environment
    ShopID: str
    OrderID: str
    status: Status | Literal["unknown"]
    source: Source | None = Field(description="Who says so; null while nobody has spoken.")
    status_at: datetime | None
    money: Literal["reported", "confirmed"] | None = Field(
        description="Of PAYSUCCESS: said by a result, or confirmed by a lookup with our amount."
    )
    confirmed_at: datetime | None
    conflict: str | None = Field(description="Why the sources disagree, until a person settles it.")
    Amount: Yen | None = Field(description="As sent, or as the shop's book has it; else null.")
    Tax: Yen | None
    said_amount: Yen | None = Field(description="As the gateway's last lookup said it.")
    said_tax: Yen | None
    ClientField1: str | None
    ClientField2: str | None
    ClientField3: str | None
    created_at: datetime
    href: str = Field(description="The order's page, for a person who is signed in.")


class OrderPage(Answer):
    """Some orders, the newest first."""

    orders: list[OrderAnswer]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class CallbackAnswer(Answer):
    """A result that came, and what it proved."""

    id: Key
    environment: Environment | None
    received_at: datetime
    told_at: datetime | None = Field(description="Of a copy: when the shop had received it.")
    ShopID: str | None
    OrderID: str | None
    Status: str | None
    TranDate: str | None
    verdict: Verdict | None
    tags: list[str]
    order: Key | None
    href: str


class CallbackPage(Answer):
    """Some results, the newest first; repeats of the same bytes are left out."""

    callbacks: list[CallbackAnswer]
    next: str | None = Field(description="The `cursor` of the next page; null on the last one.")


class LookupQuestion(BaseModel):
    """Of which order the gateway is asked."""

    model_config = ConfigDict(extra="forbid", str_max_length=200)

    ShopID: str = Field(min_length=1, max_length=13)
    OrderID: str = Field(pattern=r"^[0-9A-Za-z-]{1,27}$")
    Reason: str = Field(
        default="", description="Needed sooner than 60 minutes after the last lookup."
    )


class LookupAnswer(Answer):
    """A lookup: asked, and answered if that was quick."""

    id: Key
    asked_at: datetime
    outcome: str = Field(description="`waiting` until the gateway has answered.")
    said_status: str | None = Field(description="What the gateway said of the order's status.")
    order: OrderAnswer | None
    href: str


class ProblemAnswer(BaseModel):
    """A failure (RFC 9457). `type` names it for programs."""

    type: str
    title: str
    status: int
    detail: str = ""
    errors: dict[str, str] | None = Field(default=None, description="By field.")
    free_at: datetime | None = Field(default=None, description="From when no reason is needed.")
