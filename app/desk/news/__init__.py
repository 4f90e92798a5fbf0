"""News: people hear of what needs somebody where they already are.

What needs a person is defined elsewhere (`records.attention`); `found` gathers it, `matters`
notices when it begins and ends, and writes what is to be said and when (`hours`, `choices`),
`digest` the day in short; `sending` says it, at least once and for three days; `shapes` knows how
each service wants it, `posting` and `mail` how it leaves. No customer's name and no secret is in
any of it: a number, and a link.
"""

from app.desk.news.channels import ChannelDraft, ChannelRefused, end, make_channel, replay, trial
from app.desk.news.choices import Choices, ChoicesRefused, choose
from app.desk.news.matters import MatterWatch
from app.desk.news.sending import NewsSender

__all__ = [
    "ChannelDraft",
    "ChannelRefused",
    "Choices",
    "ChoicesRefused",
    "MatterWatch",
    "NewsSender",
    "choose",
    "end",
    "make_channel",
    "replay",
    "trial",
]
