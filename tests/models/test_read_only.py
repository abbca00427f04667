"""The door for reading: beside a writer, from a folder that cannot be written, and where there is nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from foundation.errors import NoArchiveError, StoreError
from models.database import migrate, one_writer, open_engine, transaction
from models.read_only import TooSlowError, newest_shape, open_reading, reading
from models.search import Query, search

NOBODY = 65534


def count(url: str) -> int:
    engine = open_reading(url)
    try:
        with reading(engine) as session:
            return int(session.execute(text("SELECT count(*) FROM probe")).scalar_one())
    finally:
        engine.dispose()


@pytest.fixture
def engine(engine: Engine) -> Engine:
    """An archive with a table of the tests' own."""
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE probe (name TEXT)"))
    return engine


def add(engine: Engine, name: str) -> None:
    with transaction(engine) as session:
        session.execute(text("INSERT INTO probe VALUES (:name)"), {"name": name})


def test_a_search_answers_at_once_while_another_holds_the_write_lock(engine: Engine, database_url: str) -> None:
    reader = open_reading(database_url)
    with transaction(engine) as writer:
        one_writer(writer)
        writer.execute(text("INSERT INTO probe VALUES ('7')"))
        begun = time.monotonic()
        with reading(reader) as session:
            assert search(session, Query(words="dân vận")).hits == ()
        assert count(database_url) == 0  # what is not committed is not seen
        assert time.monotonic() - begun < 3
    assert count(database_url) == 1


def test_nothing_can_be_written_through_it(engine: Engine, database_url: str) -> None:
    add(engine, "7")
    with (
        pytest.raises((DBAPIError, StoreError), match=r"read-?\s?only|chỉ được đọc"),
        reading(open_reading(database_url)) as session,
    ):
        session.execute(text("DELETE FROM probe"))
    assert count(database_url) == 1


def test_a_statement_ends_at_its_time(engine: Engine, database_url: str) -> None:
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT count(*) FROM n"
    with pytest.raises(TooSlowError), reading(open_reading(database_url), 0.2) as session:
        session.execute(text(slow))


def test_where_there_is_no_archive_none_is_made(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(NoArchiveError, match="Chưa có kho lưu trữ ở"):
        count(database_url)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("shape", "says"), [("0001", "còn ở dạng cũ"), ("9999", "mới hơn")])
def test_an_archive_of_another_shape_is_told_and_left_alone(
    shape: str, says: str, engine: Engine, database_url: str
) -> None:
    with transaction(engine) as session:
        session.execute(text("UPDATE alembic_version SET version_num = :shape"), {"shape": shape})
    with pytest.raises(StoreError, match=says):
        count(database_url)
    with transaction(engine) as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == shape


@pytest.mark.usefixtures("database_url")  # pytest does not see that the engine which ours stands on asks for it
def test_the_newest_shape_is_the_one_that_migrations_reach(engine: Engine) -> None:
    with transaction(engine) as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == newest_shape()


def test_a_new_archive_is_its_owners_alone(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    rights = {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    engine.dispose()
    assert rights == {0o600}


# --- SQLite in a folder that cannot be written ----------------------------------------------------------------------


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that another user may enter (pytest's own are closed to others)."""
    with tempfile.TemporaryDirectory(prefix="danvan-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def without_rights(folder: Path) -> Iterator[str]:
    """The address of the archive in a folder that this process may not write now."""
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    am_root = os.geteuid() == 0
    if am_root:
        os.seteuid(NOBODY)  # nothing is closed to root
    try:
        assert not os.access(folder, os.W_OK, effective_ids=True)
        yield f"sqlite:///{folder / 'archive.sqlite3'}"
    finally:
        if am_root:
            os.seteuid(0)
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)


@pytest.fixture
def writer(folder: Path) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{folder / 'archive.sqlite3'}")
    migrate(engine)
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE probe (name TEXT)"))
    add(engine, "1")
    yield engine
    engine.dispose()


def test_an_archive_at_rest_is_read_from_a_folder_that_cannot_be_written(writer: Engine, folder: Path) -> None:
    writer.dispose()
    assert [path.name for path in folder.iterdir()] == ["archive.sqlite3"]
    with without_rights(folder) as url:
        assert count(url) == 1


def test_a_copy_of_a_running_archive_is_read_with_what_stands_in_its_log(writer: Engine, folder: Path) -> None:
    """An immutable look would leave the log out: it holds the newest articles."""
    copy = folder / "copy"
    copy.mkdir()
    with writer.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # the engine begins each transaction as a writer
        connection.exec_driver_sql("PRAGMA wal_autocheckpoint=0")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("INSERT INTO probe VALUES ('2')")
        for name in ("archive.sqlite3", "archive.sqlite3-wal"):
            shutil.copy(folder / name, copy / name)
    with without_rights(copy) as url:
        assert count(url) == 2


def test_a_running_archive_is_read_as_it_grows(writer: Engine, folder: Path) -> None:
    with without_rights(folder) as url:
        engine = open_reading(url)
        with reading(engine) as session:
            assert session.execute(text("SELECT count(*) FROM probe")).scalar_one() == 1
    add(writer, "2")
    with without_rights(folder) as url:
        assert count(url) == 2


def test_what_was_read_while_the_file_was_written_is_not_believed(writer: Engine, folder: Path) -> None:
    writer.dispose()
    with without_rights(folder) as url:
        engine = open_reading(url)
        look = reading(engine)
        session = look.__enter__()
        assert session.execute(text("SELECT count(*) FROM probe")).scalar_one() == 1
    with sqlite3.connect(folder / "archive.sqlite3") as other:
        other.execute("INSERT INTO probe VALUES ('2')")
    other.close()
    with pytest.raises(StoreError, match="vừa được ghi trong lúc đọc"):
        look.__exit__(None, None, None)
    with reading(engine) as session:
        assert session.execute(text("SELECT count(*) FROM probe")).scalar_one() == 2
    engine.dispose()
