"""Opening the archive: one engine for SQLite and PostgreSQL, migrations, transactions."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, Table, TextClause, bindparam, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.errors import ConfigurationError, StoreError
from foundation.settings import settings
from models.faults import explain, explained
from models.tables import Base, load_all

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 30_000
"""How long a SQLite writer waits for another: children of a harvest write at the same time."""


def parse_address(url: str) -> URL:
    """The address of a database. Raises ConfigurationError for one that is no address, or of another system."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql", "postgres"}:
        raise ConfigurationError(
            "Địa chỉ kho (biến DANVAN_DATABASE_URL, hay --to) không dùng được. Ví dụ: sqlite:////srv/danvan/danvan.sqlite3"
            " hoặc postgresql://tên:mật_khẩu@máy/danvan"
        )
    return parsed if parsed.get_backend_name() == "sqlite" else parsed.set(drivername="postgresql+psycopg")


def open_engine(url: str) -> Engine:
    """An engine that writes, for `url` (sqlite:///… or postgresql://…); nothing is connected yet.

    Who only reads takes `models.read_only`. Raises ConfigurationError for an address that is not one.
    """
    load_all()
    parsed = parse_address(url)
    if parsed.get_backend_name() == "sqlite":
        engine = create_engine(parsed)
        _prepare_sqlite(engine)
        return engine
    engine = create_engine(parsed, pool_pre_ping=True, connect_args=LETTERS)
    event.listen(engine, "connect", mind_pooler)
    return engine


LETTERS = {"client_encoding": "utf8"}
"""How we speak with PostgreSQL, whatever its own letters are."""


def mind_pooler(connection: Any, _record: object) -> None:
    """Behind pgbouncer in transaction mode every transaction may meet another server process, which knows no statement
    that was prepared before: then none is. A pooler shows itself by the number that it gives for the server's own.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    connection.rollback()
    if number != connection.info.backend_pid:
        connection.prepare_threshold = None


def make_place(path: Path) -> None:
    """A new archive may be read by its owner alone (SQLite gives its log and index the same rights)."""
    with suppress(OSError):  # connecting meets the same and says it
        if path.parent == settings().home:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def make(*_: object) -> None:
        if engine.url.database and engine.url.database != ":memory:":
            make_place(Path(engine.url.database))

    @event.listens_for(engine, "connect")
    def pragmas(connection: Any, _record: object) -> None:
        # Transactions are begun by us (see `begin`): the driver's own implicit BEGIN comes too late for readers.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A writer takes its lock at the start: a read lock that is raised later fails at once with
        # "database is locked", whatever the busy timeout.
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def migrate(engine: Engine) -> None:
    """Bring the archive to the newest shape; creates it where there is none. One of before the search gets its index.

    Raises StoreError when the database cannot be reached or written, ConfigurationError for one that is not in UTF-8.
    """
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                _check_letters(connection, engine.url)
                connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATORS})"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if _search_is_empty(connection):
                _fill_search(connection)
    except SQLAlchemyError as error:
        raise StoreError(explain(engine, error)) from error


def _search_is_empty(connection: Connection) -> bool:
    """Whether there are articles and none of them can be found: before the search, and where an upgrade emptied it."""
    held, found = (connection.scalar(text(f"SELECT 1 FROM {name} LIMIT 1")) for name in ("article", "search_entry"))  # noqa: S608 (two names of ours)
    return held is not None and found is None


def _fill_search(connection: Connection) -> None:
    """Index all that an archive holds, with the upgrade or not at all: nobody asks for it later."""
    from models.search import rebuild  # it is built on this module

    log.warning(
        "Đang lập lại chỉ mục tìm kiếm của kho: vài phút, với một triệu bài nửa giờ."
        " Ngắt giữa chừng thì lần sau làm lại từ đầu."
    )
    last: int | None = 0
    while last is not None:
        with Session(connection) as session:
            last = rebuild(session, after=last)
            session.commit()  # the connection's own transaction goes on


def _check_letters(connection: Connection, url: URL) -> None:
    letters = connection.scalar(text("SHOW server_encoding"))
    if letters != "UTF8":
        raise ConfigurationError(
            f"Kho {url.render_as_string(hide_password=True)} dùng bảng mã {letters}, không giữ đúng chữ Việt."
            " Tạo kho khác: CREATE DATABASE danvan ENCODING 'UTF8' TEMPLATE template0;"
        )


def table_of(mapped: type[Base]) -> Table:
    """The table of a mapped class: for statements over many rows, which the mapper would split by their gaps."""
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def put(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    update: Iterable[str] = (),
    where: ColumnElement[bool] | None = None,
) -> None:
    """Insert rows of the same columns; where the primary key is taken, set the columns `update` (none: leave the row).

    The same on both systems. `where` limits which existing rows are touched; it is a constant of its module.
    """
    if rows:
        connection = session.connection()
        columns = tuple(rows[0])
        statement = _upsert(table_of(table), connection.dialect.name, columns, tuple(update), where)
        connection.execute(statement, list(rows))


@cache
def _upsert(
    table: Table, system: str, columns: tuple[str, ...], update: tuple[str, ...], where: ColumnElement[bool] | None
) -> TextClause:
    """Its words, made once: SQLAlchemy compiles an insert with ON CONFLICT anew whenever it is executed."""
    language: Any = import_module(f"sqlalchemy.dialects.{system}")
    statement = language.insert(table)
    key = list(table.primary_key)
    changes = {name: statement.excluded[name] for name in update}
    if changes:
        statement = statement.on_conflict_do_update(index_elements=key, set_=changes, where=where)
    else:
        statement = statement.on_conflict_do_nothing(index_elements=key)
    words = str(statement.compile(dialect=language.dialect(paramstyle="named"), column_keys=columns))
    words = words.replace("::JSON", "")  # the parameters tell their types themselves
    return text(words).bindparams(*(bindparam(name, type_=table.c[name].type) for name in columns))


MIGRATORS = 7_203_113
"""Key of PostgreSQL's advisory lock for whoever migrates: two that start at once would both make the tables."""

WRITERS = 7_203_114
"""Key of PostgreSQL's advisory lock for those who decide whether a document is new."""


def one_writer(session: Session) -> None:
    """Until this transaction ends no other decides anything: two children may find the same new document at once.

    SQLite has one writer anyway (BEGIN IMMEDIATE).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"SELECT pg_advisory_xact_lock({WRITERS})"))


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """One transaction: all of it is kept, or nothing.

    Raises StoreError for faults of the database itself (full disk, read-only, no connection).
    """
    with explained(engine), Session(engine, expire_on_commit=False) as session, session.begin():
        yield session
