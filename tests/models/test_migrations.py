from sqlalchemy import Engine, inspect

from models.tables import Base


def test_migrations_make_every_table(engine: Engine) -> None:
    assert set(Base.metadata.tables) <= set(inspect(engine).get_table_names())
