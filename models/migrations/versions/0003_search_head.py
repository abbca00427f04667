"""An article's title and lead stand in its entry of the index: best first reads them there, with the entries it has
found, instead of in three hundred rows of long texts. On PostgreSQL they take the place of a vector of their words.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_FILL = "UPDATE search_entry SET head = (SELECT title || {line} || lead FROM article WHERE id = article_id) WHERE article_id IS NOT NULL"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.add_column("search_entry", _head())
        op.execute(_FILL.format(line="char(10)"))
        return
    # The index goes while every row is written anew: kept up row by row, a million entries would take it hours.
    op.drop_index("ix_search_entry_tokens", "search_entry")
    op.execute("ALTER TABLE search_entry DROP COLUMN IF EXISTS head")
    op.add_column("search_entry", _head())
    op.execute("ALTER TABLE search_entry ALTER COLUMN head SET STORAGE MAIN")  # in the row itself, whatever its length
    op.execute(_FILL.format(line="chr(10)"))
    op.execute(
        "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)"
        " WITH (fastupdate = on, gin_pending_list_limit = 1024)"
    )


def _head() -> sa.Column[str]:
    return sa.Column("head", sa.Text(), nullable=False, server_default="")


def downgrade() -> None:
    op.drop_column("search_entry", "head")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_entry ADD COLUMN head tsvector")
