"""The search index of the archive.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

from models.search.sqlite import CREATE

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("order_key", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "article_id",
            sa.Integer(),
            sa.ForeignKey("article.id", ondelete="CASCADE", name="fk_search_entry_article_id_article"),
            unique=True,
        ),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("province", sa.String(2)),
        sa.Column("grade", sa.String(8), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False),
        sa.Column("stamp", sa.String(40), nullable=False),
    )
    op.create_table(
        "search_word",
        sa.Column("word", sa.String(64), primary_key=True),
        sa.Column("folded", sa.String(64), nullable=False),
    )
    op.create_index("ix_search_word_folded", "search_word", ["folded"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(CREATE)
        return
    op.execute("ALTER TABLE search_entry ADD COLUMN head tsvector, ADD COLUMN tokens tsvector")
    # The vectors lie beside the table: facets read ten thousand rows, and they should be small ones.
    op.execute("ALTER TABLE search_entry SET (toast_tuple_target = 256)")
    # A short list of pending rows: searches read it from end to end.
    op.execute(
        "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)"
        " WITH (fastupdate = on, gin_pending_list_limit = 1024)"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
    op.drop_table("search_word")
    op.drop_table("search_entry")
