"""The command as a person meets it: help, errors, exit codes. Each test starts the real command."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

DANVAN = Path(sys.executable).parent / "danvan"
COMMANDS = [
    "demo",
    "run",
    "backfill",
    "reprocess",
    "deliver",
    "health",
    "read",
    "cite",
    "search",
    "documents",
    "document",
    "label",
    "sources",
    "serve",
    "bot",
    "digest",
    "invite",
    "report",
    "eval",
    "subscribers",
    "rules",
]
ENGLISH = re.compile(r"\b(Usage|Options|Commands|Arguments|default|required|Show this|Error|Try)\b")


def danvan(*words: str, cwd: Path, stdin: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DANVAN_")},
        "DANVAN_DATABASE_URL": f"sqlite:///{cwd / 'archive.sqlite3'}",
        "COLUMNS": "160",
        **{f"DANVAN_{name}": value for name, value in settings.items()},
    }
    return subprocess.run(
        [str(DANVAN), *words],
        cwd=cwd,
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_help_lists_every_command_in_vietnamese(tmp_path: Path) -> None:
    shown = danvan("--help", cwd=tmp_path)
    assert shown.returncode == 0
    assert "Cách dùng:" in shown.stdout
    for command in COMMANDS:
        assert re.search(rf"\b{command}\b", shown.stdout), command
    assert not ENGLISH.search(shown.stdout), ENGLISH.search(shown.stdout)


@pytest.mark.parametrize("command", [c for c in COMMANDS if c not in {"sources", "subscribers", "rules"}])
def test_every_command_explains_itself_in_vietnamese(command: str, tmp_path: Path) -> None:
    shown = danvan(command, "--help", cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    assert "Cách dùng:" in shown.stdout
    assert not ENGLISH.search(shown.stdout), ENGLISH.search(shown.stdout)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("run", "--source", "baothanhhoaa"), "Không có nguồn “baothanhhoaa”"),
        (("run", "--source", "baolangson"), "đang tắt"),
        (("run", "--since", "hôm qua"), "NĂM-THÁNG-NGÀY"),
        (("read",), "Thiếu tệp"),
        (("read", "khong-co.html"), "Không đọc được tệp"),
        (("cite", "khong-co.txt"), "Không đọc được tệp"),
        (("search", "x", "--province", "Atlantis"), "Atlantis"),
        (("document", "không phải ký hiệu"), "không"),
        (("label", "999", "--grade", "core"), "999"),
        (("khonglenh",), "khonglenh"),
        (("run", "--khong-co"), "--khong-co"),
        (("serve", "--host", "0.0.0.0"), "DANVAN_WEB_PASSWORD"),
        (("bot",), "DANVAN_TELEGRAM_TOKEN"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = danvan(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = danvan("run", cwd=tmp_path, ALERT_WINDOW_DAYS="nhiều")
    assert done.returncode == 2
    assert "DANVAN_ALERT_WINDOW_DAYS" in done.stderr


def test_an_unwritable_database_is_a_sentence(tmp_path: Path) -> None:
    done = danvan("health", cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/khong/co/thu/muc.sqlite3")
    assert done.returncode == 1
    assert "Không mở hoặc không ghi được kho lưu trữ" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_broken_source_file_is_named_with_its_line(tmp_path: Path) -> None:
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "hong.yaml").write_text("id: hong\nname: Báo hỏng\ndomain: hong.vn\nfamly: onecms\n", encoding="utf-8")
    done = danvan("sources", "list", cwd=tmp_path, SOURCES_DIR=str(folder))
    shown = (done.stdout + done.stderr).replace("\n", " ")
    assert "hong.yaml" in shown
    assert "dòng 4" in shown
    assert "baothanhhoa" in shown  # the others are listed all the same


def test_cite_answers_json_lines_with_offsets_of_the_given_text(tmp_path: Path) -> None:
    text = "Ngày 25-10-2017, Ban Thường vụ Tỉnh ủy đã ban hành Chỉ thị số 12-CT/TU về công tác tôn giáo."
    done = danvan("cite", "-", "--province", "38", "--json", cwd=tmp_path, stdin=text)
    (citation,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert text[citation["start"] : citation["end"]] == citation["text"]
    assert citation["symbol"] == "12-CT/TU"
    assert citation["date"] == "2017-10-25"
    assert citation["role"] == "issues"


def test_read_text_gives_the_keys_that_the_outside_relies_on(tmp_path: Path) -> None:
    done = danvan("read", "-", "--text", "--json", cwd=tmp_path, stdin="Tiêu đề\nMột đoạn văn ngắn.")
    form = json.loads(done.stdout)
    keys = "status url source title lead text author published_at date_from section origin province relevance topics citations"
    assert set(keys.split()) <= set(form)
    assert form["title"] == "Tiêu đề"
    assert set(form["relevance"]) >= {"grade", "score", "reasons"}


def test_a_batch_answers_each_line_and_names_the_broken_one(tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    record = {
        "id": "a",
        "text": "Tỉnh ủy vừa ban hành Nghị quyết số 17-NQ/TU.",
        "province": "22",
        "published": "2026-03-02",
    }
    batch.write_text(json.dumps(record, ensure_ascii=False) + "\n{hỏng\n", encoding="utf-8")
    done = danvan("cite", "--batch", str(batch), cwd=tmp_path)
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    assert first["id"] == "a"
    assert first["new"] == ["17-NQ/TU"]
    assert "Dòng 2" in second["error"]
