"""Reading the archive again under new rules: from the stored pages, without one request to a paper.

Only what was read under other rules than today's is read, in leased batches (`models.storing.batches`): a reading that
was ended goes on where it stood, and several readers share the work. Article ids stay, nobody is alerted, no version is
kept (the paper changed nothing; our rules did). Articles whose page is gone (pruned) are read again from their text.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session, undefer

from analysis.places import code_then
from analysis.values import UNREADABLE_NUMBER
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus, UrlState
from foundation.clock import hanoi_day
from foundation.errors import ConfigurationError, StoreError
from models.database import one_writer, transaction
from models.storing.ahead import with_documents
from models.storing.articles import Given, store_article
from models.storing.batches import Readable, forget_rules, leased_batches, still_to_read, to_read
from models.storing.news import Alerting
from models.storing.reading import (
    Extractor,
    Reader,
    extract_page,
    page_value,
    read_article,
    reading_version,
    status_of,
    understand,
)
from models.storing.reprocess_report import ReprocessReport
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, PageRow, UrlRow

SILENT = Alerting(None)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Rules:
    """How it is read."""

    catalogue: Mapping[str, Source]
    read: Reader
    extract: Extractor
    version: str
    now: datetime


def reprocess(
    engine: Engine,
    catalogue: Mapping[str, Source],
    *,
    now: datetime,
    since: date | None = None,
    everything: bool = False,
    read: Reader = read_article,
    extract: Extractor = extract_page,
    version: str | None = None,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> ReprocessReport:
    """Read every stored page again (the newest body of each URL) whose reading is older than `version`, today's.

    `since`: only those fetched since a day in Hà Nội; `everything`: whatever they were read under. One transaction a
    page, so it can be stopped and begun again at any time. Raises StoreError when the database fails.
    """
    started = time.monotonic()
    report = ReprocessReport()
    rules = _Rules(catalogue, read, extract, version or reading_version(), now)
    if everything:
        forget_rules(engine, since)
    left = to_read(engine, since, rules.version)
    done, total = 0, sum(map(len, left.values()))
    for batch in leased_batches(engine, left):
        ids = still_to_read(engine, batch, rules.version)
        done += len(batch) - len(ids)
        for mapped, row_id in ids:
            if stopped():
                report.stopped = True
                break
            _again(engine, mapped, row_id, rules, report)
            done += 1
            if progress:
                progress(done, total)
        if report.stopped:
            break
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _again(engine: Engine, mapped: Readable, row_id: int, rules: _Rules, report: ReprocessReport) -> None:
    url = ""
    try:
        with transaction(engine) as session:
            held = _load(session, mapped, row_id, rules.version)
            if held is None:  # another process was quicker
                return
            before = _looks(session, held)
        url = held.url
        given = _read_again(held, row_id, rules)
        if isinstance(given, Given):
            given, _ = with_documents(engine, given, rules.now)
        with transaction(engine) as session:
            if engine.dialect.name == "postgresql":  # what a fallen server forgets is read again
                session.execute(text("SET LOCAL synchronous_commit = off"))
            one_writer(session)
            _restore(session, mapped, row_id, given, rules, report)
        if before is not None:
            with transaction(engine) as session:  # nobody waits for what is only compared
                report.compare(before, _looks(session, held) or before)
        report.read += 1
    except (StoreError, ConfigurationError):  # a broken rule file is no fault of this page
        raise
    except Exception as error:
        log.exception("Không đọc lại được %s", url)
        reason = f"{type(error).__name__}: {error}"[:500]
        report.failed += 1
        report.failures.append((url, reason))
        with transaction(engine) as session:
            if mapped is PageRow:
                page = session.get_one(PageRow, row_id)
                page.read_rules, page.read_error = rules.version, reason
            else:
                session.get_one(ArticleRow, row_id).rules = rules.version


def _load(session: Session, mapped: Readable, row_id: int, version: str) -> Page | ArticleRow | None:
    if mapped is ArticleRow:
        article = session.get(ArticleRow, row_id)
        return article if article is not None and article.rules != version else None
    page = session.get(PageRow, row_id, options=[undefer(PageRow.body)])
    return page_value(page) if page is not None and page.read_rules != version else None


def _read_again(held: Page | ArticleRow, row_id: int, rules: _Rules) -> Given | Extract:
    source = rules.catalogue.get(held.source_id)
    if isinstance(held, ArticleRow):
        return _from_text(held, source, rules)
    given = understand(row_id, held, source, rules.read, rules.extract, rules.version)
    return given if isinstance(given, Extract) else replace(given, keep_version=False)


def _from_text(article: ArticleRow, source: Source | None, rules: _Rules) -> Given:
    """An article whose page is gone, read from its own row."""
    same = ("url", "title", "lead", "text", "author", "published_at", "date_from", "section", "origin")
    extract = Extract(
        status=PageStatus(article.status),
        flags=tuple(flag for flag in article.flags if flag != UNREADABLE_NUMBER),
        **{name: getattr(article, name) for name in same},
    )
    day = hanoi_day(article.published_at)
    known = source.province if source is not None else article.province
    province = code_then(known, day) if known is not None else None
    reading = rules.read(article.title, article.lead, article.text, province=province, published=day)
    return Given(
        article.source_id, article.key, None, extract, reading, article.first_seen_at, rules.version, keep_version=False
    )


def _restore(
    session: Session,
    mapped: type[PageRow | ArticleRow],
    row_id: int,
    given: Given | Extract,
    rules: _Rules,
    report: ReprocessReport,
) -> None:
    page = session.get(PageRow, row_id) if mapped is PageRow else None
    if page is not None:
        page.page_status = status_of(given if isinstance(given, Extract) else given.extract)
        page.read_state = "read"
        page.read_rules, page.read_error = rules.version, None
    if isinstance(given, Extract):
        return
    mine = (ArticleRow.source_id == given.source_id, ArticleRow.key == given.key)
    article = session.scalar(select(ArticleRow).where(*mine))
    removed = article.removed_at if article is not None else None
    stored = store_article(session, given, rules.now, SILENT)
    if article is not None:
        article.removed_at = removed  # a reading says nothing about whether the paper still has it
    elif stored.state is UrlState.NEW:
        report.articles_new += 1
        url = session.get(UrlRow, (given.source_id, given.key))
        if url is not None:
            url.state, url.reason = UrlState.NEW.value, ""


def _looks(session: Session, held: Page | ArticleRow) -> dict[str, Any] | None:
    """What staff see of the reading of a page's article; None where it is none."""
    mine = (ArticleRow.source_id == held.source_id, ArticleRow.key == held.key)
    article = session.scalar(select(ArticleRow).where(*mine))
    if article is None:
        return None
    topics = select(ArticleTopicRow.topic).where(ArticleTopicRow.article_id == article.id)
    named = select(CitationRow.symbol, CitationRow.role).where(CitationRow.article_id == article.id)
    meant = select(func.count(CitationRow.document_id.distinct())).where(CitationRow.article_id == article.id)
    return {
        "article": article.id,
        "text": (article.title, article.lead, article.text),
        "grade": article.grade,
        "topics": sorted(session.scalars(topics)),
        "citations": sorted(f"{symbol or '?'} ({role})" for symbol, role in session.execute(named)),
        "documents": session.scalar(meant),
    }
