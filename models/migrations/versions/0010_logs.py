"""What a source's process logs is kept with its part of the run.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("run_source", sa.Column("log", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("run_source", "log")
