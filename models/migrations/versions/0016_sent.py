"""What a reader was sent lately is found by an index: an outbox of years holds a million rows that were sent.

Revision: 0016, after 0015.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_alert_sent", "alert", ["subscriber_id", "sent_at"])


def downgrade() -> None:
    op.drop_index("ix_alert_sent", "alert")
