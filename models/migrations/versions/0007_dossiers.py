"""Notes, marks, follow-ups, dossiers.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def _by() -> tuple[sa.Column[str], sa.Column[object]]:
    return (
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def _target() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("target", sa.String(length=16), nullable=False),
        sa.Column("target_id", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        *_target(),
        sa.Column("text", sa.Text(), nullable=False),
        *_by(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    op.create_index("ix_note_target", "note", ["target", "target_id"])
    op.create_table(
        "mark",
        *_target(),
        sa.Column("word", sa.String(length=64), nullable=False),
        *_by(),
        sa.PrimaryKeyConstraint("target", "target_id", "word", name=op.f("pk_mark")),
    )
    op.create_index("ix_mark_word", "mark", ["word"])
    op.create_table(
        "follow_up",
        *_target(),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_by(),
        sa.PrimaryKeyConstraint("target", "target_id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_state"), "follow_up", ["state"])
    op.create_table(
        "dossier",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dossier")),
    )
    op.create_index(op.f("ix_dossier_changed_at"), "dossier", ["changed_at"])
    op.create_table(
        "dossier_item",
        sa.Column("dossier_id", sa.Integer(), nullable=False),
        *_target(),
        *_by(),
        sa.ForeignKeyConstraint(
            ["dossier_id"], ["dossier.id"], name=op.f("fk_dossier_item_dossier_id_dossier"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("dossier_id", "target", "target_id", name=op.f("pk_dossier_item")),
    )


def downgrade() -> None:
    for table in ("dossier_item", "dossier", "follow_up", "mark", "note"):
        op.drop_table(table)
