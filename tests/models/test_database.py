"""The database itself fails: a clear sentence, nothing half-written, and it goes on afterwards."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from foundation.errors import ConfigurationError, StoreError
from models import database
from models.database import migrate, open_engine, put, transaction
from models.read_only import open_reading, reading
from models.tables import EventRow, UrlRow
from tests.models.papers import NOW, Press

NEWS = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác tư tưởng trong tình hình mới."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "archive.sqlite3"


@pytest.fixture
def press(path: Path) -> Iterator[Press]:
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    press = Press(engine)
    for number in range(40):
        press.land("trung-uong", str(number), f"Bài {number}", f"{NEWS} Bản {number}. " + "Chữ. " * 2_000)
    yield press
    engine.dispose()


def consistent(press: Press, articles: int | None = None) -> None:
    """Every read page has its article, every article its read page; no row points nowhere."""
    read = press.one("SELECT count(*) FROM page WHERE read_state = 'read'")
    assert press.one("SELECT count(*) FROM article") == read
    assert press.one("SELECT count(*) FROM page WHERE read_state = 'failed'") == 0
    assert press.one("SELECT count(*) FROM citation WHERE article_id NOT IN (SELECT id FROM article)") == 0
    assert articles is None or read == articles


def test_a_full_disk_stops_the_run_and_it_goes_on_when_there_is_room(press: Press) -> None:
    """SQLite's own page limit gives the very error of a full disk (SQLITE_FULL)."""
    room: dict[str, int] = {"pages": press.one("PRAGMA page_count") + 120}
    press.engine.dispose()

    @event.listens_for(press.engine, "connect")
    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={room['pages']}")

    with pytest.raises(StoreError, match="chỗ trống trên đĩa"):
        press.read()
    consistent(press)
    assert 0 < len(press.articles()) < 40
    assert len(press.told) == 1
    room["pages"] = 1_000_000
    press.engine.dispose()
    press.read()
    consistent(press, 40)
    assert len(press.told) == 1


def test_a_read_only_archive_says_so(press: Press, path: Path) -> None:
    read_only = open_reading(f"sqlite:///{path}")
    with pytest.raises(StoreError, match="quyền ghi"):
        Press(read_only)
    with reading(read_only) as session:
        assert session.execute(text("SELECT count(*) FROM page")).scalar() == 40
    read_only.dispose()
    press.read()
    consistent(press, 40)


def test_a_locked_archive_says_so_and_loses_nothing(press: Press, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    press.engine.dispose()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        press.read()
    other.execute("ROLLBACK")
    press.read()
    consistent(press, 40)


def test_a_log_that_was_deleted_costs_what_stood_in_it_and_no_more(press: Press, path: Path) -> None:
    """The machine died, and somebody tidied the -wal away: what was there is fetched and told again, the rest stands."""
    press.read()
    with press.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    later = NEWS.replace("25-NQ", "26-NQ")
    press.land("trung-uong", "40", "Bài 40", later)
    press.read()
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0
    without_log = path.with_name("without-log.sqlite3")
    shutil.copy(path, without_log)
    engine = open_engine(f"sqlite:///{without_log}")
    migrate(engine)
    again = Press(engine)
    assert again.one("PRAGMA integrity_check") == "ok"
    consistent(again, 40)
    again.land("trung-uong", "40", "Bài 40", later)
    again.read()
    consistent(again, 41)
    assert len(again.told) == 1
    assert again.one("SELECT count(*) FROM search_entry") == 41
    engine.dispose()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="Kiểm tra đường dẫn"):
        migrate(open_engine(f"sqlite:///{tmp_path / 'nowhere' / 'archive.sqlite3'}"))


def test_a_file_that_is_no_database(path: Path) -> None:
    path.write_bytes(b"not a database at all " * 100)
    with pytest.raises(StoreError):
        migrate(open_engine(f"sqlite:///{path}"))


def test_an_address_that_is_none() -> None:
    with pytest.raises(ConfigurationError, match="DANVAN_DATABASE_URL"):
        open_engine("kho của tôi")


def test_a_server_that_is_away_says_so_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        migrate(open_engine("postgresql://danvan:bi-mat@127.0.0.1:1/danvan"))
    assert "bi-mat" not in str(caught.value)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_postgresql_restarts_in_the_middle_of_an_article(engine: Engine) -> None:
    """Every connection is cut by the server while an alert is being written."""
    press = Press(engine)
    cut = [2]

    def announce(session: Session, document_id: int, article_id: int, now: datetime) -> int:
        session.add(EventRow(key=f"document:{document_id}", kind="document", payload={}, created_at=now))
        session.flush()
        press.told.append((document_id, article_id))
        cut[0] -= 1
        if not cut[0]:
            session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return 1

    for number in range(1, 5):
        body = NEWS.replace("25-NQ", f"{number}-NQ")
        press.land("trung-uong", str(number), f"Bài {number}", f"{body} Bản {number}.")
    with pytest.raises(StoreError, match="Không mở hoặc không ghi được kho lưu trữ"):
        press.read(announce=announce)
    consistent(press, 0)  # the four are one portion
    assert press.one("SELECT count(*) FROM event") == 0
    press.read(announce=announce)
    consistent(press, 4)
    assert press.one("SELECT count(*) FROM event") == 4


def test_times_without_a_zone_are_refused(engine: Engine) -> None:
    naive = EventRow(key="x", kind="document", payload={}, created_at=NOW.replace(tzinfo=None))
    with Session(engine) as session:
        session.add(naive)
        with pytest.raises(StatementError, match="without a zone"):
            session.flush()


def test_a_row_that_is_there_keeps_what_is_not_to_be_updated(engine: Engine) -> None:
    def url(title: str, via: str) -> dict[str, object]:
        own = {"source_id": "nghe-an", "key": "1", "url": "u", "state": "new", "reason": "", "attempts": 0}
        return own | {"via": via, "title": title, "first_seen_at": NOW, "last_seen_at": NOW}

    with transaction(engine) as session:
        put(session, UrlRow, [url("a", "feed")])
        put(session, UrlRow, [url("b", "sitemap")], update=("title",))
        put(session, UrlRow, [url("c", "listing")])
        put(session, UrlRow, [])
        row = session.get_one(UrlRow, ("nghe-an", "1"))
        assert (row.title, row.via) == ("b", "feed")
