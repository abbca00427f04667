"""Settings as people write them: what cannot be meant is a sentence that names the setting or the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from foundation.settings import Settings
from tests.cli.test_command import at_home, danvan


def test_a_file_of_settings_in_other_letters_is_a_sentence(tmp_path: Path) -> None:
    """Windows' Notepad once wrote so."""
    (tmp_path / ".env").write_text("DANVAN_CONTACT=mailto:truc@tinh.vn\n", encoding="utf-16")
    home = tmp_path / "home"
    for settings in ({}, {"DANVAN_HOME": str(home)}):
        done = at_home("health", cwd=tmp_path, **settings)
        assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
        assert ".env: Tệp thiết lập không phải chữ UTF-8" in done.stderr
    home.mkdir()
    (tmp_path / ".env").rename(home / ".env")
    assert f"{home / '.env'}: Tệp thiết lập" in at_home("health", cwd=tmp_path, DANVAN_HOME=str(home)).stderr


def test_the_file_of_settings_lies_where_the_home_does(tmp_path: Path) -> None:
    (tmp_path / "kho").mkdir()
    (tmp_path / "kho" / ".env").write_text("DANVAN_ALERT_WINDOW_DAYS=nhiều\n", encoding="utf-8")
    said = at_home("health", cwd=tmp_path, DANVAN_HOME="~/kho", HOME=str(tmp_path)).stderr
    assert "DANVAN_ALERT_WINDOW_DAYS" in said


def test_real_texts_may_be_named_in_the_file_of_settings(tmp_path: Path) -> None:
    folder = tmp_path / "that"
    folder.mkdir()
    (folder / "items1.jsonl").write_text('{"id": "1", "text": "Tin thể thao\\nTrận đấu kết thúc."}\n', encoding="utf-8")
    (folder / "labels1.jsonl").write_text('{"id": "1", "grade": "none", "topics": []}\n', encoding="utf-8")
    (tmp_path / ".env").write_text(f"DANVAN_REAL_TEXTS={folder}\n", encoding="utf-8")
    assert json.loads(danvan("eval", "--json", cwd=tmp_path).stdout)["real_texts"] == 1


@pytest.mark.parametrize("name", ["SOURCES_DIR", "BACKUP_DIR", "PAGES_DIR", "REAL_TEXTS"])
def test_no_folder_named_is_not_this_folder(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"DANVAN_{name}", "")
    assert getattr(Settings(_env_file=None), name.lower()) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CRAWL_DELAY", "inf"),
        ("DASK", "dask-scheduler"),
        ("DASK", "tcp://dask-scheduler"),
        ("DASK", "tcp://dask-scheduler:8786/"),
        ("SOURCE_TIME_LIMIT", "inf"),
        ("SILENCE_HOURS", "1e400"),
        ("ALERT_WINDOW_DAYS", "999999999"),
        ("PRUNE_MONTHS", "99999"),
        ("SMTP_URL", "mail.tinh.vn"),
        ("CONTACT", "một\nhai"),
        ("ADMIN_EMAIL", "trực@tinh.vn"),
        ("CLIPPING_MAIL", "an@tinh.vn; binh@tinh.vn"),
    ],
)
def test_a_setting_beyond_sense_is_named(name: str, value: str, tmp_path: Path) -> None:
    done = danvan("health", cwd=tmp_path, **{name: value})
    assert (done.returncode, "Traceback" in done.stderr) == (2, False), done.stderr
    assert f"Biến DANVAN_{name} không dùng được" in done.stderr


def test_the_crawler_never_goes_without_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_CONTACT", " ")
    assert Settings(_env_file=None).contact.startswith("https://")


@pytest.mark.parametrize("address", ["", "tcp://10.0.0.5:8786", "tls://may-1:8786 ", "[::1]:8786", "may:8786"])
def test_a_scheduler_is_named_as_dask_takes_it(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DANVAN_DASK", address)
    assert Settings(_env_file=None).dask == address.strip()
