"""A backfill and a reprocess over the workers of a Dask cluster: the same flows as on one machine."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from benchmarks.many_sites import ManySites
from benchmarks.reprocess import land
from models.database import transaction
from models.tables import AlertRow, ArticleRow, EventRow, PageRow, RunRow, RunSourceRow
from tests.flows.install import Installed, free_port
from tests.flows.services import Service, service, until

pytestmark = [pytest.mark.prefect, pytest.mark.slow, pytest.mark.xdist_group("prefect")]

CALL = """
import asyncio, importlib, json, sys
module, name = sys.argv[1].split(":")
flow = getattr(importlib.import_module(module), name)
print(json.dumps(asyncio.run(flow(**json.loads(sys.argv[2])))))
"""


@dataclass
class Country:
    """Workers of one thread each, and the environment in which a flow finds their scheduler."""

    installed: Installed
    environment: dict[str, str]
    folder: Path
    workers: list[Service]

    def start(self, flow: str, **parameters: Any) -> subprocess.Popen[str]:
        """A process that runs a flow; it prints what the flow answers."""
        words = [str(self.installed.bin / "python"), "-c", CALL, flow, json.dumps(parameters)]
        log = (self.folder / "flow.log").open("a")
        return subprocess.Popen(
            words, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, stderr=log, text=True
        )

    def answer(self, running: subprocess.Popen[str]) -> Any:
        out, _ = running.communicate(timeout=600)
        assert running.returncode == 0, (self.folder / "flow.log").read_text("utf-8")[-5000:]
        return json.loads(out.splitlines()[-1])

    def log(self, number: int) -> str:
        return (self.folder / f"{number}.log").read_text("utf-8")


@contextmanager
def country(installed: Installed, prefect_api: dict[str, str], name: str, *, workers: int = 2) -> Iterator[Country]:
    port, folder = free_port(), installed.place(name)
    environment = prefect_api | {
        "CREDENTIALS_DIRECTORY": str(installed.secrets),
        "DANVAN_HOME": str(installed.place("home")),
        "DANVAN_SOURCES_DIR": str(folder / "sources"),
        "DANVAN_ALLOW_HOSTS": "127.0.0.1",
        "DANVAN_CRAWL_DELAY": "0",
        "DANVAN_DASK": f"tcp://127.0.0.1:{port}",
    }
    command = [{"2": "1"}.get(word, word) for word in installed.command("dask-worker", port)]
    with ExitStack() as stack:
        stack.enter_context(service(installed.command("dask-scheduler", port), environment, folder / "scheduler.log"))
        made = Country(installed, environment, folder, [])
        for number in range(workers):
            made.workers.append(stack.enter_context(service(command, environment, folder / f"{number}.log")))
        until(lambda: all("Registered to" in made.log(number) for number in range(workers)), "the workers")
        yield made


def note_readings(engine: Engine) -> None:
    """Let the archive note each page whose reading is stored."""
    note = "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
    when = "CREATE TRIGGER note AFTER UPDATE OF read_rules ON page FOR EACH ROW WHEN (NEW.read_rules IS NOT NULL)"
    with transaction(engine) as session:
        session.execute(text("CREATE TABLE reading (page bigint)"))
        session.execute(text(f"{note} $$BEGIN INSERT INTO reading VALUES (NEW.id); RETURN NEW; END$$"))
        session.execute(text(f"{when} EXECUTE FUNCTION note()"))


def readings(engine: Engine) -> list[int]:
    with transaction(engine) as session:
        return list(session.scalars(text("SELECT page FROM reading ORDER BY page")))


def test_a_backfill_is_spread_over_the_workers_and_alerts_nobody(
    installed: Installed, prefect_api: dict[str, str], archive: Engine
) -> None:
    yesterday, papers = date.today() - timedelta(days=1), 4  # noqa: DTZ011 (any day)
    with country(installed, prefect_api, "backfill") as made, ManySites(papers, yesterday) as sites:
        names = sites.write(made.folder / "sources", 0.0)
        since, until_ = (yesterday - timedelta(days=40)).isoformat(), yesterday.isoformat()
        asked = {"sources": names, "since": since, "until": until_, "backfill": True}
        made.answer(made.start("flows.harvest:harvest", **asked))
        logs = [made.log(number) for number in range(2)]
    with transaction(archive) as session:
        assert session.scalars(select(RunRow.kind)).all() == ["backfill"]
        parts = session.scalars(select(RunSourceRow)).all()
        assert {part.source_id: part.status for part in parts} == dict.fromkeys(names, "ok")
        assert sum(part.articles_new for part in parts) == session.scalar(select(func.count(ArticleRow.id)))
        assert all(part.articles_new > 5 for part in parts)
        assert not session.scalar(select(func.count()).select_from(AlertRow))
    assert all(any(f"{name}: ok" in log for name in names) for log in logs), "each worker took its part"


def test_a_reprocess_is_spread_over_the_workers_and_told_as_one(
    installed: Installed, prefect_api: dict[str, str], archive: Engine
) -> None:
    pages = 240
    with country(installed, prefect_api, "reprocess") as made:
        url = archive.url.render_as_string(hide_password=False)
        land(url, made.folder / "sources", pages, heavy=False)
        note_readings(archive)
        report = made.answer(made.start("flows.reprocess:reprocess"))
        assert (report["read"], report["failed"], report["articles_new"]) == (pages, 0, pages)
        assert readings(archive) == sorted(set(readings(archive)))
        assert all(re.search(r"Đã đọc lại [1-9]\d* trang", made.log(number)) for number in range(2)), "both read"


def test_a_reprocess_whose_cluster_is_gone_is_done_by_this_machine(
    installed: Installed, prefect_api: dict[str, str], archive: Engine
) -> None:
    with country(installed, prefect_api, "gone", workers=0) as made:
        land(archive.url.render_as_string(hide_password=False), made.folder / "sources", 12, heavy=False)
        report = made.answer(made.start("flows.reprocess:reprocess"))
    assert (report["read"], report["failed"]) == (12, 0)
    with transaction(archive) as session:
        told = session.scalars(select(EventRow.payload).where(EventRow.kind == "operator")).all()
    assert "Cụm máy Dask" in str(told)


@pytest.mark.soak
def test_a_reprocess_outlives_a_worker(installed: Installed, prefect_api: dict[str, str], archive: Engine) -> None:
    """One of two is killed in the middle and stays away: no page is left out, and none is stored twice."""
    pages = 1_500
    with country(installed, prefect_api, "killed") as made:
        land(archive.url.render_as_string(hide_password=False), made.folder / "sources", pages)
        note_readings(archive)
        running = made.start("flows.reprocess:reprocess")
        until(lambda: len(readings(archive)) >= pages * 2 // 5, "two fifths of the pages")
        made.workers[0].end()
        killed = len(readings(archive))
        report = made.answer(running)
    stored = readings(archive)
    sys.stdout.write(f"\nkilled after {killed} of {pages}: {len(stored)} stored, report {report['read']} read\n")
    assert len(stored) == len(set(stored)) == pages
    assert pages - killed <= report["read"] < pages, "what the dead one read is missing in the report, and only that"
    assert unread(archive) == 0


@pytest.mark.soak
def test_a_reprocess_whose_flow_is_killed_is_ended_by_the_next(
    installed: Installed, prefect_api: dict[str, str], archive: Engine
) -> None:
    """Its readers, which no scheduler can stop, read on for a while; the next shares with them, or waits for them."""
    pages = 800
    with country(installed, prefect_api, "orphans") as made:
        land(archive.url.render_as_string(hide_password=False), made.folder / "sources", pages)
        note_readings(archive)
        running = made.start("flows.reprocess:reprocess")
        until(lambda: len(readings(archive)) >= pages // 5, "a fifth of the pages")
        running.kill()
        running.communicate()
        report = made.answer(made.start("flows.reprocess:reprocess"))
    stored = readings(archive)
    sys.stdout.write(f"\n{len(stored)} stored, {report['read']} of them by the second\n")
    assert len(stored) == len(set(stored)) == pages
    assert unread(archive) == 0


def unread(engine: Engine) -> int:
    with transaction(engine) as session:
        return session.scalar(select(func.count(PageRow.id)).where(PageRow.read_rules.is_(None))) or 0
