"""The command as a person meets it: help, errors, exit codes. Each test starts the real command."""

from __future__ import annotations

import contextlib
import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from danvan.cli.app import front

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
ENGLISH = re.compile(r"\b(Usage|Options|Commands|Arguments|default|required|Show this|Error|Try|env var|path)\b")


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


def test_the_help_of_a_group_breaks_off_no_sentence() -> None:
    shown = CliRunner().invoke(front, ["sources", "--help"], env={"COLUMNS": "80"}).stdout
    assert "bài báo đã đăng trước hôm nay không báo tin." in " ".join(shown.split())


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
        (("khonglenh",), "khonglenh"),
        (("run", "--khong-co"), "--khong-co"),
        (("serve", "--host", "0.0.0.0"), "DANVAN_WEB_PASSWORD"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = danvan(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert says in done.stderr.replace("\n", " ")
    assert "Traceback" not in done.stderr


def test_an_article_that_is_not_there_is_named(tmp_path: Path) -> None:
    danvan("invite", cwd=tmp_path)
    done = danvan("label", "999", "--grade", "core", cwd=tmp_path)
    assert done.returncode == 2
    assert "Không có bài số 999" in done.stderr


def test_a_number_beyond_sense_is_a_sentence(tmp_path: Path) -> None:
    for months in ("1201", "100000000000000000000"):
        done = danvan("prune", "--months", months, cwd=tmp_path)
        assert done.returncode == 2
        assert "--months" in done.stderr
        assert "Traceback" not in done.stderr


def test_old_ledgers_are_cleared_without_a_number_of_months_too(tmp_path: Path) -> None:
    """Who runs no Prefect has no nightly care: `danvan prune` is all that clears them."""
    danvan("invite", cwd=tmp_path)
    done = danvan("prune", "--json", cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"ledger": 0})
    assert "--months" in danvan("prune", cwd=tmp_path).stdout


def test_a_test_message_makes_no_archive_either(tmp_path: Path) -> None:
    done = danvan("doctor", "--send-test", "--json", cwd=tmp_path)
    (found,) = (one for one in json.loads(done.stdout) if one["what"] == "Tin thử")
    assert "Chưa có kho lưu trữ ở" in found["advice"]
    assert list(tmp_path.iterdir()) == []


def test_a_test_message_that_nobody_takes_is_told_at_once(tmp_path: Path) -> None:
    danvan("invite", cwd=tmp_path)
    begun = time.monotonic()
    settings = {"SMTP_URL": "smtp://127.0.0.1:9", "ADMIN_EMAIL": "truc@tinh.vn"}
    done = danvan("doctor", "--send-test", "--json", cwd=tmp_path, **settings)
    assert time.monotonic() - begun < 45
    (found,) = (one for one in json.loads(done.stdout) if one["what"] == "Tin thử")
    assert (found["ok"], found["found"]) == (False, "chưa gửi được")


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = danvan("run", cwd=tmp_path, ALERT_WINDOW_DAYS="nhiều")
    assert done.returncode == 2
    assert "DANVAN_ALERT_WINDOW_DAYS" in done.stderr


def test_an_unwritable_database_is_a_sentence(tmp_path: Path) -> None:
    done = danvan("invite", cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/khong/co/thu/muc.sqlite3")
    assert done.returncode == 1
    assert "Không mở hoặc không ghi được kho lưu trữ" in done.stderr
    assert "Traceback" not in done.stderr


READERS = (("search", "dân vận"), ("documents",), ("document", "25-NQ/TW"), ("health",), ("digest",), ("serve",))
CHANGERS = (
    ("label", "1", "--grade", "core"),
    ("deliver",),
    ("reprocess",),
    ("prune", "--months", "3"),
    ("digest", "--send"),
    ("rules", "remove", "1"),
    ("subscribers", "off", "1"),
    ("users", "off", "An"),
)
"""They work on what is there already."""


@pytest.mark.parametrize("words", READERS + CHANGERS, ids=" ".join)
def test_where_there_is_no_archive_a_sentence_says_so_and_none_is_made(words: tuple[str, ...], tmp_path: Path) -> None:
    done = danvan(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Chưa có kho lưu trữ ở" in done.stderr
    assert list(tmp_path.iterdir()) == []


def at_home(*words: str, cwd: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """The command without an address of the archive: DANVAN_HOME or the user's own folders decide."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DANVAN_")} | settings
    return subprocess.run(
        [str(DANVAN), *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_archive_lies_in_the_users_own_place_until_another_is_chosen(tmp_path: Path) -> None:
    own, chosen, here = tmp_path / "own", tmp_path / "chosen", tmp_path / "here"
    here.mkdir()
    settings = {"XDG_DATA_HOME": str(own)}
    assert at_home("invite", cwd=here, **settings).returncode == 0
    assert (own / "danvan" / "danvan.sqlite3").is_file()
    assert at_home("invite", cwd=here, DANVAN_HOME=str(chosen), **settings).returncode == 0
    assert (chosen / "danvan.sqlite3").is_file()
    assert list(here.iterdir()) == []


def test_an_archive_in_this_folder_is_still_found(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    danvan("invite", cwd=tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'here' / 'danvan.sqlite3'}")
    found = at_home("subscribers", "list", "--json", cwd=tmp_path / "here", XDG_DATA_HOME=str(tmp_path / "own"))
    assert found.returncode == 0, found.stderr


def test_settings_are_read_from_the_chosen_home_and_this_folders_file_wins(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env").write_text("DANVAN_ALERT_WINDOW_DAYS=nhiều\n", encoding="utf-8")
    assert "DANVAN_ALERT_WINDOW_DAYS" in at_home("health", cwd=tmp_path, DANVAN_HOME=str(home)).stderr
    (tmp_path / ".env").write_text("DANVAN_ALERT_WINDOW_DAYS=7\n", encoding="utf-8")
    assert "Chưa có kho lưu trữ ở" in at_home("health", cwd=tmp_path, DANVAN_HOME=str(home)).stderr


def test_a_search_answers_at_once_while_a_harvest_writes(tmp_path: Path) -> None:
    danvan("invite", cwd=tmp_path)
    with contextlib.closing(sqlite3.connect(tmp_path / "archive.sqlite3")) as harvest:
        harvest.execute("BEGIN IMMEDIATE")
        begun = time.monotonic()
        done = danvan("search", "dân vận", cwd=tmp_path)
        assert time.monotonic() - begun < 25  # a writer waits for half a minute
        assert done.returncode == 0, done.stderr


LOADED = "import sys\nfrom danvan.cli import main\ntry: main({words!r})\nfinally: print('LOADED', *sys.modules, file=sys.stderr)"


@pytest.mark.parametrize(
    ("words", "dear"),
    [
        (["--help"], {"pydantic", "rich.console", "sqlalchemy", "asyncio", "prefect", "scrapy"}),
        (
            ["search", "dân vận"],
            {
                *("rich.console", "alembic", "prefect", "scrapy", "crawlers", "analysis.kinds", "analysis.citations"),
                *("sqlalchemy.dialects.postgresql", "models.tables.crawl", "models.tables.delivery"),
                "models.tables.desk",
            },
        ),
    ],
)
def test_a_command_loads_only_what_it_needs(words: list[str], dear: set[str], tmp_path: Path) -> None:
    """In place of a stopwatch: what these cost is several times a bare Python."""
    danvan("invite", cwd=tmp_path)
    environment = {"DANVAN_DATABASE_URL": f"sqlite:///{tmp_path / 'archive.sqlite3'}", "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", LOADED.format(words=words)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert dear & set(done.stderr.rpartition("LOADED")[2].split()) == set()


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
