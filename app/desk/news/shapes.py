"""How each service wants its news: the address, the headers and the body of one request."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from app.desk.news.messages import Line, Message
from app.records.news import Channel, ChannelKind

CHATWORK = "https://api.chatwork.com/v2/rooms/{room}/messages"

TEAMS_BYTES = 28 * 1024
"""Bytes that a message to Teams may have."""

SLACK_TITLE = 150
LINE_WORKS_TITLE, LINE_WORKS_TEXT = 80, 1000
"""Characters that these may have."""

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
    """Blocks, of which a message has 50 at most; `text` is what a notification shows."""
    lines = [f"<{one.address}|{_escaped(one.text)}>" for one in message.shown(LINES_MOST)]
    lines += [_escaped(message.note)] if message.note else []
    title = {"type": "plain_text", "text": message.heading[:SLACK_TITLE], "emoji": False}
    blocks = [
        {"type": "header", "text": title},
        *(
            {"type": "section", "text": {"type": "mrkdwn", "text": line, "verbatim": True}}
            for line in lines
        ),
    ]
    said = {"text": _escaped(message.title), "blocks": blocks, "unfurl_links": False}
    return Request(channel.address, JSON, _json(said))


def _escaped(text: str) -> str:
    """What Slack would take for a mention or a link is text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(channel: Channel, message: Message) -> Request:
    """What a workflow posts that waits for a request: one adaptive card, in at most 28 KB."""
    most = LINES_MOST
    while len(body := _json(_card(message, message.shown(most)))) > TEAMS_BYTES and most > 1:
        most -= 1
    return Request(channel.address, JSON, body)


def _card(message: Message, lines: Sequence[Line]) -> Mapping[str, Any]:
    texts = [
        {"type": "TextBlock", "text": message.heading, "weight": "Bolder", "wrap": True},
        *(
            {"type": "TextBlock", "text": f"[{one.text}]({one.address})", "wrap": True}
            for one in lines
        ),
    ]
    if message.note:
        texts.append({"type": "TextBlock", "text": message.note, "wrap": True})
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": texts,
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _chatwork(channel: Channel, message: Message) -> Request:
    """A form. `self_unread`: new for the account that speaks too, which may be its person's own."""
    lines = [f"{one.text}\n{one.address}" for one in message.shown(LINES_MOST)]
    said = "\n".join(filter(None, (*lines, message.note)))
    text = f"[info][title]{message.heading}[/title]{said}[/info]"
    headers = {
        "X-ChatWorkToken": channel.secret or "",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = urlencode({"body": text, "self_unread": "1"}).encode()
    return Request(CHATWORK.format(room=channel.address), headers, form)


def _line_works(channel: Channel, message: Message) -> Request:
    """A title, a text without markup, and one button: it leads to the one matter, or to all."""
    most = LINES_MOST
    while len(text := _plain(message, most)) > LINE_WORKS_TEXT:
        most -= 1
    alone = len(message.lines) == 1
    said = {
        "title": message.heading[:LINE_WORKS_TITLE],
        "body": {"text": text},
        "button": {
            "label": "NET CASH Desk",
            "url": message.lines[0].address if alone else message.home,
        },
    }
    return Request(channel.address, JSON, _json(said))


def _plain(message: Message, most: int) -> str:
    lines = (one.text for one in message.shown(most))
    return "\n".join(filter(None, (*lines, message.note)))


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()


_SHAPES: Mapping[ChannelKind, Callable[[Channel, Message], Request]] = {
    ChannelKind.WEBHOOK: _webhook,
    ChannelKind.SLACK: _slack,
    ChannelKind.TEAMS: _teams,
    ChannelKind.CHATWORK: _chatwork,
    ChannelKind.LINE_WORKS: _line_works,
}
