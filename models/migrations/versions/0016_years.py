"""What grows with the years is found by an index.

What a reader was sent lately, among a million messages; which article was read from a page, and which event told of a
document, when one of these goes: a database looks at every row that may point to it, 500 pages in a transaction.

Revision: 0016, after 0015.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_alert_sent", "alert", ["subscriber_id", "sent_at"])
    op.create_index("ix_article_page_id", "article", ["page_id"])
    op.create_index("ix_event_document_id", "event", ["document_id"])


def downgrade() -> None:
    op.drop_index("ix_event_document_id", "event")
    op.drop_index("ix_article_page_id", "article")
    op.drop_index("ix_alert_sent", "alert")
