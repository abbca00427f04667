"""Backup, restore and move of a whole archive, between files and systems; the copy is proven by counts and hashes.

Locks stay behind (a copy holds none), and the search index is made anew where the system changes.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, func, select, text, tuple_, update
from sqlalchemy.orm import Session

from foundation.clock import HANOI
from foundation.errors import StoreError, UsageError
from foundation.settings import Settings
from models.database import make_place, migrate, open_engine, put, table_of, transaction
from models.read_only import open_reading, reading
from models.search import rebuild
from models.search.files import rebuild_files
from models.tables import AlertRow, Base, DocumentRow, LockRow

DAY = 86_400.0
BATCH = 500
MERGED = "merged_into_id"
"""The one column that points within its own table: filled in when all rows are there."""

Told = Callable[[str, int], None]
"""Called with the name of each table that was copied, and its number of rows."""


def backup(url: str, path: Path, told: Told) -> None:
    """Write a copy of the archive to a new SQLite file, readable by its owner alone; harvests go on meanwhile.

    Raises UsageError where the file is there or cannot be made, StoreError for faults of the database.
    """
    if path.exists():
        raise UsageError(f"Đã có tệp {path}. Chọn tên khác, hoặc chuyển tệp cũ đi.")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"Không ghi được tệp {path}: không có thư mục {path.absolute().parent}.")
    part = path.with_name(f".{path.name}.part")
    try:
        _private(part)
        _copy(url, f"sqlite:///{part.absolute()}", told)
        with closing(sqlite3.connect(part)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, that nothing is laid beside when it is read
        part.replace(path)
    finally:
        for ending in ("", "-wal", "-shm"):
            part.with_name(part.name + ending).unlink(missing_ok=True)


def backup_into(config: Settings, now: datetime, told: Told) -> Path:
    """Write a backup of this moment into DANVAN_BACKUP_DIR and delete all but the newest DANVAN_BACKUP_KEEP.

    Raises UsageError where the settings name no folder, and as `backup`.
    """
    if config.backup_dir is None:
        raise UsageError("Chưa biết sao lưu vào đâu: nêu tệp (danvan backup TỆP), hoặc đặt DANVAN_BACKUP_DIR.")
    path = config.backup_dir / f"danvan-{now.astimezone(HANOI):%Y-%m-%d-%H%M%S}.sqlite3"
    backup(config.database_url, path, told)
    for old in backups(config.backup_dir)[: -config.backup_keep]:
        old.unlink()
    return path


def backups(folder: Path) -> list[Path]:
    """The backups of a folder that `backup_into` wrote, oldest first."""
    return sorted(folder.glob("danvan-????-??-??-??????.sqlite3"))


def restore(path: Path, url: str, told: Told) -> None:
    """Put the archive of a backup in place at `url`, where there is none yet; an older one is brought up to date.

    What waited to be sent may have been sent since: it goes out as a message that may have arrived before.
    Raises UsageError for a file that is none, or where an archive stands already.
    """
    if not path.is_file():
        raise UsageError(f"Không có tệp {path}.")
    _copy(f"sqlite:///{path.absolute()}", url, told)
    engine = open_engine(url)
    with transaction(engine) as session:
        waiting = update(AlertRow).where(AlertRow.state == "queued")
        session.execute(waiting.values(unknowns=AlertRow.unknowns + 1))
    engine.dispose()


def move(url: str, to: str, told: Told) -> None:
    """Copy the archive to another address and prove the copy; broken off, it goes on where it was.

    Raises UsageError where another archive stands there, StoreError where the copy is not the same.
    """
    _copy(url, to, told, going_on=True)


def _copy(url: str, to: str, told: Told, *, going_on: bool = False) -> None:
    source, target = open_reading(url), open_engine(to)
    try:
        if source.dialect.name == target.dialect.name == "sqlite":
            _copy_file(source, target, told)
        else:
            migrate(target)
            _copy_rows(source, target, told, going_on=going_on)
    finally:
        source.dispose()
        target.dispose()


def _private(path: Path) -> None:
    make_place(path)
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _copy_file(source: Engine, target: Engine, told: Told) -> None:
    """SQLite's own online copy: one state of the archive, though a writer is at work."""
    path = Path(str(target.url.database))
    if path.exists() and path.stat().st_size:
        raise UsageError(f"Đã có kho lưu trữ ở {path}. Chuyển kho ấy đi nơi khác rồi chạy lại.")
    with reading(source, DAY) as session:
        driver: Any = session.connection().connection.driver_connection
        _private(path)
        try:
            _copy_pages(driver, path, str(source.url.database))
        except BaseException:
            path.unlink()
            raise
    migrate(target)
    with transaction(target) as session:
        for mapped in _mapped():
            told(mapped.__tablename__, session.scalar(select(func.count()).select_from(mapped)) or 0)


def _copy_pages(driver: sqlite3.Connection, path: Path, place: str) -> None:
    """Page by page, so that damage is copied too: it must not take the place of the last good backup."""
    with closing(sqlite3.connect(path)) as copy:
        driver.backup(copy)
        (found,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"Tệp {place} hỏng ({found}): không chép. Dùng bản sao lưu trước đó: danvan restore TỆP.")
        copy.execute("DELETE FROM lock")
        copy.commit()


def _mapped() -> list[type[Base]]:
    """The mapped classes, each behind those that it points to; locks left out."""
    by_table = {mapper.local_table: mapper.class_ for mapper in Base.registry.mappers}
    found = [by_table[table] for table in Base.metadata.sorted_tables]
    return [mapped for mapped in found if mapped is not LockRow]


def _copy_rows(source: Engine, target: Engine, told: Told, *, going_on: bool) -> None:
    with reading(_one_state(source), DAY) as session:
        if going_on:
            _refuse_another(session, target)
        else:
            _refuse_unless_empty(target)
        for mapped in _mapped():
            for rows in _batches(session, table_of(mapped)):
                with transaction(target) as writer:
                    put(writer, mapped, [{**row, MERGED: None} if MERGED in row else row for row in rows])
        for rows in _batches(session, table_of(DocumentRow)):
            with transaction(target) as writer:
                put(writer, DocumentRow, [row for row in rows if row[MERGED]], update=(MERGED,))
        _count_on(target)
        last: int | None = 0
        while last is not None:
            with transaction(target) as writer:
                last = rebuild(writer, after=last)
        with transaction(target) as writer:
            rebuild_files(writer)
        with transaction(target) as copy:
            for mapped in _mapped():
                count, digest = digest_of(session, table_of(mapped))
                if digest_of(copy, table_of(mapped)) != (count, digest):
                    raise StoreError(f"Bảng {mapped.__tablename__} ở nơi mới khác bản gốc. Xóa kho mới rồi chạy lại.")
                told(mapped.__tablename__, count)


def _one_state(source: Engine) -> Engine:
    return source if source.dialect.name == "sqlite" else source.execution_options(isolation_level="REPEATABLE READ")


def _refuse_unless_empty(target: Engine) -> None:
    with transaction(target) as session:
        if any(session.scalar(select(mapped).limit(1)) is not None for mapped in _mapped()):
            place = target.url.render_as_string(hide_password=True)
            raise UsageError(f"Kho lưu trữ ở {place} đã có dữ liệu. Chỉ khôi phục vào kho trống.")


def _refuse_another(source: Session, target: Engine) -> None:
    """What a move left when it was broken off are rows of this archive; any other row stays, and none joins it."""
    with transaction(target) as copy:
        for table in map(table_of, _mapped()):
            for rows in _batches(copy, table):
                if _by_key(table, _same_keys(source, table, rows)) != _by_key(table, rows):
                    place = target.url.render_as_string(hide_password=True)
                    raise UsageError(
                        f"Kho ở {place} có dữ liệu khác kho này (bảng {table.name}): không chép đè. Nếu đó là bản chép"
                        " dở, xóa nó rồi chạy lại; nếu là kho đang dùng, chọn nơi trống."
                    )


def _same_keys(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> Sequence[Mapping[str, Any]]:
    columns = list(table.primary_key)
    keys = [tuple(row[column.name] for column in columns) for row in rows]
    held = columns[0].in_([key[0] for key in keys]) if len(columns) == 1 else tuple_(*columns).in_(keys)
    return [dict(row) for row in session.execute(select(table).where(held)).mappings()]


def _by_key(table: Table, rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], list[Any]]:
    names = [column.name for column in table.columns if column.name != MERGED]
    return {tuple(row[key.name] for key in table.primary_key): [_plain(row[name]) for name in names] for row in rows}


def _batches(session: Session, table: Table) -> Iterator[Sequence[dict[str, Any]]]:
    rows = session.connection().execution_options(yield_per=BATCH).execute(select(table).order_by(*table.primary_key))
    for part in rows.mappings().partitions(BATCH):
        yield [dict(row) for row in part]


def _count_on(target: Engine) -> None:
    """PostgreSQL hands out numbers by itself: go on behind those that were copied."""
    if target.dialect.name != "postgresql":
        return
    with transaction(target) as session:
        for table in (table_of(mapped) for mapped in _mapped()):
            if [column.name for column in table.primary_key] == ["id"]:
                sequence = session.scalar(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name})
                highest = session.scalar(select(func.max(table.c.id)))
                if sequence and highest:
                    session.execute(text("SELECT setval(:name, :highest)"), {"name": sequence, "highest": highest})


def digest_of(session: Session, table: Table) -> tuple[int, str]:
    """The number of rows of a table and a hash over all of them, the same on both systems."""
    count, digest = 0, hashlib.sha256()
    for rows in _batches(session, table):
        for row in rows:
            count += 1
            digest.update(repr([_plain(row[column.name]) for column in table.columns]).encode())
    return count, digest.hexdigest()


def _plain(value: Any) -> Any:
    """A value that both drivers hand over alike."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, dict):
        return sorted((key, _plain(one)) for key, one in value.items())
    with suppress(AttributeError):
        return value.isoformat()
    return value
