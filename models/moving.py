"""Backup, restore and move of a whole archive, between files and systems; the copy is proven by counts and hashes.

Locks stay behind (a copy holds none), and the search index is made anew where the system changes.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, func, select, update

from foundation.clock import HANOI
from foundation.errors import StoreError, UsageError
from foundation.settings import Settings
from models.copied_rows import DAY, Told, copy_rows, mapped_classes
from models.database import make_place, migrate, open_engine, transaction
from models.read_only import open_reading, reading
from models.tables import AlertRow


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
            copy_rows(source, target, told, going_on=going_on)
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
        for mapped in mapped_classes():
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
