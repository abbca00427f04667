"""`danvan backup`, `restore`, `move`, `doctor` as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_command import danvan


def test_a_backup_is_restored_elsewhere_and_never_over_an_archive(tmp_path: Path) -> None:
    danvan("invite", cwd=tmp_path)
    assert danvan("backup", "kho.bak", cwd=tmp_path).returncode == 0
    there = f"sqlite:///{tmp_path / 'there.sqlite3'}"
    done = danvan("restore", "kho.bak", "--json", cwd=tmp_path, DATABASE_URL=there)
    assert json.loads(done.stdout)["rows"]["invitation"] == 1
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
    assert "Tin thử của danvan doctor" in done.stderr
