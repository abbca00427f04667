"""The whole road by `run_sources`: replica papers over loopback, child processes, archive, outbox, console."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import undefer

from danvan.demo.server import ReplicaSites
from flows.run import RunResult, Seats, deliver_aside, run_sources
from flows.steps import Window
from foundation.clock import HANOI
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.runs.ledger import SourceOutcome
from models.tables import AlertRow, ArticleRow, DocumentRow, EventRow, LedgerRow, RunSourceRow
from tests.demo.truth import expected, expected_alerts
from tests.faultserver import FaultServer
from tests.faultserver.faults import drip
from tests.models.papers import Press

YESTERDAY = (datetime.now(HANOI) - timedelta(days=1)).date()

pytestmark = pytest.mark.slow


def settings_for(database_url: str, folder: Path, **more: object) -> Settings:
    return Settings.model_validate(
        {
            "database_url": database_url,
            "sources_dir": folder,
            "allow_hosts": ("127.0.0.1",),
            "crawl_delay": 0,
            "telegram_token": None,
            "smtp_url": None,
            "admin_chat": None,
            "source_time_limit": 90,
            **more,
        }
    )


def harvest(engine: Engine, config: Settings, names: list[str], window: Window | None = None) -> RunResult:
    work = run_sources(
        engine, config, names, window or Window(), clock=lambda: datetime.now(UTC), deliver_step=deliver_aside
    )
    return asyncio.run(work)


def announced(engine: Engine, *, told: bool = False) -> Counter[tuple[str, str | None]]:
    """The documents found new; `told`: those of them that the default rule alerts of."""
    query = select(DocumentRow.symbol, DocumentRow.province).join(EventRow, EventRow.document_id == DocumentRow.id)
    with transaction(engine) as session:
        rows = session.execute(query.join(AlertRow, AlertRow.event_id == EventRow.id) if told else query).all()
    return Counter((symbol, province) for symbol, province in rows)


ONE_QUESTION_AWAY = {("12/CĐ-UBND", "92"), ("19-CT/TU", "22"), ("27/2026/NQ-HĐND", "31"), ("29-CTr/TU", "66")}
"""New documents of the replicas that concern no dân vận: a spring tide, fires, a council's own, work on ideology."""


@pytest.mark.xdist_group("road")
def test_the_road_from_front_door_to_alert(engine: Engine, database_url: str, tmp_path: Path) -> None:
    with ReplicaSites(YESTERDAY) as sites:
        sites.write_sources(tmp_path)
        config = settings_for(database_url, tmp_path)
        names = sorted(sites.sites)
        first = harvest(engine, config, names)
        assert not first.needs_a_person, first.form()
        assert set(announced(engine)) == set(expected_alerts(expected(sites)))
        assert announced(engine, told=True) == announced(engine) - Counter(ONE_QUESTION_AWAY)
        _ledger_adds_up(engine, first)

        sites.requests.clear()
        second = harvest(engine, config, names)
        articles = {page.url for page in expected(sites) if page.truth.status == "article"}
        asked = {sites.sites[site].rstrip("/") + path for site, path in sites.requests}
        assert not articles & asked, "an article was fetched again"
        assert second.form()["articles_new"] == 0
        assert second.alerts_sent == 0


def _ledger_adds_up(engine: Engine, result: RunResult) -> None:
    with transaction(engine) as session:
        for source in result.sources:
            rows = session.scalar(
                select(func.count()).where(LedgerRow.run_id == result.run, LedgerRow.source_id == source.id)
            )
            assert rows == source.discovered == sum(source.states.values()), source
            part = session.get_one(RunSourceRow, (result.run, source.id), options=[undefer(RunSourceRow.log)])
            assert "INFO flows.share: crawled: ok" in part.log, "its process's log is kept with the run"
            assert "scrapy" not in part.log, "it would be filled with every page that is stored"
        articles = session.scalar(select(func.count()).select_from(ArticleRow))
    assert articles == sum(source.articles_new for source in result.sources)


@pytest.mark.xdist_group("road")
def test_a_paper_that_is_down_leaves_the_others_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    with ReplicaSites(YESTERDAY, only=["demo-thanhhoa"]) as sites:
        sites.write_sources(tmp_path)
        (tmp_path / "down.yaml").write_text(
            "id: down\nname: Báo hỏng\nhome: http://127.0.0.1:9/\nfamily: onecms\nsections: [/chinh-tri]\n",
            encoding="utf-8",
        )
        result = harvest(engine, settings_for(url, tmp_path), ["down", "demo-thanhhoa"])
    by_id = {source.id: source for source in result.sources}
    assert by_id["down"].status == "unreachable"
    assert by_id["demo-thanhhoa"].status == "ok"
    assert result.needs_a_person
    assert json.loads(json.dumps(result.form()))["articles_new"] > 0


@pytest.mark.xdist_group("road")
def test_a_backfill_alerts_nobody(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'archive.sqlite3'}"
    engine = open_engine(url)
    migrate(engine)
    with ReplicaSites(YESTERDAY, only=["demo-thanhhoa"]) as sites:
        sites.write_sources(tmp_path)
        window = Window(since=YESTERDAY - timedelta(days=40), until=YESTERDAY, backfill=True)
        result = harvest(engine, settings_for(url, tmp_path), ["demo-thanhhoa"], window)
    assert result.form()["articles_new"] > 5
    assert not announced(engine)


def test_the_articles_of_a_visit_that_was_killed_count_in_the_run(engine: Engine, database_url: str) -> None:
    """A worker is lost when its child has read two articles, one hidden; the next reads a third, and a page waits."""
    press = Press(engine)

    async def visited_twice(source: str, run_id: int, *_: object) -> SourceOutcome:
        press.run_id, press.now = run_id, datetime.now(UTC)
        press.print(source, "1", "Một", "Một bài dài về công tác dân vận ở cơ sở.")
        press.print(source, "2", "Hai", status="protected")
        second = press.print(source, "3", "Ba", "Một bài khác hẳn, viết về mùa màng và chợ phiên.")
        press.land(source, "4", "Bốn", "Trang này còn chờ người đọc.")
        return SourceOutcome(source, "ok", "", articles_new=second.articles_new)

    config = settings_for(database_url, Path())
    work = run_sources(
        engine, config, ["thanh-hoa"], Window(), clock=lambda: datetime.now(UTC), source_step=visited_twice
    )
    (told,) = asyncio.run(work).sources
    with transaction(engine) as session:
        (part,) = session.scalars(select(RunSourceRow)).all()
    assert (told.articles_new, part.articles_new, told.states) == (3, 3, {"new": 3, "protected": 1})


@pytest.mark.soak
def test_sixty_papers_that_drip_hold_nobody_up(tmp_path: Path) -> None:
    """A byte a second from sixty hosts at once: each costs its own limit and no more, and a healthy paper is read."""
    url, papers, limit = f"sqlite:///{tmp_path / 'archive.sqlite3'}", 60, 2.0
    engine = open_engine(url)
    migrate(engine)
    with ExitStack() as stack:
        sites = stack.enter_context(ReplicaSites(YESTERDAY, only=["demo-thanhhoa"]))
        sites.write_sources(tmp_path)
        for number in range(papers):
            server = stack.enter_context(FaultServer({"/robots.txt": drip}))
            (tmp_path / f"drip-{number}.yaml").write_text(
                f"id: drip-{number}\nname: Báo chậm {number}\nhome: {server.origin}/\nfamily: onecms\nsections: [/chinh-tri]\n"
            )
        names = [*(f"drip-{number}" for number in range(papers)), "demo-thanhhoa"]
        config = settings_for(url, tmp_path, sources_at_once=16, request_time_limit=limit, source_time_limit=30)
        started = time.monotonic()
        result = harvest(engine, config, names)
        seconds = time.monotonic() - started
    by_id = {source.id: source for source in result.sources}
    assert by_id.pop("demo-thanhhoa").status == "ok"
    assert {source.status for source in by_id.values()} <= {"unreachable", "timed_out"}
    assert all(source.message for source in by_id.values())
    assert seconds < papers * limit * 2, "side by side, not one after another"
    engine.dispose()


def test_a_host_that_asked_to_wait_is_left_alone_until_then(engine: Engine, database_url: str, tmp_path: Path) -> None:
    asked: list[str] = []

    async def step(source_id: str, _run: int, _window: Window, _config: Settings, _seats: Seats) -> SourceOutcome:
        asked.append(source_id)
        return SourceOutcome(source_id, "waiting", "Báo yêu cầu chờ.", retry_at=datetime.now(UTC) + timedelta(hours=5))

    def run(after: timedelta) -> RunResult:
        work = run_sources(
            engine,
            settings_for(database_url, tmp_path),
            ["patient"],
            Window(),
            clock=lambda: datetime.now(UTC) + after,
            source_step=step,
            deliver_step=None,
        )
        return asyncio.run(work)

    run(timedelta())
    (source,) = run(timedelta(hours=1)).sources
    assert asked == ["patient"]
    assert source.status == "waiting"
    assert "lượt này không gọi" in source.message
    run(timedelta(hours=6))
    assert asked == ["patient", "patient"]
