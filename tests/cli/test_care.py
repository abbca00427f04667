"""`danvan backup`, `restore`, `move`, `doctor` as a person types them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from danvan.cli import doctor
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.runs.ledger import start_run
from models.tables import ChannelRow, SourceRow
from tests.cli.test_command import danvan


def test_a_backup_is_restored_elsewhere_and_never_over_an_archive(tmp_path: Path) -> None:
    danvan("invite", cwd=tmp_path)
    assert danvan("backup", "kho.bak", cwd=tmp_path).returncode == 0
    there = f"sqlite:///{tmp_path / 'there.sqlite3'}"
    done = danvan("restore", "kho.bak", "--json", cwd=tmp_path, DATABASE_URL=there)
    assert json.loads(done.stdout)["rows"]["invitation"] == 1
    new = tmp_path / "máy mới" / "kho"  # the folder of an archive is made where there is none yet
    done = danvan("restore", "kho.bak", cwd=tmp_path, HOME=str(new), DATABASE_URL=f"sqlite:///{new}/danvan.sqlite3")
    assert done.returncode == 0, done.stderr
    for words in (
        ("restore", "kho.bak"),
        ("restore", "khong-co.bak"),
        ("backup", "kho.bak"),
        ("backup", "khong/co/kho.bak"),
        ("move", "--to", "mysql://x"),
        ("move", "--to", there),
    ):
        refused = danvan(*words, cwd=tmp_path)
        assert refused.returncode == 2, words
        assert refused.stderr.startswith("Lỗi: "), refused.stderr
        assert "Traceback" not in refused.stderr


def test_the_doctor_says_what_is_amiss_and_what_to_do(tmp_path: Path) -> None:
    nothing = danvan("doctor", "--json", cwd=tmp_path)
    assert nothing.returncode == 1
    found = {one["what"]: one for one in json.loads(nothing.stdout)}
    assert "danvan run" in found["Kho lưu trữ"]["advice"]
    assert "DANVAN_ADMIN_CHAT" in found["Người vận hành"]["advice"]
    assert list(tmp_path.iterdir()) == []

    danvan("invite", cwd=tmp_path)
    (tmp_path / "archive.sqlite3").chmod(0o644)
    done = danvan("doctor", "--send-test", "--json", cwd=tmp_path, CONTACT="mailto:ai@vidu.vn", CRAWL_DELY="2")
    found = {one["what"]: one for one in json.loads(done.stdout)}
    assert found["Kho lưu trữ"]["ok"]
    assert "chmod 600" in found["Quyền đọc kho"]["advice"]
    assert "DANVAN_CRAWL_DELY" in found["Thiết lập"]["found"]
    assert found["Tin thử"]["ok"]
    assert "DANVAN_BACKUP_DIR" in found["Bản sao lưu"]["advice"]
    assert "danvan sources check --all" in found["Báo chưa thu lần nào"]["advice"]
    assert found["Phông chữ của biểu đồ"]["ok"]
    assert found["Đồng hồ"]["ok"]
    assert "Tin thử của danvan doctor" in done.stderr


def test_the_doctor_tells_schedules_of_one_name_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prefect's "harvest/daily" and "health/daily" are both called "daily"."""
    held = [
        {
            "name": "daily",
            "description": says,
            "tags": ["danvan"],
            "paused": paused,
            "status": "READY",
            "schedules": [{}],
        }
        for says, paused in (("Thu báo.", False), ("Kiểm tra các nguồn.", True))
    ]
    held.append(held[0] | {"name": "archive", "description": "Đọc lại kho.", "schedules": []})
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    asked = httpx.Request("POST", "http://127.0.0.1:1/api")
    monkeypatch.setattr(httpx, "post", lambda *_, **__: httpx.Response(200, json=held, request=asked))
    (said,) = doctor._schedule()
    assert said.found == "đang dừng: Kiểm tra các nguồn"
    held[1]["paused"] = False
    (said,) = doctor._schedule()
    assert said.found == "2 lịch đang chạy"


def test_the_doctor_looks_at_the_clock_the_papers_the_channels_and_the_schedule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    migrate(engine)
    now = datetime.now(UTC)
    with transaction(engine) as session:
        start_run(session, kind="harvest", now=now + timedelta(hours=2))
        session.add(SourceRow(id="baothanhhoa", status="disallowed", failures=1))
        session.add(ChannelRow(name="telegram", failing_since=now, checked_at=now))
    config = Settings(sources_dir=None, backup_dir=tmp_path)
    (tmp_path / "danvan-2026-01-01-020000.sqlite3").touch()
    os.utime(tmp_path / "danvan-2026-01-01-020000.sqlite3", (0, 0))
    with transaction(engine) as session:
        found = [doctor._clock(session), *doctor._papers(session, config), *doctor._failing_channels(session)]
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:1/api")
    found += [doctor._backup(config), *doctor._schedule()]
    advice = {one.what: one.advice for one in found}
    assert "NTP" in advice["Đồng hồ"]
    assert "danvan sources off baothanhhoa" in advice["robots.txt của báo đang bật"]
    assert "--send-test" in advice["Kênh Telegram"]
    assert "danvan backup" in advice["Bản sao lưu"]
    assert "prefect server start" in advice["Lịch chạy"]
