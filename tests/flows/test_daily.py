"""The night's care: backed up, then cleared; what fails reaches the operator once, and nothing is cleared unsaved.

The flow's own function, without a Prefect server: its tasks are called as they are.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from flows import daily
from foundation.settings import Settings
from models.database import transaction
from models.landing import shelf
from models.tables import EventRow, PageRow
from tests.models.papers import Press

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEWS = "Ngày 22/8/2026, Bộ Chính trị đã ban hành Nghị quyết số 25-NQ/TW về công tác dân vận trong tình hình mới."


@pytest.fixture
def press(engine: Engine) -> Press:
    press = Press(engine, now=datetime.now(UTC) - timedelta(days=300))
    for number in range(3):
        press.print("trung-uong", str(number), f"Bài {number}", f"{NEWS} Bản {number}.")
    return press


def care(config: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(daily, "settings", lambda: config)
    monkeypatch.setattr(shelf, "settings", lambda: config)
    for name in ("back_up", "clear_old", "forget_old", "send_queued"):
        done = getattr(daily, name)
        monkeypatch.setattr(daily, name, getattr(done, "fn", done))
    return asyncio.run(daily.care.fn())


def told(press: Press) -> list[str]:
    with transaction(press.engine) as session:
        events = session.scalars(select(EventRow).where(EventRow.kind == "operator"))
        return [event.payload["parts"][0]["html"] for event in events]


def test_the_night_saves_and_clears(
    press: Press, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nights, pages = tmp_path / "nights", tmp_path / "pages"
    nights.mkdir()
    config = Settings(database_url=database_url, backup_dir=nights, prune_months=6, pages_dir=pages)
    state = care(config, monkeypatch)
    (saved,) = nights.iterdir()
    assert (state.name, state.message) == ("Completed", f"Đã sao lưu: {saved.name}. Đã dọn 3 trang cũ.")
    assert [path.suffix for path in pages.iterdir()] == [".zst"]
    assert told(press) == []
    nothing = care(Settings(database_url=database_url), monkeypatch)
    assert "không có gì để làm" in nothing.message


def test_a_night_that_fails_is_told_once_and_clears_nothing_unsaved(
    press: Press, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = tmp_path / "pages"
    config = Settings(database_url=database_url, backup_dir=tmp_path / "unmounted", prune_months=6, pages_dir=pages)
    for _ in range(2):
        state = care(config, monkeypatch)
        assert (state.name, "không có thư mục" in state.message) == ("DoneWithFaults", True)
    (words,) = told(press)
    assert "Không sao lưu hoặc dọn được kho lưu trữ" in words
    assert not pages.exists()


def test_a_shelf_that_cannot_be_written_is_told(
    press: Press, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pages").touch()  # a file where the folder should be
    state = care(Settings(database_url=database_url, prune_months=6, pages_dir=tmp_path / "pages"), monkeypatch)
    assert state.name == "DoneWithFaults"
    assert len(told(press)) == 1
    assert press.one("SELECT count(*) FROM page WHERE length(body) > 200") == 3, "every body is still in the archive"


def test_damaged_pages_are_told_once_and_stop_nothing(
    press: Press, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(press.engine) as session:
        page = session.scalars(select(PageRow).order_by(PageRow.id)).first()
        assert page is not None
        page.body = b"\x28\xb5\x2f\xfd" + b"x" * 400
    config = Settings(database_url=database_url, prune_months=6, pages_dir=tmp_path / "pages")
    first, second = care(config, monkeypatch), care(config, monkeypatch)
    assert "Đã dọn 2 trang cũ. Để nguyên 1 trang hỏng" in first.message
    assert "Đã dọn 0 trang cũ. Để nguyên 1 trang hỏng" in second.message
    (words,) = told(press)
    assert "1 trang hỏng, không mở được" in words
