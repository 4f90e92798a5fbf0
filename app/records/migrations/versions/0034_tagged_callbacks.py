"""An index of the callbacks that bear tags, for the lists of their orders; and the tags beside the
order, by which it is looked up what its callbacks bear.

Revision ID: 0034
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

BY_TAG, BY_ORDER = "ix_callbacks_tagged", "ix_callbacks_order_key"


def upgrade() -> None:
    _create(BY_TAG, ["tags", "order_key"], "tags <> ''")
    op.drop_index(BY_ORDER, "callbacks")
    _create(BY_ORDER, ["order_key", "tags"], "order_key IS NOT NULL")


def downgrade() -> None:
    op.drop_index(BY_TAG, "callbacks")
    op.drop_index(BY_ORDER, "callbacks")
    _create(BY_ORDER, ["order_key"], "order_key IS NOT NULL")


def _create(name: str, columns: list[str], which: str) -> None:
    some = sa.text(which)
    op.create_index(name, "callbacks", columns, sqlite_where=some, postgresql_where=some)
