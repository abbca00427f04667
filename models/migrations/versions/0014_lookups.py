"""What a document's page asks is found by indexes: the rows merged into a document, the versions of a file.

Revision: 0014, after 0013.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_document_merged_into_id"), "document", ["merged_into_id"])
    op.drop_index("ix_file_key", "file")
    op.create_index("ix_file_key", "file", ["key", "source_id"])


def downgrade() -> None:
    op.drop_index("ix_file_key", "file")
    op.create_index("ix_file_key", "file", ["source_id", "key"])
    op.drop_index(op.f("ix_document_merged_into_id"), "document")
