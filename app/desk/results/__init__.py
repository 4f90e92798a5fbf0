"""Results: what customers' browsers bring to RetURL (Interface 2.1.2.4).

Received, judged and applied are three facts. `receiving` commits the raw bytes before anybody
looks at them; `judging` says whether to believe them, and may be repeated; `applying` lets a
verified one speak to its order; `telling` decides what the customer may read.
"""

from app.desk.results.inbox import Inbox
from app.desk.results.judging import Judged, judge, judge_waiting
from app.desk.results.receiving import receive
from app.desk.results.rejudging import rejudge
from app.desk.results.telling import Told, told

__all__ = ["Inbox", "Judged", "Told", "judge", "judge_waiting", "receive", "rejudge", "told"]
