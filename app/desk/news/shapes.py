"""How each service wants its news: the address, the headers and the body of one request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from app.desk.news.messages import Message
from app.records.news import Channel, ChannelKind

CHATWORK = "https://api.chatwork.com/v2/rooms/{room}/messages"

TEAMS_BYTES = 28 * 1024
"""Bytes that a message to Teams may have."""

LINES_MOST = 30
"""Matters that one message names; the others are behind the link of the desk."""

JSON = {"Content-Type": "application/json"}


class Request(NamedTuple):
    """What is posted."""

    url: str
    headers: Mapping[str, str]
    body: bytes


def request_for(channel: Channel, message: Message) -> Request:
    """The request that says this message in this channel. Not of a mail."""
    return _SHAPES[channel.kind](channel, message)


def _webhook(channel: Channel, message: Message) -> Request:
    """Standard Webhooks: signed, so that the receiver knows who speaks."""
    # Most desks have no such channel.
    from standardwebhooks import Webhook

    said = {
        "type": message.kind,
        "timestamp": message.at.isoformat(),
        "data": {"title": message.title, "matters": list(message.data)},
    }
    body = _json(said)
    signature = Webhook(channel.secret or "").sign(message.key, message.at, body.decode())
    headers = {
        "webhook-id": message.key,
        "webhook-timestamp": str(int(message.at.timestamp())),
        "webhook-signature": signature,
    }
    return Request(channel.address, JSON | headers, body)


def _slack(channel: Channel, message: Message) -> Request:
    lines = [f"<{one.address}|{_escaped(one.text)}>" for one in message.lines[:LINES_MOST]]
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": message.title[:150]}},
        *(
            {"type": "section", "text": {"type": "mrkdwn", "text": line, "verbatim": True}}
            for line in lines
        ),
    ]
    return Request(
        channel.address, JSON, _json({"text": _escaped(message.title), "blocks": blocks})
    )


def _escaped(text: str) -> str:
    """What Slack would take for a mention or a link is text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(channel: Channel, message: Message) -> Request:
    lines = [*message.lines[:LINES_MOST]]
    while len(body := _json(_card(message, lines))) > TEAMS_BYTES and lines:
        lines.pop()
    return Request(channel.address, JSON, body)


def _card(message: Message, lines: list[Any]) -> Mapping[str, Any]:
    texts = [
        {"type": "TextBlock", "text": message.title, "weight": "Bolder", "wrap": True},
        *(
            {"type": "TextBlock", "text": f"[{one.text}]({one.address})", "wrap": True}
            for one in lines
        ),
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": texts,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}


def _chatwork(channel: Channel, message: Message) -> Request:
    lines = "\n".join(f"{one.text}\n{one.address}" for one in message.lines[:LINES_MOST])
    text = f"[info][title]{message.title}[/title]{lines}[/info]"
    headers = {
        "X-ChatWorkToken": channel.secret or "",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = urlencode({"body": text, "self_unread": "1"}).encode()
    return Request(CHATWORK.format(room=channel.address), headers, form)


def _line_works(channel: Channel, message: Message) -> Request:
    text = "\n".join(one.text for one in message.lines[:LINES_MOST])
    said = {
        "title": message.title[:80],
        "body": {"text": text[:1000]},
        "button": {"label": "NET CASH Desk", "url": message.lines[0].address},
    }
    return Request(channel.address, JSON, _json(said))


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


_SHAPES: Mapping[ChannelKind, Callable[[Channel, Message], Request]] = {
    ChannelKind.WEBHOOK: _webhook,
    ChannelKind.SLACK: _slack,
    ChannelKind.TEAMS: _teams,
    ChannelKind.CHATWORK: _chatwork,
    ChannelKind.LINE_WORKS: _line_works,
}
