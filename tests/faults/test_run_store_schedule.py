"""Runs that are killed, meet each other, or find their files changed under them (54–64)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from analysis import data_files
from analysis.relevance_rules import load_rules
from crawlers.catalogue import load_catalogue
from flows.share import find_source
from foundation.errors import ConfigurationError, UnknownSourceError
from foundation.settings import Settings
from models.database import transaction
from models.runs.ledger import beat, start_run
from models.storing.store import read_waiting_pages
from models.tables import ArticleRow, LockRow, PageRow, RunRow
from notifications.checks import check_dead_runs
from tests.cli.test_command import DANVAN
from tests.faults.papers import Press, story
from tests.faults.road import NOW, PAPERS, Road, markup
from tests.faultserver import FaultServer, response
from tests.faultserver.server import Request, Writer
from tests.notifications.conftest import Office


def start(press: Press, *words: str, **settings: str) -> subprocess.Popen[str]:
    """The real command on this archive and catalogue."""
    given = {
        "DATABASE_URL": press.url, "SOURCES_DIR": str(press.folder), "ALLOW_HOSTS": "127.0.0.1", "CRAWL_DELAY": "0",
    } | settings  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith("DANVAN_")}
    return subprocess.Popen(
        [str(DANVAN), *words],
        env=clean | {f"DANVAN_{name}": value for name, value in given.items()},
        cwd=press.folder.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def answer(child: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = child.communicate(timeout=150)
    return child.returncode, out, err


def eventually(look: Any, seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def let_the_lease_run_out(press: Press) -> None:
    """Three minutes pass."""
    with transaction(press.engine) as session:
        session.execute(update(LockRow).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))


def kill_with_children(child: subprocess.Popen[str]) -> None:
    """SIGKILL to a run and to all processes under it, as when the machine's memory is at an end."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [(int(pid), int(parent)) for pid, parent in map(str.split, listed.splitlines())]
    doomed = [child.pid]
    for above in doomed:  # grows meanwhile: the crawls stand two below the run
        doomed += [pid for pid, parent in pairs if parent == above]
    for pid in doomed:
        os.kill(pid, signal.SIGKILL)
    child.wait(10)


@pytest.mark.slow
def test_54_55_57_58_a_second_run_ends_with_a_sentence_and_a_killed_one_is_taken_up(press: Press) -> None:
    press.paper("bao-thu", 1, 2, 3)
    released: list[bool] = []
    asked: list[str] = []

    async def hangs(request: Request, writer: Writer) -> None:
        asked.append(request.path)
        if released:
            body = story(3).encode()
            writer.write(b"HTTP/1.1 200 X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
            return
        await asyncio.sleep(200)

    press.server.answers["/dan-van-kheo-103.html"] = hangs
    first = start(press, "run", "--source", "bao-thu", "--json", REQUEST_TIME_LIMIT="200")
    try:
        eventually(lambda: asked)
        code, out, err = answer(start(press, "run", "--source", "bao-thu"))
        assert (code, out) == (1, "")
        assert "Một lượt khác đang chạy từ" in err
        assert "khóa tự hết hạn" in err
        assert "Traceback" not in err
        eventually(lambda: press.server.paths().count("/dan-van-kheo-102.html") == 1)
    finally:
        kill_with_children(first)

    let_the_lease_run_out(press)
    released.append(True)
    code, out, err = answer(start(press, "run", "--source", "bao-thu", "--json"))
    assert code == 0, err
    with transaction(press.engine) as session:
        runs = [
            (run.status, run.finished_at is not None) for run in session.scalars(select(RunRow).order_by(RunRow.id))
        ]
        titles = session.scalars(select(ArticleRow.title).order_by(ArticleRow.title)).all()
    assert runs == [("crashed", True), ("done", True)]
    assert titles == [f"Dân vận khéo ở thôn số {number}" for number in (1, 2, 3)]
    assert json.loads(out)["run"] == 2
    told = press.to_operator()
    assert told.count("đã dừng giữa chừng") == 1
    assert "Lượt 1, bắt đầu" in told
    fetched = [path for path in press.server.paths() if path in {"/dan-van-kheo-101.html", "/dan-van-kheo-102.html"}]
    assert len(fetched) == 2, "what was kept is not asked for again"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_54_a_run_that_the_system_stops_gives_back_what_it_holds(press: Press, number: signal.Signals) -> None:
    press.paper("bao-thu", 1, 2, 3)
    asked: list[str] = []

    async def slow(request: Request, writer: Writer) -> None:
        asked.append(request.path)
        await asyncio.sleep(2 if len(asked) == 1 else 0)
        writer.write(response(story(3)))
        await writer.drain()

    press.server.answers["/dan-van-kheo-103.html"] = slow
    first = start(press, "run", "--source", "bao-thu", "--json")
    eventually(lambda: asked)
    first.send_signal(number)
    code, _, err = answer(first)
    assert code not in {0, -number}
    assert "Traceback" not in err
    code, _, err = answer(start(press, "run", "--source", "bao-thu", "--json"))
    assert code == 0, err
    with transaction(press.engine) as session:
        assert len(session.scalars(select(ArticleRow.title)).all()) == 3


def test_57_the_watch_finds_a_killed_run_within_minutes(engine: Engine) -> None:
    office = Office(engine, Settings.model_validate({"telegram_token": None, "admin_chat": None}))
    with transaction(engine) as session:
        dead, alive = (start_run(session, kind=kind, now=NOW) for kind in ("harvest", "backfill"))
    watch = NOW + timedelta(minutes=11)
    with transaction(engine) as session:
        beat(session, alive, watch - timedelta(minutes=1))
    assert check_dead_runs(engine, office.settings, NOW + timedelta(minutes=9)) == 0
    assert check_dead_runs(engine, office.settings, watch) == 1
    assert check_dead_runs(engine, office.settings, watch) == 0
    with transaction(engine) as session:
        states = {run.id: run.status for run in session.scalars(select(RunRow))}
    assert states == {dead: "crashed", alive: "running"}
    (told,) = office.texts_to_operators()
    assert "08:00 ngày 05/09/2026" in told


@pytest.fixture
def other() -> Iterator[FaultServer]:
    with FaultServer() as server:
        yield server


@pytest.mark.slow
def test_61_entries_spoilt_before_or_during_a_run_are_named_with_their_line_and_the_others_run(
    press: Press, other: FaultServer
) -> None:
    spoilt = press.paper("bao-hong", 1)
    press.paper("bao-thu", 2, server=other)
    press.settings["sources_at_once"] = 1

    def edit(source_id: str) -> None:
        if source_id == "bao-hong":
            spoilt.write_text(spoilt.read_text("utf-8").replace("sections", "sectoins"), "utf-8")

    (press.folder / "sai.yaml").write_text("id: sai\nname: Báo Sai\nhome: https://sai.example/\nfeedz: []\n", "utf-8")
    (press.folder / "hai.yaml").write_text((press.folder / "bao-thu.yaml").read_text("utf-8"), "utf-8")
    refused = tuple(map(str, load_catalogue(press.folder).problems))

    result = press.run("bao-hong", "bao-thu", between=edit, refused=refused)
    hurt, well = result.sources
    assert (hurt.status, well.status, well.articles_new) == ("crashed", "ok", 1)
    for words in (str(spoilt), "dòng 6", "sectoins"):
        assert words in hurt.message
    told = press.to_operator()
    assert all(words in told for words in ("bao-hong", "sai.yaml, dòng 4", "“feedz”", "hai.yaml"))
    assert len(result.faults) == 2
    assert result.needs_a_person


def test_61_an_entry_that_is_gone_is_said_in_a_sentence(press: Press) -> None:
    with pytest.raises(UnknownSourceError, match="Không có nguồn “bao-mat”"):
        find_source("bao-mat", press.config)


def test_62_a_missing_rule_file_stops_the_reading_and_the_pages_wait(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=r"relevance\.yaml"):
        load_rules(relevance=tmp_path / "relevance.yaml")
    monkeypatch.setattr(data_files, "DATA", tmp_path)
    with pytest.raises(ConfigurationError, match=r"kinds\.yaml"):
        data_files.read_data.__wrapped__("kinds.yaml")
    (tmp_path / "kinds.yaml").write_text("kinds:\n  - [\n", "utf-8")
    with pytest.raises(ConfigurationError, match=r"kinds\.yaml, dòng \d"):
        data_files.read_data.__wrapped__("kinds.yaml")

    def broken(*_: object, **__: object) -> Any:
        return data_files.read_data.__wrapped__("kinds.yaml")

    road = Road(engine)
    road.land("bao-0", markup())
    with pytest.raises(ConfigurationError):
        read_waiting_pages(engine, PAPERS, now=NOW, read=broken, run_id=road.run)
    monkeypatch.undo()
    with transaction(engine) as session:
        assert session.scalars(select(PageRow.read_state)).all() == ["waiting"]
    road.read()
    article = road.articles()["bao-0"]
    with transaction(engine) as session:
        assert article.rules == session.scalars(select(PageRow.read_rules)).one()
    assert len(article.rules) > 8
