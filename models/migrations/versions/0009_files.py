"""Documents' own files, and the words in them.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

from models.search.files import CREATE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("symbol", sa.String(128), nullable=True),
        sa.Column("document_kind", sa.String(64), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("page_id", name=op.f("uq_file_page_id")),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name=op.f("fk_file_page_id_page")),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_file_document_id_document"), ondelete="SET NULL"
        ),
    )
    op.create_index("ix_file_key", "file", ["source_id", "key"])
    op.create_index(op.f("ix_file_document_id"), "file", ["document_id"])
    op.create_table(
        "article_file",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(512), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "key", name=op.f("pk_article_file")),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_file_article_id_article"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_article_file_key", "article_file", ["key"])
    for statement in CREATE[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for table in ("file_words", "article_file", "file"):
        op.execute(f"DROP TABLE {table}")
