"""A sweep with much to delete, in a process of its own: `python -m tests.bench.sweeping URL`."""

import sys
from datetime import timedelta

from app.desk.retention.policy import RetentionPolicy
from app.desk.retention.sweep import sweep_all
from app.records.database import Database

KEPT = 100

if __name__ == "__main__":
    database = Database(sys.argv[1])
    sweep_all(database, RetentionPolicy(timedelta(days=90), KEPT))
    database.close()
