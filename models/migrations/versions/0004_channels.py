"""Channels: a second one per reader, forum topics, how each fares; rules made from searches; words that cannot be made.

The rules that a chat starts with become the rule of what is worth reading (those that staff changed are not builtin).

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _new() -> dict[str, tuple[sa.Column, ...]]:
    return {
        "subscriber": (
            sa.Column("thread", sa.String(32)),
            sa.Column("other_thread", sa.String(32)),
            sa.Column("second_channel", sa.String(16)),
            sa.Column("second_address", sa.String(256)),
        ),
        "rule": (
            sa.Column("preset", sa.String(16), nullable=False, server_default=""),
            sa.Column("query", sa.JSON()),
            sa.Column("seen_article_id", sa.Integer()),
        ),
        "alert": (
            sa.Column("wording_tries", sa.Integer(), nullable=False, server_default="0"),
            sa.Column("channel", sa.String(16)),
        ),
        "stranger": (sa.Column("answers", sa.Integer(), nullable=False, server_default="1"),),
    }


def upgrade() -> None:
    for table, columns in _new().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_event_article_id", "event", ["article_id"])
    op.create_table(
        "channel",
        sa.Column("name", sa.String(16), primary_key=True),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text()),
    )
    op.execute(
        "UPDATE alert SET channel = (SELECT channel FROM subscriber WHERE id = subscriber_id) WHERE sent_at IS NOT NULL"
    )
    op.execute(
        "UPDATE rule SET preset = 'worth', kinds = '[]', name = 'Nghị quyết và dân vận'"
        " WHERE builtin AND delivery = 'immediate'"
    )


def downgrade() -> None:
    op.drop_table("channel")
    op.drop_index("ix_event_article_id", "event")
    for table, columns in _new().items():
        for column in columns:
            op.drop_column(table, column.name)
