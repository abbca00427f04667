"""The channels of people who log in: whose a subscriber is.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _whose(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_person_id_person")
    return sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    op.create_table(
        "person_channel",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "subscriber_id", name=op.f("pk_person_channel")),
        _whose("person_channel"),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_person_channel_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "person_code",
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_person_code")),
        _whose("person_code"),
        sa.ForeignKeyConstraint(
            ["code"], ["invitation.code"], name=op.f("fk_person_code_code_invitation"), ondelete="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("person_code")
    op.drop_table("person_channel")
