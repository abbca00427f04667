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
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("ALTER TABLE search_entry DROP COLUMN IF EXISTS head")
    op.add_column("search_entry", sa.Column("head", sa.Text(), nullable=False, server_default=""))
    if postgresql:  # kept in the row itself, whatever its length
        op.execute("ALTER TABLE search_entry ALTER COLUMN head SET STORAGE MAIN")
    op.execute(_FILL.format(line="chr(10)" if postgresql else "char(10)"))


def downgrade() -> None:
    op.drop_column("search_entry", "head")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_entry ADD COLUMN head tsvector")
