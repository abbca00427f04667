from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text

from models.database import MIGRATIONS, migrate, transaction
from models.tables import Base
from tests.web.archive import Builder


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:
    """The search index is made of raw SQL (FTS5, tsvector): its tables and indexes are not in the metadata."""
    return not (name and kind in {"table", "index", "column"} and "search" in name)


def test_migrations_make_every_table(engine: Engine) -> None:
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())


def test_migrations_and_tables_say_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": _ours})
        assert compare_metadata(context, Base.metadata) == []


def test_migrating_a_migrated_archive_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert version == [ScriptDirectory.from_config(config).get_current_head()]


def test_an_archive_of_before_0003_is_ranked_by_its_titles_too(engine: Engine) -> None:
    """Title and lead come into the index's entries where there were none."""
    _step(engine, "0002")
    with transaction(engine) as session:
        builder = Builder(session)
        builder.article("Dân vận khéo ở bản vùng cao", "Một ngày.", published="2026-11-01 07:00", indexed=False)
        session.execute(
            text(
                "INSERT INTO search_entry (order_key, article_id, source_id, grade, topics, kinds, month, filters, stamp)"
                " SELECT 1, id, source_id, grade, '', '', 202611, '', '' FROM article"
            )
        )
    _step(engine, "head")
    with transaction(engine) as session:
        head = session.execute(text("SELECT head FROM search_entry")).scalar_one()
    assert head == "Dân vận khéo ở bản vùng cao\n"


def _step(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        (command.upgrade if revision == "head" else command.downgrade)(config, revision)
