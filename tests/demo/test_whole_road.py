"""From the replicas' front doors to the outbox, by the real run: what must be announced is, once, and nothing else."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import urlsplit

import pytest
import trafilatura
from sqlalchemy import Engine, select
from sqlalchemy.orm import undefer

from crawlers.catalogue import catalogue_of
from danvan.demo.server import ReplicaSites
from flows.run import RunResult, run_sources
from flows.steps import Window
from foundation.clock import HANOI
from foundation.settings import Settings
from models.database import migrate, open_engine, transaction
from models.storing.reading import extract_page, page_value
from models.tables.articles import ArticleRow
from models.tables.crawl import PageRow, UrlRow
from models.tables.documents import DocumentRow
from tests.demo.truth import expected, expected_alerts, is_central, publish_new

pytestmark = pytest.mark.slow

SITES = ("demo-laocai", "demo-thanhhoa")
"""The one reports a document of the other: one alert for both."""


@pytest.fixture
def road(tmp_path: Path) -> Iterator[tuple[ReplicaSites, Engine, Settings]]:
    today = datetime.now(HANOI).date()
    with ReplicaSites(today, only=SITES) as sites:
        sites.write_sources(tmp_path / "sources")
        config = Settings(
            database_url=f"sqlite:///{tmp_path / 'archive.sqlite3'}",
            sources_dir=tmp_path / "sources",
            allow_hosts=("127.0.0.1",),
            crawl_delay=0,
        )
        engine = open_engine(config.database_url)
        migrate(engine)
        yield sites, engine, config
        engine.dispose()


def harvest(engine: Engine, config: Settings, *sites: str) -> RunResult:
    return asyncio.run(run_sources(engine, config, sites or SITES, Window(), clock=lambda: datetime.now(UTC)))


def announced(engine: Engine) -> Counter[tuple[str, str | None]]:
    with engine.connect() as connection:
        query = select(DocumentRow.symbol, DocumentRow.province).where(DocumentRow.announced_at.is_not(None))
        return Counter((symbol, None if is_central(symbol) else place) for symbol, place in connection.execute(query))


def stored_and_cleaned(engine: Engine, config: Settings, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Of each page that a harvest stored an article of: its status, and how often trafilatura is asked to read it."""
    asking = Mock(wraps=trafilatura.bare_extraction)
    monkeypatch.setattr(trafilatura, "bare_extraction", asking)
    found = []
    with transaction(engine) as session:
        for page, text, status in session.execute(
            select(PageRow, ArticleRow.text, ArticleRow.status)
            .join(ArticleRow, ArticleRow.page_id == PageRow.id)
            .options(undefer(PageRow.body))
        ):
            asking.reset_mock()
            assert extract_page(page_value(page), catalogue_of(config).get(page.source_id)).text == text
            found.append((status, asking.call_count))
    monkeypatch.undo()
    return found


def test_first_harvest_then_a_quiet_one_then_one_new_directive(
    road: tuple[ReplicaSites, Engine, Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    sites, engine, config = road
    articles = [page for page in expected(sites) if page.truth.status in {"article", "protected"}]

    first = harvest(engine, config)
    assert announced(engine) == Counter(expected_alerts(articles))
    with engine.connect() as connection:
        titles = set(connection.execute(select(ArticleRow.title)).scalars())
    assert titles == {page.title.replace("Ð", "Đ") for page in articles}
    assert first.form()["alerts_queued"] == len(expected_alerts(articles))

    cleaned = stored_and_cleaned(engine, config, monkeypatch)
    assert len(cleaned) == len(articles)
    assert all(asked for status, asked in cleaned if status == "article")
    assert Counter(status for status, _ in cleaned) == Counter(str(page.truth.status) for page in articles)

    with engine.connect() as connection:
        states = Counter(connection.execute(select(UrlRow.state)).scalars())
    fetched = [
        page for page in expected(sites) if not sites.replicas[page.site].story(page.id).traits & {"photo", "video"}
    ]
    assert states == Counter([page.state for page in fetched] + ["disallowed"])

    sites.requests.clear()
    second = harvest(engine, config)
    paths = {(page.site, urlsplit(page.url).path) for page in expected(sites)}
    assert [request for request in sites.requests if request in paths] == []
    assert (second.form()["articles_new"], second.form()["alerts_queued"]) == (0, 0)

    publish_new(
        sites,
        "demo-laocai",
        "Tỉnh ủy ban hành Chỉ thị về công tác dân vận ở vùng tái định cư",
        "Ban Thường vụ Tỉnh ủy vừa ban hành Chỉ thị số 31-CT/TU về công tác dân vận ở vùng tái định cư.",
        "Chỉ thị yêu cầu cấp ủy các xã cử cán bộ về ở cùng dân, nghe và giải quyết kiến nghị ngay tại bản.",
        section="chinh-tri/xay-dung-dang",
        at=datetime.now(UTC) - timedelta(minutes=30),
    )
    third = harvest(engine, config, "demo-laocai")
    assert (third.form()["articles_new"], third.form()["alerts_queued"]) == (1, 1)
    assert announced(engine) == Counter({*expected_alerts(articles), ("31-CT/TU", "15")})
