"""Wrong input of every kind: one Vietnamese sentence, the exit code of the README, never a traceback, no file left."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from danvan import one_page
from danvan.cli import main
from foundation.settings import settings
from models.database import migrate, open_engine

ARCHIVE = "sqlite:///{folder}/archive.sqlite3"
ENGLISH = re.compile(
    r"\b(error|invalid|value|usage|input|should|must|expected|could not|cannot|missing|unable|argument|required|got|one of)\b",
    re.IGNORECASE,
)

WRONG: list[tuple[str, dict[str, str], str]] = [
    # What is typed, settings, and what the sentence must say.
    ("searhc dân", {}, "Có phải search"),
    ("search --provinc 38 dân", {}, "--province"),
    ("search --limit nhiều dân", {}, "số nguyên"),
    ("search --limit 0 dân", {}, "nhỏ hơn 1"),
    ("search --limit", {}, "--limit"),
    ("search --sort cũ dân", {}, "newest"),
    ("search --format pdf dân", {}, "xlsx"),
    ("search --from 31/02/2026 dân", {}, "31/02/2026"),
    ("search --from hôm-qua dân", {}, "01/11/2026"),
    ("search --province Atlantis dân", {}, "Atlantis"),
    ("search --topic xyz dân", {}, "xyz"),
    ("search --grade cao dân", {}, "cao"),
    ("search --kind Thiệp dân", {}, "Thiệp"),
    ("search --document hai-mươi-lăm dân", {}, "hai-mươi-lăm"),
    ("search dân -o {folder}/khong/ra.xlsx", {}, "không có thư mục"),
    ("search dân -o {folder}", {}, "đuôi"),
    ("search dân -o ra.pdf", {}, ".xlsx"),
    ("document 25/", {}, "ký hiệu"),
    ("documents --kind Thiệp", {}, "Thiệp"),
    ("documents --province Atlantis", {}, "Atlantis"),
    ("documents --new-since 2026-13-01", {}, "2026-13-01"),
    ("label abc --grade core", {}, "số nguyên"),
    ("label 1 --grade cao", {}, "cao"),
    ("label 999 --grade core", {}, "999"),
    ("label 99999999999999999999999 --grade core", {}, "lớn hơn"),
    ("subscribers pause 99999999999999999999999", {}, "lớn hơn"),
    ("rules edit 99999999999999999999999 nhận=ngay", {}, "lớn hơn"),
    ("clipping --date 0001-01-01", {}, "0001-01-01"),
    ("clipping --date 9999-12-31", {}, "9999-12-31"),
    ("reprocess --since 01/11/0026", {}, "01/11/0026"),
    ("health thừa", {}, "Thừa"),
    ("run --source baothanhhoaa", {}, "baothanhhoa"),
    ("run --since mai", {}, "mai"),
    ("backfill --source baothanhhoa --from 2026-11-02 --to 2026-11-01", {}, "trước"),
    ("backfill --source baothanhhoa", {}, "--from"),
    ("read {folder}", {}, "thư mục"),
    ("read http://127.0.0.1:9/bai.htm", {}, "mạng nội bộ"),
    ("read http://2130706433/", {}, "mạng nội bộ"),
    ("read http://[::1]/", {}, "mạng nội bộ"),
    ("read http://[", {}, "không dùng được"),
    ("read http://10.1.2.3:99999/", {}, "không dùng được"),
    ("read https:///bai.htm", {}, "tên máy"),
    ("read ftp://bao.example/bai.htm", {}, "không phải địa chỉ web"),
    ("cite {folder}/archive.sqlite3", {}, "không phải tệp chữ"),
    ("search --source bao-khong-co dân", {}, "bao-khong-co"),
    ("clipping --format pdf", {}, "chỉ nhận"),
    ("sources add bao<tinh>.example", {}, "không phải địa chỉ web"),
    ("sources add http://[", {}, "không phải địa chỉ web"),
    ("sources add https://bao.example:99999/", {}, "không phải địa chỉ web"),
    ("read bai.html --published 32/01/2026", {}, "32/01/2026"),
    ("cite khong-co.txt", {}, "khong-co.txt"),
    ("digest --date xyz", {}, "xyz"),
    ("serve --port 99999", {}, "65535"),
    ("serve --port {used}", {}, "chương trình khác"),
    ("serve --host 203.0.113.77", {"WEB_PASSWORD": "bí-mật"}, "203.0.113.77"),
    ("serve --host 0.0.0.0", {"WEB_PASSWORD": ""}, "DANVAN_WEB_PASSWORD"),
    ("sources show xyz", {}, "xyz"),
    ("sources lits", {}, "list"),
    ("subscribers quiet một 22:00-06:00", {}, "số nguyên"),
    ("subscribers pause 1 --until 2020-01-01", {}, "đã qua"),
    ("subscribers off 77", {}, "77"),
    ("rules remove 77", {}, "77"),
    ("rules search 1 --source baothanhhoaa", {}, "baothanhhoaa"),
    ("health", {"LOG_LEVEL": "LOUD"}, "DANVAN_LOG_LEVEL"),
    ("health", {"ALLOW_HOSTS": "trang-của-tôi"}, "DANVAN_ALLOW_HOSTS"),
    ("health", {"ALERT_WINDOW_DAYS": "nhiều"}, "DANVAN_ALERT_WINDOW_DAYS"),
    ("health", {"CRAWL_DELAY": "-1"}, "DANVAN_CRAWL_DELAY"),
    ("health", {"DATABASE_URL": "mysql://x"}, "DANVAN_DATABASE_URL"),
    ("health", {"DATABASE_URL": "kho"}, "DANVAN_DATABASE_URL"),
    ("health", {"DATABASE_URL": "postgresql://a:b@host:cổng/x"}, "DANVAN_DATABASE_URL"),
    ("health", {"DATABASE_URL": "sqlite:///{folder}"}, "Chưa có kho"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    for name in [name for name in os.environ if name.startswith("DANVAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DANVAN_DATABASE_URL", ARCHIVE.format(folder=tmp_path))
    monkeypatch.chdir(tmp_path)
    engine = open_engine(ARCHIVE.format(folder=tmp_path))
    migrate(engine)
    engine.dispose()
    yield tmp_path
    settings.cache_clear()
    one_page.catalogue.cache_clear()


@pytest.fixture
def used() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def run(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int | str | None, str]:
    settings.cache_clear()
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code, capfd.readouterr().err


@pytest.mark.parametrize(("line", "given", "says"), WRONG, ids=[f"{line} {more or ''}" for line, more, _ in WRONG])
def test_wrong_input_is_told_in_a_sentence(
    line: str, given: dict[str, str], says: str, folder: Path, used: int,
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    before = sorted(folder.rglob("*"))
    for name, value in given.items():
        monkeypatch.setenv(f"DANVAN_{name}", value.format(folder=folder))
    code, told = run(capfd, *line.format(folder=folder, used=used).split())
    assert code == 2, told
    assert says in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1, told
    typed = {*line.split(), *given.values(), *(f"DANVAN_{name}" for name in given)}
    prose = " ".join(word for word in told.replace(str(folder), "").split() if word.strip(".,“”()") not in typed)
    assert not ENGLISH.search(re.sub(r"DANVAN_\w+|--\w+|danvan [\w -]+|'[A-Z]+'", "", prose)), told
    assert [path for path in sorted(folder.rglob("*")) if path not in before and "sqlite3-" not in path.name] == []


def test_a_file_that_is_no_archive_is_told(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "archive.sqlite3").write_bytes(b"This is a letter. " * 500)
    code, told = run(capfd, "health")
    assert code == 1
    assert "tệp không phải kho SQLite" in told


def test_a_database_that_is_away_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANVAN_DATABASE_URL", "postgresql://danvan:bi-mat@127.0.0.1:1/danvan")
    code, told = run(capfd, "health")
    assert code == 1
    assert "máy chủ không nhận kết nối" in told
    assert "bi-mat" not in told


def test_a_misspelt_setting_is_warned_of_with_the_nearest_name(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DANVAN_TELEGRAM_TOKN", "x")
    (folder / ".env").write_text("DANVAN_CRAWL_DELY=2\n", encoding="utf-8")
    code, told = run(capfd, "documents")
    assert code == 0
    assert "DANVAN_TELEGRAM_TOKN. Có phải DANVAN_TELEGRAM_TOKEN?" in told
    assert "DANVAN_CRAWL_DELY. Có phải DANVAN_CRAWL_DELAY?" in told


def test_a_pause_without_a_date_lasts_until_it_is_taken_back(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run(capfd, "subscribers", "add-mail", "phong@vidu.vn")
    assert run(capfd, "subscribers", "pause", "1")[0] == 0
    assert run(capfd, "subscribers", "pause", "1", "--until", "31/01/2099")[0] == 0
    assert run(capfd, "subscribers", "resume", "1")[0] == 0
