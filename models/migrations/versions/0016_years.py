"""What grows with the years is found by an index.

What a reader was sent lately, among a million messages; which article was read from a page, and which event told of a
document, when one of these goes: a database looks at every row that may point to it, 500 pages in a transaction.

Which runs' ledgers were cleared of addresses that needed nothing.

Revision: 0016, after 0015.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_alert_sent", "alert", ["subscriber_id", "sent_at"])
    op.create_index("ix_article_page_id", "article", ["page_id"])
    op.create_index("ix_event_document_id", "event", ["document_id"])
    op.add_column("run", sa.Column("known_kept", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.drop_column("run", "known_kept")
    op.drop_index("ix_event_document_id", "event")
    op.drop_index("ix_article_page_id", "article")
    op.drop_index("ix_alert_sent", "alert")
