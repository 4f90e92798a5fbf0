"""Retention: what anybody can send is kept on rolling limits, so that a flood cannot fill the disk.

Each verdict has its own limits, so that a flood of one kind pushes out nothing of another. What
names an OrderID of ours without a final status stays, since a later look might verify it: of
each such order the first and the last different ones, for a flood may name one too. A verified
callback of a test or production shop always stays.
"""

from app.desk.retention.job import RetentionJob
from app.desk.retention.policy import KEPT_OF_AN_ORDER, MIB, RetentionPolicy
from app.desk.retention.sweep import sweep_all, sweep_notifications

__all__ = [
    "KEPT_OF_AN_ORDER",
    "MIB",
    "RetentionJob",
    "RetentionPolicy",
    "sweep_all",
    "sweep_notifications",
]
