"""One source's share of a harvest, in a process of its own (`flows.child`): crawl, then read what has landed.

SIGTERM ends the crawl gracefully (what was asked for is finished, the rest stays due) and the reading between two
pages, so a stopped child loses nothing.
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import configure_mappers

from crawlers.catalogue import catalogue_of, load_families
from crawlers.crawl import crawl
from crawlers.extraction.clean import clean
from crawlers.options import CrawlOptions
from crawlers.source import Source
from crawlers.values import CrawlReport, Page, SourceStatus
from flows.decide import standing
from flows.steps import Window
from foundation.clock import utc_now
from foundation.errors import ConfigurationError, DanvanError
from foundation.settings import Settings, settings
from models.database import open_engine, transaction
from models.landing.keeper import DatabaseKeeper
from models.runs.health import new_pages
from models.runs.lease import release, renew
from models.runs.ledger import SourceOutcome
from models.storing.reading import extract_page, read_article, reading_version
from models.storing.report import ReadReport
from models.storing.store import read_waiting_pages
from models.tables import load_all
from notifications.outbox import announce

log = logging.getLogger(__name__)

_PAGE = "<title>Dân vận khéo</title><h1>Dân vận khéo</h1><p>Nghị quyết số 01-NQ/TW.</p>"


def prepare() -> None:
    """Load what every source's share needs and none changes: the rules, the families, the tables' mapping.

    A fault in a rule file is not told here but to the child that reads by it.
    """
    load_all()
    configure_mappers()
    with suppress(DanvanError):
        reading_version()
        load_families()
        # As every child reads its first page: trafilatura, the lists of words and their expressions are loaded then.
        extract_page(Page("", "", "", "", 200, {}, _PAGE.encode(), utc_now()), None)
        clean(_PAGE)
        read_article("Dân vận khéo", "", "Nghị quyết số 01-NQ/TW.", province=None, published=None)


def share(*, source_id: str, run_id: int, window: Window, owner: str, length: timedelta) -> SourceOutcome:
    """Crawl and read a source whose leases `owner` has taken. Settings come from the environment.

    It takes the leases for so long as an orphan may need them: one that was killed before has not.

    Raises ConfigurationError with file and line where the source's entry was broken since the run began,
    UnknownSourceError where it is gone, StoreError when the archive fails.
    """
    config = settings()
    source = find_source(source_id, config)
    stops: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stops.append(number))
    engine = open_engine(config.database_url)
    try:
        if not renew(engine, owner, utc_now(), length):
            return SourceOutcome(source_id, SourceStatus.BUSY, "Bắt đầu quá muộn: lượt khác đã nhận nguồn này.")
        crawled = _crawl(engine, source, run_id, window, config)
        log.info("crawled: %s %s %s, %s requests", crawled.status, crawled.message, crawled.states, crawled.requests)
        read = _read(engine, source, run_id, window, config, lambda: bool(stops))
        log.info("read: %s, %s new articles, %s new documents", read.states, read.articles_new, read.documents_new)
        with transaction(engine) as session:
            new = new_pages(session, [source.id], utc_now())[source.id]
    finally:
        # A parent that was killed cannot give them back: they end when the host may be asked again.
        renew(engine, owner, utc_now(), timedelta(seconds=max(config.crawl_delay, source.crawl_delay or 0.0)))
        engine.dispose()
    return standing(_outcome(crawled, read), new, utc_now())


def give_up(owner: str) -> None:
    """Give the leases of a visit back whose process is about to be killed."""
    engine = open_engine(settings().database_url)
    release(engine, owner)
    engine.dispose()


def find_source(source_id: str, config: Settings) -> Source:
    """The source, from the catalogue as it is now. Raises as `share`."""
    catalogue = catalogue_of(config)
    for problem in catalogue.problems:
        if problem.path and problem.path.stem == source_id:
            raise ConfigurationError(f"mục của nguồn đã sửa hỏng trong lúc chạy: {problem}")
    return catalogue.get(source_id)


def _crawl(engine: Engine, source: Source, run_id: int, window: Window, config: Settings) -> CrawlReport:
    options = CrawlOptions.of(config, since=window.since, until=window.until, backfill=window.backfill)
    started = time.monotonic()
    try:
        return crawl(source, DatabaseKeeper(engine, run_id, utc_now), options)
    except Exception as error:
        log.exception("the crawl broke")
        seconds = time.monotonic() - started
        return CrawlReport(source.id, SourceStatus.CRASHED, f"Thu thập dừng vì lỗi: {error!r}", 0, {}, 0, seconds)


def _read(
    engine: Engine, source: Source, run_id: int, window: Window, config: Settings, stopped: Callable[[], bool]
) -> ReadReport:
    return read_waiting_pages(
        engine,
        {source.id: source},
        now=utc_now(),
        run_id=run_id,
        source_id=source.id,
        window_days=config.alert_window_days,
        announce=None if window.backfill else announce,
        stopped=stopped,
    )


def _outcome(crawled: CrawlReport, read: ReadReport) -> SourceOutcome:
    return SourceOutcome(
        id=crawled.source_id,
        status=crawled.status,
        message=crawled.message,
        discovered=crawled.discovered,
        states=dict(crawled.states),
        skipped=dict(crawled.skipped),
        articles_new=read.articles_new,
        documents_new=read.documents_new,
        alerts_queued=read.alerts_queued,
        requests=crawled.requests,
        moved_to=crawled.moved_to,
        words=tuple(read.words),
        retry_at=datetime.fromisoformat(crawled.retry_at) if crawled.retry_at else None,
    )
