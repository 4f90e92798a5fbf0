"""What receives results and what tells of them: one of each for the process."""

from starlette.requests import Request

from app.desk.callbacks import CallbackIntake
from app.desk.callbacks.storage_failures import StorageFailures
from app.desk.live.feed import Feed
from app.web.http.requests import desk_of


def feed_of(request: Request) -> Feed:
    """The live feed of this process."""
    state = request.app.state
    if not hasattr(state, "feed"):
        state.feed = Feed(desk_of(request), state.stopping)
    feed: Feed = state.feed
    return feed


def intake_of(request: Request) -> CallbackIntake:
    """The intake of this process; it tells the feed what it has judged."""
    state = request.app.state
    if not hasattr(state, "callback_intake"):
        state.callback_intake = CallbackIntake(desk_of(request), feed_of(request).hear)
    intake: CallbackIntake = state.callback_intake
    return intake


def storage_failures_of(request: Request) -> StorageFailures:
    """What this process's intake could not store."""
    state = request.app.state
    if not hasattr(state, "losses"):
        state.losses = StorageFailures(desk_of(request), intake_of(request), state.stopping)
    losses: StorageFailures = state.losses
    return losses
