"""From stored pages to articles, documents and alerts: one page, one transaction.

A page waits until the transaction that holds everything made of it has been committed. Whatever kills the process in
between, the page still waits and the next run reads it: nothing is lost and nothing stands twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session, undefer

from analysis.values import Grade
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus, UrlState
from danvan.errors import StoreError
from models.articles import Given, store_article
from models.database import one_writer, transaction
from models.keeper import mark_removed, next_visit
from models.reading import Extractor, Reader, extract_page, page_value, read_article, understand
from models.reprocess import ReprocessReport, reprocess
from models.tables import LedgerRow, PageRow, UrlRow
from models.telling import Announce, AnnounceError, Stored, Telling

log = logging.getLogger(__name__)

MOST_TRIES = 20
"""Readings begun and never ended after which a page counts as one that kills its reader."""

STATES: Mapping[PageStatus, tuple[UrlState, str]] = {
    PageStatus.LISTING: (UrlState.NOT_ARTICLE, "trang danh mục"),
    PageStatus.MEDIA: (UrlState.NOT_ARTICLE, "trang ảnh, video hoặc âm thanh, không có bài"),
    PageStatus.EMPTY: (UrlState.NOT_ARTICLE, "trang không có nội dung"),
    PageStatus.NOT_HTML: (UrlState.NOT_ARTICLE, "không phải trang HTML"),
    PageStatus.BLOCKED: (UrlState.BLOCKED, "trang kiểm tra hoặc chặn truy cập"),
    PageStatus.SOFT_404: (UrlState.GONE, "báo trả lời là không còn bài này"),
}
"""What a page that is no article means for its URL, and the reason in the ledger."""


@dataclass
class ReadReport:
    """What a reading of waiting pages came to; plain data, so that a child can hand it over as JSON."""

    pages: int = 0
    articles_new: int = 0
    articles_changed: int = 0
    documents_new: int = 0
    alerts_queued: int = 0
    states: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    """URL and reason of pages that could not be read."""
    stopped: bool = False
    seconds: float = 0.0

    def count(self, stored: Stored) -> None:
        """Add one page."""
        self.pages += 1
        self.states[stored.state.value] = self.states.get(stored.state.value, 0) + 1
        self.articles_new += stored.state is UrlState.NEW or (
            stored.state is UrlState.PROTECTED and stored.reason == NEW_PROTECTED
        )
        self.articles_changed += stored.state is UrlState.CHANGED
        self.documents_new += len(stored.documents_new)
        self.alerts_queued += stored.alerts


NEW_PROTECTED = "báo che nội dung; kho giữ tiêu đề, ngày và sa-pô"


def read_waiting_pages(
    engine: Engine,
    catalogue: Mapping[str, Source],
    *,
    now: datetime,
    read: Reader = read_article,
    extract: Extractor = extract_page,
    announce: Announce | None = None,
    window_days: int = 30,
    source_id: str | None = None,
    run_id: int | None = None,
    stopped: Callable[[], bool] = lambda: False,
    progress: Callable[[int, int], None] | None = None,
) -> ReadReport:
    """Read every waiting page (of one source, or of all) and store what it holds.

    `now` (aware) is the moment of the harvest; `announce` None tells nobody. One bad page is recorded with its
    reason and the others go on; `stopped` is asked between two pages. `run_id` is written where a page's own run is
    gone. Raises StoreError when the database itself fails: nothing is half-written, the pages wait.
    """
    started = time.monotonic()
    report = ReadReport()
    telling = Telling(announce, window_days)
    waiting = _waiting(engine, source_id)
    for done, page_id in enumerate(waiting):
        if stopped():
            report.stopped = True
            break
        page = _begin(engine, page_id, run_id)
        if page is not None:
            _read_one(engine, page_id, page, catalogue.get(page.source_id), read, extract, now, telling, report)
        if progress:
            progress(done + 1, len(waiting))
    report.seconds = round(time.monotonic() - started, 3)
    return report


def _waiting(engine: Engine, source_id: str | None) -> list[int]:
    """The pages that wait, oldest first; one that stopped its reader before goes last."""
    query = select(PageRow.id).where(PageRow.read_state == "waiting")
    if source_id is not None:
        query = query.where(PageRow.source_id == source_id)
    with transaction(engine) as session:
        return list(session.scalars(query.order_by(PageRow.read_tries, PageRow.fetched_at, PageRow.id)))


def _begin(engine: Engine, page_id: int, run_id: int | None) -> Page | None:
    """Fetch a page that still waits, and note that its reading has begun."""
    with transaction(engine) as session:
        row = session.get(PageRow, page_id, options=[undefer(PageRow.body)])
        if row is None or row.read_state != "waiting":
            return None
        row.read_tries += 1
        row.run_id = row.run_id or run_id
        if row.read_tries > MOST_TRIES:
            _end(
                session,
                row,
                Stored(UrlState.FAILED, "trang này nhiều lần làm tiến trình đọc dừng"),
                None,
                row.fetched_at,
            )
            row.read_state = "failed"
            return None
        return page_value(row)


def _read_one(
    engine: Engine,
    page_id: int,
    page: Page,
    source: Source | None,
    read: Reader,
    extract: Extractor,
    now: datetime,
    telling: Telling,
    report: ReadReport,
) -> None:
    """Read one page and store it, or record why it could not be."""
    try:
        given = understand(page_id, page, source, read, extract)
        stored = _store(engine, page_id, given, now, telling)
    except StoreError:
        raise
    except AnnounceError as error:
        log.exception("Chưa xếp được tin báo cho %s; trang chờ lượt sau", page.url)
        report.failures.append((page.url, f"chưa xếp được tin báo: {error}"))
        return
    except Exception as error:
        log.exception("Không đọc được trang %s", page.url)
        reason = f"{type(error).__name__}: {error}"[:500]
        stored = _fail(engine, page_id, reason)
        report.failures.append((page.url, reason))
    if stored is not None:
        report.count(stored)


def _store(engine: Engine, page_id: int, given: Given | Extract, now: datetime, telling: Telling) -> Stored | None:
    """The one transaction of a page; None where another reader was quicker."""
    with transaction(engine) as session:
        one_writer(session)
        row = session.get(PageRow, page_id)
        if row is None or row.read_state != "waiting":
            return None
        if isinstance(given, Extract):
            stored, status, rules = _not_an_article(session, row, given, now), given.status, None
        else:
            stored, status = store_article(session, given, now, telling), given.extract.status
            rules = given.reading.rules
            if status is PageStatus.PROTECTED and stored.state in {UrlState.NEW, UrlState.CHANGED}:
                reason = NEW_PROTECTED if stored.state is UrlState.NEW else "báo che nội dung"
                stored.state, stored.reason = UrlState.PROTECTED, reason
        row.read_state, row.read_rules, row.read_error = "read", rules, None
        _end(session, row, stored, status, now)
        return stored


def _not_an_article(session: Session, row: PageRow, found: Extract, now: datetime) -> Stored:
    state, reason = STATES.get(found.status, STATES[PageStatus.EMPTY])
    if state is UrlState.GONE:
        mark_removed(session, row.source_id, row.key, now)
    return Stored(state, reason)


def _end(session: Session, row: PageRow, stored: Stored, status: PageStatus | None, now: datetime) -> None:
    """Write what became of a page to its URL and to the ledger of the run that fetched it."""
    row.page_status = status.value if status is not None else None
    url = session.get(UrlRow, (row.source_id, row.key))
    if url is not None:
        url.reason = stored.reason
        if stored.state is not UrlState.UNCHANGED:
            url.state = stored.state.value
        url.retry_at = _next_look(url, stored, now)
    landed = (LedgerRow.run_id == row.run_id, LedgerRow.source_id == row.source_id, LedgerRow.key == row.key)
    fetched = LedgerRow.state.in_((UrlState.NEW.value, UrlState.CHANGED.value))
    session.execute(update(LedgerRow).where(*landed, fetched).values(state=stored.state.value, reason=stored.reason))


def _next_look(url: UrlRow, stored: Stored, now: datetime) -> datetime | None:
    """Articles that matter are looked at again: was a number corrected, was the article withdrawn?"""
    if stored.state is UrlState.BLOCKED:
        return now + timedelta(hours=24)
    matters = stored.issues or stored.grade in {Grade.CORE.value, Grade.RELATED.value}
    return next_visit(url.first_seen_at, now) if stored.article_id is not None and matters else None


def _fail(engine: Engine, page_id: int, reason: str) -> Stored:
    """A page that cannot be read is put aside with its reason; `reprocess` tries it again under better rules."""
    stored = Stored(UrlState.FAILED, reason)
    with transaction(engine) as session:
        row = session.get_one(PageRow, page_id)
        row.read_state, row.read_error = "failed", reason
        _end(session, row, stored, None, row.fetched_at)
    return stored


__all__ = ["ReadReport", "ReprocessReport", "read_waiting_pages", "reprocess"]
