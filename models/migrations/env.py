"""Alembic's entry: runs migrations on the connection handed in, or on DANVAN_DATABASE_URL."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.schema import SchemaItem

from models.search.table import RAW, metadata
from models.tables import Base, load_all


def described(_item: SchemaItem, name: str | None, *_: object) -> bool:
    """Whether our metadata says what this is like; parts of the search index are SQL of one database only."""
    return not (name or "").startswith(RAW)


def run(connection: Connection) -> None:
    load_all()
    context.configure(
        connection=connection,
        target_metadata=[Base.metadata, metadata],
        include_object=described,
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    from foundation.settings import settings
    from models.database import open_engine

    with open_engine(settings().database_url).begin() as own:
        run(own)
