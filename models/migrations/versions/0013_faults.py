"""A source that stays broken keeps its first cause, and since when.

Revision: 0013, after 0012.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source", sa.Column("fault", sa.Text(), nullable=True))
    op.add_column("source", sa.Column("fault_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("source", "fault_since")
    op.drop_column("source", "fault")
