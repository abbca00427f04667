"""Copies are looked for among the articles of about the same days, whatever the archive holds besides.

Revision: 0015, after 0014.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_DAY = {
    "sqlite": "CAST(julianday(substr(a.sort_at, 1, 10)) - 2440587.5 AS INTEGER)",
    "postgresql": "CAST(floor(extract(epoch FROM a.sort_at) / 86400) AS INTEGER)",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    _make("article_shingle_of_day", "shingle", "day", "article_id")
    op.execute(
        "INSERT INTO article_shingle_of_day (shingle, day, article_id)"  # noqa: S608 (words of ours only)
        f" SELECT s.shingle, {_DAY[dialect]}, s.article_id FROM article_shingle s JOIN article a ON a.id = s.article_id"
        " ORDER BY 1, 2, 3"
    )
    _take_its_place("article_shingle_of_day")


def downgrade() -> None:
    _make("article_shingle_of_all", "shingle", "article_id")
    op.execute(
        "INSERT INTO article_shingle_of_all (shingle, article_id) SELECT shingle, article_id FROM article_shingle"
    )
    _take_its_place("article_shingle_of_all")


def _make(name: str, *key: str) -> None:
    if op.get_bind().dialect.name == "postgresql":  # no two tables have keys of one name there
        op.execute("ALTER TABLE article_shingle RENAME CONSTRAINT pk_article_shingle TO pk_article_shingle_before")
    kinds = {"shingle": sa.BigInteger(), "day": sa.Integer(), "article_id": sa.Integer()}
    op.create_table(
        name,
        *(sa.Column(column, kinds[column], autoincrement=False, nullable=False) for column in key),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_article_shingle_article_id_article"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_article_shingle")),
        sqlite_with_rowid=False,
    )


def _take_its_place(name: str) -> None:
    op.drop_table("article_shingle")
    op.rename_table(name, "article_shingle")
    op.create_index("ix_article_shingle_article_id", "article_shingle", ["article_id"])
