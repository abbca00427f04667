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
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from analysis.values import Grade
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus, UrlState
from danvan.errors import ConfigurationError, StoreError
from models.articles import Given, store_article
from models.database import one_writer, table_of, transaction
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


# Built once: with the mapper, every one of these costs a page more than the database's own work.
_page, _url, _ledger = table_of(PageRow), table_of(UrlRow), table_of(LedgerRow)
_PAGE = select(_page.c.id, _page.c.source_id, _page.c.key, _page.c.run_id, _page.c.fetched_at).where(
    _page.c.id == bindparam("page")
)
_WAITS = _PAGE.where(_page.c.read_state == "waiting")
_BEGIN = (
    update(_page)
    .where(_page.c.id == bindparam("page"), _page.c.read_state == "waiting")
    .values(read_tries=_page.c.read_tries + 1, run_id=func.coalesce(_page.c.run_id, bindparam("run", type_=Integer)))
    .returning(*_page.c)
)
_NOTHING: Mapping[str, Any] = {"page_status": None, "read_error": None}
_FAILED = (
    update(_page)
    .where(_page.c.id == bindparam("page"))
    .values({name: bindparam(name) for name in ("page_status", "read_state", "read_error")})
)
_ENDED = _FAILED.values(read_rules=bindparam("read_rules"))
_THIS_URL = (_url.c.source_id == bindparam("source"), _url.c.key == bindparam("of_key"))
_FIRST_SEEN = select(_url.c.first_seen_at).where(*_THIS_URL)
_SAME_URL = update(_url).where(*_THIS_URL).values(reason=bindparam("new_reason"), retry_at=bindparam("new_retry"))
_NEW_URL = _SAME_URL.values(state=bindparam("new_state"))
_SETTLED = (
    update(_ledger)
    .where(_ledger.c.run_id == bindparam("run"), _ledger.c.source_id == bindparam("source"))
    .where(_ledger.c.key == bindparam("of_key"), _ledger.c.state.in_((UrlState.NEW.value, UrlState.CHANGED.value)))
    .values(state=bindparam("new_state"), reason=bindparam("new_reason"))
)


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
        row = session.connection().execute(_BEGIN, {"page": page_id, "run": run_id}).one_or_none()
        if row is None:
            return None
        if row.read_tries > MOST_TRIES:
            reason = "trang này nhiều lần làm tiến trình đọc dừng"
            _end(session, row, Stored(UrlState.FAILED, reason), row.fetched_at, read_state="failed")
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
    except (StoreError, ConfigurationError):  # a broken rule file is no fault of this page: the pages wait
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
        row = session.connection().execute(_WAITS, {"page": page_id}).one_or_none()
        if row is None:
            return None
        if isinstance(given, Extract):
            stored, status, rules = _not_an_article(session, row, given, now), given.status, None
        else:
            stored, status = store_article(session, given, now, telling), given.extract.status
            rules = given.reading.rules
            if status is PageStatus.PROTECTED and stored.state in {UrlState.NEW, UrlState.CHANGED}:
                reason = NEW_PROTECTED if stored.state is UrlState.NEW else "báo che nội dung"
                stored.state, stored.reason = UrlState.PROTECTED, reason
        _end(session, row, stored, now, page_status=status.value, read_state="read", read_rules=rules)
        return stored


def _not_an_article(session: Session, row: Row[Any], found: Extract, now: datetime) -> Stored:
    state, reason = STATES.get(found.status, STATES[PageStatus.EMPTY])
    if state is UrlState.GONE:
        mark_removed(session, row.source_id, row.key, now)
    return Stored(state, reason)


def _end(session: Session, row: Row[Any], stored: Stored, now: datetime, **page: str | None) -> None:
    """Write what became of a page to its row, to its URL and to the ledger of the run that fetched it."""
    connection = session.connection()
    connection.execute(_ENDED if "read_rules" in page else _FAILED, {**_NOTHING, **page, "page": row.id})
    state, reason = stored.state.value, stored.reason
    which = {"source": row.source_id, "of_key": row.key}
    written = {"new_reason": reason, "new_retry": _next_look(connection, which, stored, now)}
    if stored.state is UrlState.UNCHANGED:
        connection.execute(_SAME_URL, which | written)
    else:
        connection.execute(_NEW_URL, which | written | {"new_state": state})
    connection.execute(_SETTLED, which | {"run": row.run_id, "new_state": state, "new_reason": reason})


def _next_look(connection: Connection, which: Mapping[str, str], stored: Stored, now: datetime) -> datetime | None:
    """Articles that matter are looked at again: was a number corrected, was the article withdrawn?"""
    if stored.state is UrlState.BLOCKED:
        return now + timedelta(hours=24)
    if stored.article_id is None or not (stored.issues or stored.grade in {Grade.CORE.value, Grade.RELATED.value}):
        return None
    first_seen = connection.execute(_FIRST_SEEN, which).scalar_one_or_none()
    return next_visit(first_seen, now) if first_seen is not None else None


def _fail(engine: Engine, page_id: int, reason: str) -> Stored:
    """A page that cannot be read is put aside with its reason; `reprocess` tries it again under better rules."""
    stored = Stored(UrlState.FAILED, reason)
    with transaction(engine) as session:
        row = session.connection().execute(_PAGE, {"page": page_id}).one()
        _end(session, row, stored, row.fetched_at, read_state="failed", read_error=reason)
    return stored


__all__ = ["ReadReport", "ReprocessReport", "read_waiting_pages", "reprocess"]
