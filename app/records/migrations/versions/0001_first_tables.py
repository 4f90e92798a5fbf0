"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "evictions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("limit", sa.String(20), nullable=False),
        sa.Column("dropped", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "shops",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("shop_id", sa.String(13), nullable=False),
        sa.Column("environment", sa.String(20), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("previous_password", sa.LargeBinary(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gateway_url", sa.String(200), nullable=True),
        sa.Column("order_prefix", sa.String(12), nullable=False),
        sa.Column("confirmation", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("shop_id"),
    )
    op.create_index(op.f("ix_shops_environment"), "shops", ["environment"], unique=False)
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sign_in_failures_at"), "sign_in_failures", ["at"], unique=False)
    op.create_index(op.f("ix_sign_in_failures_email"), "sign_in_failures", ["email"], unique=False)
    op.create_index(
        op.f("ix_sign_in_failures_remote_address"),
        "sign_in_failures",
        ["remote_address"],
        unique=False,
    )
    op.create_table(
        "sign_in_links",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), nullable=True),
        sa.Column("theme", sa.String(5), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("email"),
    )
    op.create_table(
        "orders",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("shop_key", sa.String(32), nullable=False),
        sa.Column("environment", sa.String(20), nullable=False),
        sa.Column(
            "order_id",
            sa.String(length=27).with_variant(sa.String(length=27, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("origin", sa.String(20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("tax", sa.Integer(), nullable=True),
        sa.Column("ret_url", sa.String(256), nullable=True),
        sa.Column("client_field1", sa.String(100), nullable=True),
        sa.Column("client_field2", sa.String(100), nullable=True),
        sa.Column("client_field3", sa.String(100), nullable=True),
        sa.Column("access_id", sa.String(32), nullable=True),
        sa.Column("access_pass", sa.LargeBinary(), nullable=True),
        sa.Column("token", sa.LargeBinary(), nullable=True),
        sa.Column("start_url", sa.String(256), nullable=True),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("source", sa.String(20), nullable=True),
        sa.Column("status_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_amount", sa.BigInteger(), nullable=True),
        sa.Column("said_tax", sa.BigInteger(), nullable=True),
        sa.Column("conflict", sa.String(20), nullable=True),
        sa.Column("conflict_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("open_exchange", sa.String(32), nullable=True),
        sa.Column("lookup_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("form_key", sa.String(64), nullable=True),
        sa.Column("created_by", sa.String(32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shop_key"],
            ["shops.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("form_key"),
        sa.UniqueConstraint("shop_key", "order_id"),
    )
    op.create_index(op.f("ix_orders_access_id"), "orders", ["access_id"], unique=False)
    op.create_index(op.f("ix_orders_conflict"), "orders", ["conflict"], unique=False)
    op.create_index(op.f("ix_orders_lookup_due_at"), "orders", ["lookup_due_at"], unique=False)
    op.create_index("ix_orders_number", "orders", ["environment", "order_id"], unique=False)
    op.create_index("ix_orders_page", "orders", ["environment", "id"], unique=False)
    op.create_index("ix_orders_status", "orders", ["environment", "status", "id"], unique=False)
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("user_key", sa.String(32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_key"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index(op.f("ix_sign_ins_user_key"), "sign_ins", ["user_key"], unique=False)
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.String(16), nullable=True),
        sa.Column("detail", sa.String(200), nullable=True),
        sa.Column("tags", sa.String(200), nullable=False),
        sa.Column("copy_of", sa.String(32), nullable=True),
        sa.Column("environment", sa.String(20), nullable=True),
        sa.Column("shop_id", sa.String(40), nullable=True),
        sa.Column(
            "order_id",
            sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("status", sa.String(40), nullable=True),
        sa.Column("tran_date", sa.String(40), nullable=True),
        sa.Column("order_key", sa.String(32), nullable=True),
        sa.Column("applied", sa.String(20), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_key"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_callbacks_copy_of"), "callbacks", ["copy_of"], unique=False)
    op.create_index("ix_callbacks_digest", "callbacks", ["digest", "id"], unique=False)
    op.create_index("ix_callbacks_number", "callbacks", ["order_id", "id"], unique=False)
    op.create_index(op.f("ix_callbacks_order_key"), "callbacks", ["order_key"], unique=False)
    op.create_index(
        "ix_callbacks_page", "callbacks", ["environment", "copy_of", "id"], unique=False
    )
    op.create_index("ix_callbacks_unjudged", "callbacks", ["judged_at", "id"], unique=False)
    op.create_index("ix_callbacks_verdict", "callbacks", ["verdict", "id"], unique=False)
    op.create_table(
        "deeds",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_key", sa.String(32), nullable=True),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("order_key", sa.String(32), nullable=True),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_key"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_key"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_deeds_order_key"), "deeds", ["order_key"], unique=False)
    op.create_table(
        "exchanges",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("shop_key", sa.String(32), nullable=False),
        sa.Column("order_key", sa.String(32), nullable=True),
        sa.Column("environment", sa.String(20), nullable=False),
        sa.Column("call", sa.String(20), nullable=False),
        sa.Column(
            "order_id",
            sa.String(length=27).with_variant(sa.String(length=27, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.Column("asked_by", sa.String(32), nullable=True),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(200), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.Column("errors", sa.String(400), nullable=True),
        sa.Column("said_status", sa.String(16), nullable=True),
        sa.Column("said_amount", sa.BigInteger(), nullable=True),
        sa.Column("said_tax", sa.BigInteger(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["asked_by"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_key"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["shop_key"],
            ["shops.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_exchanges_number", "exchanges", ["environment", "order_id", "id"], unique=False
    )
    op.create_index(op.f("ix_exchanges_order_key"), "exchanges", ["order_key"], unique=False)
    op.create_index(op.f("ix_exchanges_outcome"), "exchanges", ["outcome"], unique=False)
    op.create_index("ix_exchanges_page", "exchanges", ["environment", "id"], unique=False)
    op.create_table(
        "launches",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("order_key", sa.String(32), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_digest", sa.String(64), nullable=False),
        sa.Column("created_by", sa.String(32), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["users.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_key"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("secret_digest"),
    )
    op.create_index(op.f("ix_launches_order_key"), "launches", ["order_key"], unique=False)
    op.create_table(
        "notices",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("remote_address", sa.String(64), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shop_id", sa.String(13), nullable=False),
        sa.Column(
            "order_id",
            sa.String(length=27).with_variant(sa.String(length=27, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("tran_date", sa.String(14), nullable=False),
        sa.Column("order_key", sa.String(32), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_key"],
            ["orders.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notices_order", "notices", ["order_key", "id"], unique=False)
    op.create_index("ix_notices_shop", "notices", ["shop_id", "id"], unique=False)
    op.create_index("ix_notices_unread", "notices", ["read_at", "id"], unique=False)
    op.create_table(
        "changes",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("order_key", sa.String(32), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effect", sa.String(20), nullable=False),
        sa.Column("from_status", sa.String(16), nullable=False),
        sa.Column("to_status", sa.String(16), nullable=False),
        sa.Column("source", sa.String(20), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("conflict", sa.String(20), nullable=True),
        sa.Column("exchange_key", sa.String(32), nullable=True),
        sa.Column("callback_key", sa.String(32), nullable=True),
        sa.Column("user_key", sa.String(32), nullable=True),
        sa.Column("reason", sa.String(200), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_key"],
            ["callbacks.id"],
        ),
        sa.ForeignKeyConstraint(
            ["exchange_key"],
            ["exchanges.id"],
        ),
        sa.ForeignKeyConstraint(
            ["order_key"],
            ["orders.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_key"],
            ["users.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_changes_order_key"), "changes", ["order_key"], unique=False)
    op.create_table(
        "rejudgements",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("callback_key", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_verdict", sa.String(16), nullable=False),
        sa.Column("to_verdict", sa.String(16), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["callback_key"],
            ["callbacks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_rejudgements_callback_key"), "rejudgements", ["callback_key"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_rejudgements_callback_key"), table_name="rejudgements")
    op.drop_table("rejudgements")
    op.drop_index(op.f("ix_changes_order_key"), table_name="changes")
    op.drop_table("changes")
    op.drop_index("ix_notices_unread", table_name="notices")
    op.drop_index("ix_notices_shop", table_name="notices")
    op.drop_index("ix_notices_order", table_name="notices")
    op.drop_table("notices")
    op.drop_index(op.f("ix_launches_order_key"), table_name="launches")
    op.drop_table("launches")
    op.drop_index("ix_exchanges_page", table_name="exchanges")
    op.drop_index(op.f("ix_exchanges_outcome"), table_name="exchanges")
    op.drop_index(op.f("ix_exchanges_order_key"), table_name="exchanges")
    op.drop_index("ix_exchanges_number", table_name="exchanges")
    op.drop_table("exchanges")
    op.drop_index(op.f("ix_deeds_order_key"), table_name="deeds")
    op.drop_table("deeds")
    op.drop_index("ix_callbacks_verdict", table_name="callbacks")
    op.drop_index("ix_callbacks_unjudged", table_name="callbacks")
    op.drop_index("ix_callbacks_page", table_name="callbacks")
    op.drop_index(op.f("ix_callbacks_order_key"), table_name="callbacks")
    op.drop_index("ix_callbacks_number", table_name="callbacks")
    op.drop_index("ix_callbacks_digest", table_name="callbacks")
    op.drop_index(op.f("ix_callbacks_copy_of"), table_name="callbacks")
    op.drop_table("callbacks")
    op.drop_index(op.f("ix_sign_ins_user_key"), table_name="sign_ins")
    op.drop_table("sign_ins")
    op.drop_index("ix_orders_status", table_name="orders")
    op.drop_index("ix_orders_page", table_name="orders")
    op.drop_index("ix_orders_number", table_name="orders")
    op.drop_index(op.f("ix_orders_lookup_due_at"), table_name="orders")
    op.drop_index(op.f("ix_orders_conflict"), table_name="orders")
    op.drop_index(op.f("ix_orders_access_id"), table_name="orders")
    op.drop_table("orders")
    op.drop_table("users")
    op.drop_table("sign_in_links")
    op.drop_index(op.f("ix_sign_in_failures_remote_address"), table_name="sign_in_failures")
    op.drop_index(op.f("ix_sign_in_failures_email"), table_name="sign_in_failures")
    op.drop_index(op.f("ix_sign_in_failures_at"), table_name="sign_in_failures")
    op.drop_table("sign_in_failures")
    op.drop_index(op.f("ix_shops_environment"), table_name="shops")
    op.drop_table("shops")
    op.drop_table("evictions")
