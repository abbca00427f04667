"""The two spaces of order keys lie nearer: FTS5 lost hits between keys that are 2**61 apart (`models.search.table`).

SQLite's index is emptied here and filled by `models.database.migrate`; PostgreSQL's keys are moved where they are.

Revision: 0017, after 0016.
"""

from alembic import op

from models.search.sqlite import CREATE

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

FAR, NEAR = -(2**61), -(2**52)


def upgrade() -> None:
    _move(NEAR - FAR)


def downgrade() -> None:
    _move(FAR - NEAR)


def _move(by: int) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_text")
        op.execute(CREATE)
        op.execute("DELETE FROM search_entry")
        return
    op.execute("DROP INDEX ix_search_entry_tokens")  # else each row that moves is written into it word by word
    op.execute(f"UPDATE search_entry SET order_key = order_key + ({by}) WHERE order_key < 0")  # noqa: S608 (a number of ours)
    op.execute(
        "CREATE INDEX ix_search_entry_tokens ON search_entry USING gin (tokens)"
        " WITH (fastupdate = on, gin_pending_list_limit = 1024)"
    )
