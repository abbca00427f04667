"""The one door for reading: command, bot, feeds, reports and pages.

It never migrates, never makes an archive, never takes a lock that a harvest could want, and ends what takes too long.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from foundation.errors import DanvanError, NoArchiveError, StoreError
from models.database import LETTERS, MIGRATIONS, mind_pooler, parse_address
from models.faults import explained

COMMAND_SECONDS = 60.0
"""What a person at a terminal waits for; pages and the bot ask for less."""

BUSY_SECONDS = 5.0
"""SQLite shuts readers out only for the moment in which the last writer folds its log into the file."""

_STEPS = 20_000
"""SQLite asks for the time every so many of its own steps: a fraction of a millisecond."""


class TooSlowError(DanvanError):
    """A question that the database could not answer in the time given."""

    def __init__(self) -> None:
        super().__init__(
            "Câu tìm này nặng quá, chưa trả lời kịp. Hãy thêm bộ lọc (tỉnh, thời gian) hoặc từ cụ thể hơn."
        )


def open_reading(url: str) -> Engine:
    """A read-only engine for `url`; nothing is connected yet.

    Connecting raises NoArchiveError where there is no archive, StoreError where it is of another shape than this
    program's. Raises ConfigurationError for an address that is not one.
    """
    parsed = parse_address(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        engine = create_engine(parsed, creator=lambda: _connect(path))
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    else:
        engine = create_engine(parsed, pool_pre_ping=True, connect_args={"connect_timeout": 10, **LETTERS})
        event.listen(engine, "connect", mind_pooler)
        event.listen(engine, "connect", _forbid_writing)
    event.listen(engine, "first_connect", lambda connection, _record: _check_shape(connection, url))
    return engine


@contextmanager
def reading(engine: Engine, seconds: float = COMMAND_SECONDS) -> Iterator[Session]:
    """A session on an engine of `open_reading` that sees one state of the archive and may take `seconds` a statement.

    Raises TooSlowError beyond them, StoreError for faults of the database itself.
    """
    with explained(engine), Session(engine, autoflush=False) as session:
        driver = session.connection().connection.driver_connection
        frozen = driver if isinstance(driver, _AtRest) else None
        try:
            with time_limit(session, seconds):
                yield session
        finally:
            if frozen:
                session.invalidate()  # what it has in mind of the file must not outlive this look
        if frozen:
            frozen.check()


@contextmanager
def time_limit(session: Session, seconds: float) -> Iterator[None]:
    """End any statement of the session that goes beyond `seconds`. Raises TooSlowError then."""
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        end = time.monotonic() + seconds
        driver.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    else:
        connection.execute(text(f"SET LOCAL statement_timeout = {int(seconds * 1000)}"))
    try:
        yield
    except OperationalError as error:
        if "interrupted" in str(error.orig) or "statement timeout" in str(error.orig):
            raise TooSlowError from error
        raise
    finally:
        if sqlite:
            driver.set_progress_handler(None, 0)


# --- SQLite --------------------------------------------------------------------------------------------------------


Connected = TypeVar("Connected", bound=sqlite3.Connection)


class _AtRest(sqlite3.Connection):
    """A look past SQLite's own locks, at a file in a folder where no lock can be had: true while nobody writes it."""

    path: Path
    stamp: tuple[object, ...]

    def check(self) -> None:
        """Raises StoreError when the file was written meanwhile: what was read may be of two states."""
        if _stamp(self.path) != self.stamp:
            raise StoreError(f"Kho lưu trữ {self.path} vừa được ghi trong lúc đọc. Chạy lại lệnh này.")


def _connect(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise NoArchiveError(str(path.absolute()))
    connection = _open(path, "mode=ro", sqlite3.Connection)
    try:
        connection.execute("SELECT 1 FROM sqlite_schema")
    except sqlite3.OperationalError:
        connection.close()
        if _beside(path, "-shm").exists():
            raise
        connection = _connect_frozen(path)
    connection.execute("PRAGMA query_only=ON")
    return connection


def _connect_frozen(path: Path) -> sqlite3.Connection:
    """In a folder that cannot be written SQLite can make no index of its log, so it cannot share one with a writer.

    No writer is at work then (it would have made the index), and the file is read as it lies: without a log as
    immutable, with one (a copy of a running archive) through an index in memory.
    """
    stamp = _stamp(path)
    log = _beside(path, "-wal")
    if log.exists() and log.stat().st_size:
        connection = _open(path, "mode=ro&vfs=unix-none", _AtRest)
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    else:
        connection = _open(path, "mode=ro&immutable=1", _AtRest)
    connection.path, connection.stamp = path, stamp
    return connection


def _open(path: Path, how: str, kind: type[Connected]) -> Connected:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        factory=kind,
    )


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _stamp(path: Path) -> tuple[object, ...]:
    found = [one.stat() if one.exists() else None for one in (path, _beside(path, "-wal"), _beside(path, "-shm"))]
    return tuple((one.st_ino, one.st_size, one.st_mtime_ns) if one else None for one in found)


# --- both ----------------------------------------------------------------------------------------------------------


def _forbid_writing(connection: Any, _record: object) -> None:
    connection.read_only = True


def _check_shape(connection: Any, url: str) -> None:
    place = make_url(url).render_as_string(hide_password=True)
    cursor = connection.cursor()
    try:
        cursor.execute("SELECT version_num FROM alembic_version")
        row = cursor.fetchone()
    except Exception as error:
        if "alembic_version" in str(error):  # the two drivers' "no such table" have no class in common
            raise NoArchiveError(place) from error
        raise
    finally:
        cursor.close()
        connection.rollback()
    found, wanted = row[0] if row else "", newest_shape()
    if found < wanted:
        raise StoreError(
            f"Kho lưu trữ {place} còn ở dạng cũ ({found}; chương trình này cần {wanted})."
            " Lượt thu kế tiếp (danvan run) sẽ nâng cấp; nâng cấp ngay bằng: danvan upgrade"
        )
    if found > wanted:
        raise StoreError(f"Kho lưu trữ {place} do một bản chương trình mới hơn ghi ({found}). Cập nhật chương trình.")


def newest_shape() -> str:
    """The newest revision of the archive, by the names of the migrations (asking Alembic costs a third of a second)."""
    return max(path.stem.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
