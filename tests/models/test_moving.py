"""Backup, restore and move: the same rows afterwards, on both systems, though a harvest is at work."""

from __future__ import annotations

import signal
import stat
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, text

from benchmarks.archive_generator import load
from foundation.errors import StoreError, UsageError
from foundation.settings import Settings
from models.copied_rows import digest_of
from models.database import migrate, one_writer, open_engine, table_of, transaction
from models.moving import backup, backup_into, backups, move, restore
from models.read_only import open_reading, reading
from models.search import Query, search
from models.tables import ArticleRow, Base, LockRow
from tests.forked import child
from tests.models.papers import NOW, Press

NEWS = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác dân vận trong tình hình mới."


def nothing(_table: str, _rows: int) -> None:
    pass


@pytest.fixture
def press(engine: Engine) -> Press:
    press = Press(engine)
    for number in range(12):
        press.land("trung-uong", str(number), f"Bài về dân vận {number}", f"{NEWS} Bản {number}.")
    press.read()
    with transaction(engine) as session:
        session.execute(text("INSERT INTO lock VALUES ('harvest', 'x', '2026-11-28 00:00', '2026-11-28 00:00')"))
    return press


def rows_of(url: str) -> dict[str, tuple[int, str]]:
    with reading(open_reading(url)) as session:
        tables = [table for table in Base.metadata.sorted_tables if table is not table_of(LockRow)]
        return {table.name: digest_of(session, table) for table in tables}


def test_a_backup_made_beside_a_writer_comes_back_whole(press: Press, database_url: str, tmp_path: Path) -> None:
    file, again = tmp_path / "kho.backup", f"sqlite:///{tmp_path / 'again.sqlite3'}"
    with transaction(press.engine) as writer:
        one_writer(writer)
        backup(database_url, file, nothing)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    restore(file, again, nothing)
    assert rows_of(again) == rows_of(database_url)
    assert rows_of(again)["article"][0] == 12
    with reading(open_reading(again)) as session:
        assert session.execute(text("SELECT count(*) FROM lock")).scalar() == 0
        assert search(session, Query(words="dân vận")).total == 12
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == ["kho.backup"]
    with pytest.raises(UsageError, match="Đã có tệp"):
        backup(database_url, file, nothing)
    with pytest.raises(UsageError, match="Đã có kho"):
        restore(file, again, nothing)


def test_a_damaged_archive_is_neither_backed_up_nor_restored(
    migrated_sqlite: Path, database_url: str, tmp_path: Path
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL proves its pages itself, and rows are compared")
    damaged, kept = tmp_path / "damaged.sqlite3", tmp_path / "kept.sqlite3"
    (tmp_path / "new").mkdir()
    content = bytearray(migrated_sqlite.read_bytes())
    content[-4096:-4000] = b"\xff" * 96
    damaged.write_bytes(content)
    with pytest.raises(StoreError, match="hỏng"):
        backup(f"sqlite:///{damaged}", kept, nothing)
    with pytest.raises(StoreError, match="hỏng"):
        restore(damaged, f"sqlite:///{tmp_path / 'new' / 'archive.sqlite3'}", nothing)
    assert not kept.exists()
    assert not list((tmp_path / "new").iterdir())


def test_another_archive_is_left_as_it_is(
    press: Press, database_url: str, postgresql_database: str, tmp_path: Path
) -> None:
    """Its rows and ours would be one archive that nobody can part again."""
    elsewhere = postgresql_database if database_url.startswith("sqlite") else f"sqlite:///{tmp_path / 'other.sqlite3'}"
    other = open_engine(elsewhere)
    migrate(other)
    theirs = Press(other)
    theirs.land("thanh-hoa", "1", "Bài của kho khác", NEWS)
    theirs.read()
    held = rows_of(elsewhere)
    with pytest.raises(UsageError, match="có dữ liệu khác kho này"):
        move(database_url, elsewhere, nothing)
    assert rows_of(elsewhere) == held
    other.dispose()


def test_of_the_backups_of_the_nights_the_newest_are_kept(press: Press, database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    config = Settings(database_url=database_url, backup_dir=folder, backup_keep=2)
    made = [backup_into(config, NOW + timedelta(days=day), nothing) for day in range(3)]
    assert backups(folder) == made[1:]
    assert made[0].name == "danvan-2026-09-05-080000.sqlite3"
    with pytest.raises(UsageError, match="DANVAN_BACKUP_DIR"):
        backup_into(config.model_copy(update={"backup_dir": None}), NOW, nothing)


def test_an_archive_moves_to_the_other_system_and_back(
    press: Press, database_url: str, postgresql_database: str, tmp_path: Path
) -> None:
    back = f"sqlite:///{tmp_path / 'back.sqlite3'}"
    for _ in range(2):  # done again it changes nothing
        move(database_url, postgresql_database, nothing)
    move(postgresql_database, back, nothing)
    assert rows_of(database_url) == rows_of(postgresql_database) == rows_of(back)
    with reading(open_reading(postgresql_database)) as session:
        assert search(session, Query(words="dân vận")).total == 12
    engine = open_engine(postgresql_database)
    migrate(engine)
    with transaction(engine) as session:  # numbers go on behind those that were copied
        highest = session.scalar(select(func.max(ArticleRow.id))) or 0
        following = session.scalar(text("SELECT nextval(pg_get_serial_sequence('article', 'id'))"))
        assert following == highest + 1
    engine.dispose()


@pytest.mark.soak
def test_ten_thousand_articles_move_there_and_back_though_the_first_try_is_killed(
    postgresql_database: str, tmp_path: Path
) -> None:
    here, back = f"sqlite:///{tmp_path / 'here.sqlite3'}", f"sqlite:///{tmp_path / 'back.sqlite3'}"
    engine = open_engine(here)
    load(engine, 10_000, texts=2_000)
    engine.dispose()
    there = open_engine(postgresql_database)
    migrate(there)
    killed = child(move, here, postgresql_database, nothing)
    killed.start()
    for _ in range(6_000):
        with transaction(there) as session:
            if (session.scalar(select(func.count()).select_from(ArticleRow)) or 0) > 3_000:
                break
        time.sleep(0.02)
    killed.kill()
    killed.join()
    assert killed.exitcode == -signal.SIGKILL
    started = time.monotonic()
    counted: dict[str, int] = {}
    move(here, postgresql_database, counted.__setitem__)
    first = time.monotonic() - started
    move(postgresql_database, back, nothing)
    sys.stdout.write(f"\n{counted}: there in {first:.0f} s, back in {time.monotonic() - started - first:.0f} s\n")
    assert counted["article"] == 10_000
    assert rows_of(here) == rows_of(postgresql_database) == rows_of(back)
    found = []
    for url in (here, postgresql_database, back):
        with reading(open_reading(url)) as session:
            found.append(search(session, Query(words="dân vận")).total)
    assert found[0] == found[1] == found[2] > 0
    there.dispose()
