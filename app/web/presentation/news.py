"""News: what takes them, and why they did not arrive, in the words of each service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from app.desk.news.found import EARNEST
from app.desk.news.messages import ENVIRONMENTS
from app.desk.news.outcomes import Failure
from app.protocol.words import LANGUAGES, N_, Sentence, Words
from app.records.news import Channel, ChannelKind, Event

CHANNELS: Mapping[ChannelKind, tuple[str, str]] = {
    ChannelKind.EMAIL: (N_("E-mail"), N_("The address that it goes to.")),
    ChannelKind.WEBHOOK: (
        N_("Webhook, signed"),
        N_("An https address of yours; what comes is signed as Standard Webhooks are."),
    ),
    ChannelKind.SLACK: (N_("Slack"), N_("The address of an Incoming Webhook.")),
    ChannelKind.TEAMS: (
        N_("Microsoft Teams"),
        N_("The address of a workflow that posts to a channel when a request comes."),
    ),
    ChannelKind.CHATWORK: (
        N_("Chatwork"),
        N_("The number of the room, and below the API token of the account that speaks."),
    ),
    ChannelKind.LINE_WORKS: (N_("LINE WORKS"), N_("The address of an Incoming Webhook.")),
    ChannelKind.BROWSER: (N_("Browser"), N_("While a tab of this desk is open.")),
}
"""What takes the news, and which address each wants."""

FAILURES: Mapping[Failure, tuple[str, str]] = {
    Failure.NO_ANSWER: (
        N_("It did not answer."),
        N_("Check the address, and whether this machine may reach it."),
    ),
    Failure.LEADS_INSIDE: (
        N_("Its address leads into a closed network, where nothing is sent."),
        N_("Give an address that can be reached from outside."),
    ),
    Failure.NO_LOGIN: (
        N_("The server for mail does not know the desk's user or password."),
        N_("Whoever runs this desk corrects both in NOTIFY_SMTP_URL."),
    ),
    Failure.NOT_ENCRYPTED: (
        N_("The server for mail takes the password only in the clear, so it was not given."),
        N_("Whoever runs this desk sets NOTIFY_SMTP_URL to an smtps:// address."),
    ),
    Failure.REDIRECTED: (
        N_("It answered with a redirect, which is not followed."),
        N_("Give the address to which it leads."),
    ),
    Failure.REFUSED: (
        N_("It refused the message."),
        N_("The address or the token no longer holds: make a new one there, and a channel here."),
    ),
    Failure.TOO_MANY: (N_("It takes no more for now."), N_("It is tried again when it says.")),
    Failure.BROKEN: (N_("It has a fault of its own."), N_("It is tried again.")),
    Failure.GONE: (
        N_("It says that it is gone for good, so nothing more is sent."),
        N_("Make a new channel if you still want to hear there."),
    ),
    Failure.NO_MAIL: (
        N_("This desk has no server for mail."),
        N_("Whoever runs it sets NOTIFY_SMTP_URL and NOTIFY_FROM."),
    ),
}
"""Cause and cure of each failure, whoever takes the news."""

OF_SERVICE: Mapping[tuple[ChannelKind, Failure], tuple[str, str]] = {
    (ChannelKind.EMAIL, Failure.NO_ANSWER): (
        N_("The server for mail did not answer."),
        N_("It is tried again. Whoever runs this desk checks NOTIFY_SMTP_URL."),
    ),
    (ChannelKind.EMAIL, Failure.REFUSED): (
        N_("The server for mail takes no mail for this address, or none from this desk."),
        N_("Check the address; whoever runs this desk checks that NOTIFY_FROM may send there."),
    ),
    (ChannelKind.WEBHOOK, Failure.REFUSED): (
        N_("Your address answered that it does not want this (4xx)."),
        N_("Look at its log: whether it checks the signature with the secret shown above."),
    ),
    (ChannelKind.SLACK, Failure.REFUSED): (
        N_("Slack refused it: the Incoming Webhook was removed, or its app may not post there."),
        N_("In Slack, add an Incoming Webhook to the channel, and make a channel here with it."),
    ),
    (ChannelKind.SLACK, Failure.GONE): (
        N_("Slack says that its channel was archived, so nothing more is sent."),
        N_("In Slack, choose another channel for a new Incoming Webhook, and make a channel here."),
    ),
    (ChannelKind.TEAMS, Failure.REFUSED): (
        N_("The workflow in Teams is turned off or deleted, or its address was replaced."),
        N_("In Teams, open Workflows, see that it is on and has an owner, and copy its address."),
    ),
    (ChannelKind.CHATWORK, Failure.NO_ANSWER): (
        N_("Chatwork did not answer."),
        N_("It is tried again. Check whether this machine may reach api.chatwork.com."),
    ),
    (ChannelKind.CHATWORK, Failure.REFUSED): (
        N_("Chatwork refused it: the API token was replaced, or its account may not write there."),
        N_("Let that account into the room, or make a channel here with its present API token."),
    ),
    (ChannelKind.CHATWORK, Failure.TOO_MANY): (
        N_("The Chatwork account has used up what its API allows for now."),
        N_("It is tried again when Chatwork counts anew."),
    ),
    (ChannelKind.LINE_WORKS, Failure.REFUSED): (
        N_("LINE WORKS refused it: the Webhook URL was removed, or the bot is not in the room."),
        N_("Invite the Incoming Webhook Bot to the room, add a Webhook URL, and give it here."),
    ),
}
"""The same where a service has words of its own for it."""


EVERYTHING, NO_EVENT = N_("everything"), N_("nothing as it happens")
SOME_EVENTS = N_("%(number)s of %(all)s kinds of news")
ONLY = N_("%(environment)s only")
QUIET = N_("quiet from %(begins)s to %(ends)s")
DAILY = N_("the day in short at %(hour)s")


def choices_said(channel: Channel) -> Sequence[Words]:
    """What a channel hears, when and in which language, in a few words."""
    wanted = sum(channel.wants(event) for event in Event)
    some = Sentence(SOME_EVENTS, {"number": wanted, "all": len(Event)})
    said: list[Words] = [EVERYTHING if wanted == len(Event) else some if wanted else NO_EVENT]
    heard = [one for one in EARNEST if channel.wants_of(one)]
    if len(heard) < len(EARNEST):
        said += [Sentence(ONLY, {"environment": Sentence(ENVIRONMENTS[one])}) for one in heard]
    if channel.quiet_from is not None and channel.quiet_to is not None:
        hours = {"begins": hour_text(channel.quiet_from), "ends": hour_text(channel.quiet_to)}
        said.append(Sentence(QUIET, hours))
    if channel.digest_hour is not None:
        said.append(Sentence(DAILY, {"hour": hour_text(channel.digest_hour)}))
    return [*said, LANGUAGES[channel.language]]


def hour_text(hour: int) -> str:
    """An hour of the day as people read it."""
    return f"{hour:02}:00"


def failure_words(channel: Channel) -> tuple[str, str]:
    """Cause and cure of a channel's last failure."""
    failure = Failure(channel.failure)
    return OF_SERVICE.get((channel.kind, failure), FAILURES[failure])
