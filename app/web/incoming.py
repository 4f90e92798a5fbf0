"""What receives results and what tells of them: one of each for the process."""

from starlette.requests import Request

from app.desk.results import Inbox
from app.desk.results.feed import Feed
from app.desk.results.losing import Losses
from app.web.requests import desk_of


def feed_of(request: Request) -> Feed:
    """The live feed of this process."""
    state = request.app.state
    if not hasattr(state, "feed"):
        state.feed = Feed(desk_of(request), state.stopping)
    feed: Feed = state.feed
    return feed


def inbox_of(request: Request) -> Inbox:
    """The inbox of this process; it tells the feed what it has judged."""
    state = request.app.state
    if not hasattr(state, "inbox"):
        state.inbox = Inbox(desk_of(request), feed_of(request).hear)
    inbox: Inbox = state.inbox
    return inbox


def losses_of(request: Request) -> Losses:
    """What this process's inbox could not store."""
    state = request.app.state
    if not hasattr(state, "losses"):
        state.losses = Losses(desk_of(request), inbox_of(request), state.stopping)
    losses: Losses = state.losses
    return losses
