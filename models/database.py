"""Opening the archive: one engine for SQLite and PostgreSQL, migrations, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Session

from danvan.errors import ConfigurationError, StoreError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 30_000
"""How long a SQLite writer waits for another: children of a harvest write at the same time."""


def open_engine(url: str, *, read_only: bool = False) -> Engine:
    """An engine for `url` (sqlite:///… or postgresql://…); nothing is connected yet.

    Raises ConfigurationError for an address that is not one.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "DANVAN_DATABASE_URL không phải địa chỉ cơ sở dữ liệu. Ví dụ: sqlite:///danvan.sqlite3"
            " hoặc postgresql://tên:mật_khẩu@máy/danvan"
        ) from error
    if parsed.drivername in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed, pool_pre_ping=parsed.get_backend_name() == "postgresql")
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine, read_only=read_only)
    elif read_only:
        event.listen(engine, "connect", _read_only_postgresql)
    return engine


def _prepare_sqlite(engine: Engine, *, read_only: bool) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: object) -> None:  # noqa: ANN401 (a DBAPI connection has no common type)
        # Transactions are begun by us (see `begin`): the driver's own implicit BEGIN comes too late for readers.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:  # noqa: ANN401
        # A writer takes its lock at the start: a read lock that is raised later fails at once with
        # "database is locked", whatever the busy timeout.
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


def _read_only_postgresql(connection: Any, _record: object) -> None:  # noqa: ANN401
    connection.read_only = True


def migrate(engine: Engine) -> None:
    """Bring the archive to the newest shape; creates it where there is none.

    Raises StoreError when the database cannot be reached or written.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise StoreError(_explain(engine, error)) from error


def _explain(engine: Engine, error: SQLAlchemyError) -> str:
    place = engine.url.render_as_string(hide_password=True)
    cause = str(error.orig).strip() if isinstance(error, DBAPIError) else str(error)
    return (
        f"Không mở hoặc không ghi được kho lưu trữ {place} ({cause}). "
        "Kiểm tra đường dẫn, quyền ghi, chỗ trống trên đĩa và biến DANVAN_DATABASE_URL."
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: all of it is kept, or nothing.

    Raises StoreError for faults of the database itself (full disk, read-only, no connection).
    """
    with Session(engine, expire_on_commit=False) as session:
        try:
            with session.begin():
                yield session
        except DBAPIError as error:
            if error.connection_invalidated or type(error.orig).__name__ == "OperationalError":
                raise StoreError(_explain(engine, error)) from error
            raise
