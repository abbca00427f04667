"""Reading the archive again under new rules: from the stored pages, without one request to a paper.

Article ids stay, nobody is alerted, no version is kept (the paper changed nothing; our rules did). Articles whose page
is gone (pruned) are read again from their stored text.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, aliased, undefer

from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus, UrlState
from foundation.errors import ConfigurationError, StoreError
from foundation.settings import HANOI
from models.database import one_writer, transaction
from models.storing.articles import Given, store_article
from models.storing.news import Alerting
from models.storing.reading import Extractor, Reader, extract_page, page_value, published_on, read_article, understand
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, PageRow, UrlRow

log = logging.getLogger(__name__)

SILENT = Alerting(None)


@dataclass
class ReprocessReport:
    """What a second reading came to."""

    read: int = 0
    """Pages and texts that were read."""
    changed: int = 0
    """Articles whose grade, topics or documents are others than before."""
    failed: int = 0
    articles_new: int = 0
    """Pages that are articles under the new rules and were none before."""
    failures: list[tuple[str, str]] = field(default_factory=list)
    stopped: bool = False
    seconds: float = 0.0

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class _Task:
    page_id: int | None
    article_id: int | None


def reprocess(
    engine: Engine,
    catalogue: Mapping[str, Source],
    *,
    now: datetime,
    since: date | None = None,
    read: Reader = read_article,
    extract: Extractor = extract_page,
    window_days: int = 30,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> ReprocessReport:
    """Read every stored page again (the newest body of each URL), or those fetched since a day in Hà Nội.

    One transaction a page, so it can be stopped and begun again at any time. `window_days` is taken for the sake of
    one call for all readings: nobody is alerted here. Raises StoreError when the database fails.
    """
    _ = window_days
    started = time.monotonic()
    report = ReprocessReport()
    work = _work(engine, since)
    for done, one in enumerate(work):
        if stopped():
            report.stopped = True
            break
        _again(engine, one, catalogue, read, extract, now, report)
        if progress:
            progress(done + 1, len(work))
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _work(engine: Engine, since: date | None) -> list[_Task]:
    """The newest page of every URL that has been read or could not be, then articles that have no page any more."""
    begin = datetime.combine(since, clock_time(), HANOI) if since else None
    newer = aliased(PageRow)
    superseded = select(newer.id).where(
        newer.source_id == PageRow.source_id,
        newer.key == PageRow.key,
        (newer.fetched_at > PageRow.fetched_at) | ((newer.fetched_at == PageRow.fetched_at) & (newer.id > PageRow.id)),
    )
    pages = select(PageRow.id).where(PageRow.read_state != "waiting", ~superseded.exists())
    bare = select(ArticleRow.id).where(ArticleRow.page_id.is_(None))
    if begin is not None:
        pages = pages.where(PageRow.fetched_at >= begin)
        bare = bare.where(ArticleRow.first_seen_at >= begin)
    with transaction(engine) as session:
        landed = [_Task(page_id, None) for page_id in session.scalars(pages.order_by(PageRow.fetched_at, PageRow.id))]
        return landed + [_Task(None, article_id) for article_id in session.scalars(bare.order_by(ArticleRow.id))]


def _again(
    engine: Engine,
    work: _Task,
    catalogue: Mapping[str, Source],
    read: Reader,
    extract: Extractor,
    now: datetime,
    report: ReprocessReport,
) -> None:
    url = ""
    try:
        with transaction(engine) as session:
            held = _load(session, work)
        url = held.url
        given = _read_again(held, work, catalogue, read, extract)
        with transaction(engine) as session:
            one_writer(session)
            _restore(session, work, given, now, report)
        report.read += 1
    except (StoreError, ConfigurationError):  # a broken rule file is no fault of this page
        raise
    except Exception as error:
        log.exception("Không đọc lại được %s", url)
        report.failed += 1
        report.failures.append((url, f"{type(error).__name__}: {error}"[:500]))


def _load(session: Session, work: _Task) -> Page | ArticleRow:
    if work.page_id is not None:
        return page_value(session.get_one(PageRow, work.page_id, options=[undefer(PageRow.body)]))
    return session.get_one(ArticleRow, work.article_id)


def _read_again(
    held: Page | ArticleRow, work: _Task, catalogue: Mapping[str, Source], read: Reader, extract: Extractor
) -> Given | Extract:
    source = catalogue.get(held.source_id)
    if isinstance(held, ArticleRow):
        return _from_text(held, source, read)
    return _keeping_versions_out(understand(work.page_id, held, source, read, extract))


def _keeping_versions_out(given: Given | Extract) -> Given | Extract:
    if isinstance(given, Extract):
        return given
    return Given(
        given.source_id, given.key, given.page_id, given.extract, given.reading, given.first_seen, keep_version=False
    )


def _from_text(article: ArticleRow, source: Source | None, read: Reader) -> Given:
    """An article whose page is gone, read from its own row."""
    extract = Extract(
        status=PageStatus(article.status),
        url=article.url,
        title=article.title,
        lead=article.lead,
        text=article.text,
        author=article.author,
        published_at=article.published_at,
        date_from=article.date_from,
        section=article.section,
        origin=article.origin,
        flags=tuple(article.flags),
    )
    province = source.province if source is not None else article.province
    day = published_on(article.published_at)
    reading = read(article.title, article.lead, article.text, province=province, published=day)
    return Given(article.source_id, article.key, None, extract, reading, article.first_seen_at, keep_version=False)


def _restore(session: Session, work: _Task, given: Given | Extract, now: datetime, report: ReprocessReport) -> None:
    page = session.get(PageRow, work.page_id) if work.page_id is not None else None
    if isinstance(given, Extract):
        if page is not None:
            page.page_status, page.read_state, page.read_error = given.status.value, "read", None
        return
    article = session.scalar(
        select(ArticleRow).where(ArticleRow.source_id == given.source_id, ArticleRow.key == given.key)
    )
    before = _looks(session, article) if article is not None else None
    removed = article.removed_at if article is not None else None
    stored = store_article(session, given, now, SILENT)
    if stored.article_id is not None and article is not None:
        article.removed_at = removed  # a reading says nothing about whether the paper still has it
    report.articles_new += stored.state is UrlState.NEW
    report.changed += before is not None and before != _looks(session, article)
    if page is not None:
        page.page_status, page.read_state = given.extract.status.value, "read"
        page.read_rules, page.read_error = given.reading.rules, None
        url = session.get(UrlRow, (page.source_id, page.key))
        if url is not None and stored.state is UrlState.NEW:
            url.state, url.reason = UrlState.NEW.value, ""


def _looks(session: Session, article: ArticleRow | None) -> tuple[object, ...]:
    """What staff see of an article's reading: grade, topics, documents."""
    if article is None:
        return ()
    topics = session.scalars(select(ArticleTopicRow.topic).where(ArticleTopicRow.article_id == article.id))
    named = session.execute(
        select(CitationRow.symbol, CitationRow.role, CitationRow.document_id)
        .where(CitationRow.article_id == article.id)
        .order_by(CitationRow.id)
    )
    return article.grade, tuple(sorted(topics)), tuple(tuple(row) for row in named)


def left_to_read(session: Session, rules: str) -> int:
    """How many articles were read under other rules than these: what a reprocess would touch."""
    return session.scalar(select(func.count()).select_from(ArticleRow).where(ArticleRow.rules != rules)) or 0
