"""Who is told what, set from the command line."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.test_command import danvan


def test_an_office_by_mail_with_a_rule_of_its_own(tmp_path: Path) -> None:
    added = danvan("subscribers", "add-mail", "phong@vidu.vn", "--name", "Phòng", "--json", cwd=tmp_path)
    number = str(json.loads(added.stdout)["subscriber"])
    assert "Chưa đặt DANVAN_SMTP_URL" in added.stderr
    rule = danvan("rules", "add", number, "loại=NQ, Chỉ thị; tỉnh=Thanh Hóa; khẩn", "--json", cwd=tmp_path)
    assert "Nghị quyết, Chỉ thị" in json.loads(rule.stdout)["words"]
    rules = json.loads(danvan("rules", "list", "--json", cwd=tmp_path).stdout)
    own = next(one for one in rules if "Thanh Hóa" in one["words"])
    danvan("rules", "remove", str(own["id"]), cwd=tmp_path)
    left = json.loads(danvan("rules", "list", "--json", cwd=tmp_path).stdout)
    assert own["id"] not in {one["id"] for one in left}
    danvan("subscribers", "pause", number, "--until", "2099-01-31", cwd=tmp_path)
    danvan("subscribers", "quiet", number, "21:00-07:00", cwd=tmp_path)
    (row,) = json.loads(danvan("subscribers", "list", "--json", cwd=tmp_path).stdout)
    assert row["paused_until"].startswith("2099-01-31")
    assert row["quiet_from"] == "21:00"
    assert "phong@vidu.vn" not in json.dumps(row)


def test_what_is_not_understood_is_refused_with_the_choices(tmp_path: Path) -> None:
    danvan("subscribers", "add-mail", "phong@vidu.vn", cwd=tmp_path)
    for words in ("loại=Thiệp mời", "linh tinh", ""):
        done = danvan("rules", "add", "1", words, cwd=tmp_path)
        assert done.returncode == 2, words
        assert "Traceback" not in done.stderr
    assert danvan("subscribers", "off", "99", cwd=tmp_path).returncode == 2
