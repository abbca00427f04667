"""From stored pages to articles, documents and alerts: one page, one transaction.

A page waits until the transaction that holds everything made of it has been committed. Whatever kills the process in
between, the page still waits and the next run reads it: nothing is lost and nothing stands twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from crawlers.aside import Aside, TooHeavyError
from crawlers.file_text import FileText, read_file, too_heavy
from crawlers.keys import is_file_key
from crawlers.source import Source
from crawlers.values import Extract, PageStatus, UrlState
from foundation.clock import HANOI
from foundation.errors import ConfigurationError, StoreError
from models.database import one_writer, transaction
from models.landing.bodies import unpacked
from models.landing.keeper import mark_removed
from models.landing.outcomes import begin, end, fail, settle
from models.storing.ahead import with_documents
from models.storing.articles import Given, source_writes, store_article
from models.storing.files import store_file
from models.storing.news import Alerting, Announce, AnnounceError, Stored
from models.storing.reading import (
    TOO_HEAVY,
    Extractor,
    Reader,
    extract_page,
    page_value,
    read_article,
    reading_version,
    status_of,
    understand,
)
from models.tables import PageRow, UrlRow

log = logging.getLogger(__name__)

STATES: Mapping[PageStatus, tuple[UrlState, str]] = {
    PageStatus.LISTING: (UrlState.NOT_ARTICLE, "trang danh mục"),
    PageStatus.MEDIA: (UrlState.NOT_ARTICLE, "trang ảnh, video hoặc âm thanh, không có bài"),
    PageStatus.EMPTY: (UrlState.FAILED, "trang không có nội dung"),
    PageStatus.NOT_HTML: (UrlState.FAILED, "không phải trang HTML"),
    PageStatus.NEEDS_BROWSER: (UrlState.FAILED, "trang cần trình duyệt: chữ do script của trang viết ra"),
    PageStatus.BLOCKED: (UrlState.BLOCKED, "trang kiểm tra hoặc chặn truy cập"),
    PageStatus.SOFT_404: (UrlState.GONE, "báo trả lời là không còn bài này"),
}
"""What a page that is no article means for its URL, and the reason in the ledger. For good is only what a second look
could not change."""


@dataclass
class ReadReport:
    """What a reading of waiting pages came to; plain data, so that a child can hand it over as JSON."""

    pages: int = 0
    files: int = 0
    """Documents' own files, which are no pages: nothing about them says how a paper stands."""
    articles_new: int = 0
    articles_changed: int = 0
    documents_new: int = 0
    alerts_queued: int = 0
    states: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    """URL and reason of pages that could not be read."""
    words: list[str] = field(default_factory=list)
    """What the operator is to know."""
    stopped: bool = False
    seconds: float = 0.0

    def count(self, stored: Stored) -> None:
        """Add one page, or one file."""
        if stored.state is UrlState.FILE:
            self.files += 1
            return
        self.pages += 1
        self.states[stored.state.value] = self.states.get(stored.state.value, 0) + 1
        self.articles_new += _is_new(stored)
        self.articles_changed += stored.state is UrlState.CHANGED
        self.documents_new += len(stored.documents_new)
        self.alerts_queued += stored.alerts


FILE_SECONDS = 60.0
"""For the text of one file, in a process of its own."""

NEW_PROTECTED = "báo che nội dung; kho giữ tiêu đề, ngày và sa-pô"


def _is_new(stored: Stored) -> bool:
    return stored.state is UrlState.NEW or stored.reason == NEW_PROTECTED


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
    waiting = _waiting(engine, source_id)
    alerting = Alerting(announce, window_days, _watched_since(engine, catalogue) if announce else {})
    rules = _Options(catalogue, read, extract, now, alerting, run_id)
    reading = _PageReader(engine, rules, waiting, stopped)
    try:
        while (page := reading.begin()) is not None:
            reading.read(page)
            if progress:
                progress(reading.done, len(waiting))
    finally:
        reading.aside.close()
    reading.report.seconds = round(time.monotonic() - started, 3)
    return reading.report


def _watched_since(engine: Engine, catalogue: Mapping[str, Source]) -> dict[str, date]:
    """Since which day (Hà Nội) each source is watched: as its file says, else the day on which this archive met it."""
    said = {source.id: source.watched_since for source in catalogue.values() if source.watched_since}
    others = [source_id for source_id in catalogue if source_id not in said]
    first = select(UrlRow.source_id, func.min(UrlRow.first_seen_at)).where(UrlRow.source_id.in_(others))
    with transaction(engine) as session:
        met = session.execute(first.group_by(UrlRow.source_id)).all() if others else []
    return {source_id: moment.astimezone(HANOI).date() for source_id, moment in met} | said


@dataclass(frozen=True, slots=True)
class _Options:
    """How pages are read and whom their news is told."""

    catalogue: Mapping[str, Source]
    read: Reader
    extract: Extractor
    now: datetime
    alerting: Alerting
    run_id: int | None


class _PageReader:
    """The reading of waiting pages, one after the other.

    That a page's reading has begun is written before it begins, so that a page that kills its reader is found: in the
    transaction that ends the page before (a commit less a page), or in one of its own.
    """

    def __init__(self, engine: Engine, rules: _Options, waiting: Sequence[int], stopped: Callable[[], bool]) -> None:
        self.report = ReadReport()
        self.aside = Aside(FILE_SECONDS)
        self._engine, self._rules, self._waiting, self._stopped = engine, rules, waiting, stopped
        self._passed = 0
        """Waiting pages that were begun, or that waited no more."""
        self._begun: Row[Any] | None = None
        self._writing: set[str] = set()
        """Sources of which it is noted that they print articles."""

    @property
    def done(self) -> int:
        """How many of the waiting pages are behind."""
        return self._passed - (self._begun is not None)

    def begin(self) -> Row[Any] | None:
        """The next page, its beginning written; None when there is none, or when it is time to stop."""
        if self._begun is None and not self.report.stopped and self._passed < len(self._waiting):
            with transaction(self._engine) as session:
                following = self._following(session)
            self._take(following)
        page, self._begun = self._begun, None
        return page

    def read(self, row: Row[Any]) -> None:
        """Read a page and store it, or record why it could not be."""
        try:
            rules = self._rules
            source = rules.catalogue.get(row.source_id)
            given = (
                self._text_of(row)
                if is_file_key(row.key)
                else understand(row.id, page_value(row), source, rules.read, rules.extract, reading_version())
            )
            stored = self._store(row.id, given)
        except (StoreError, ConfigurationError):  # a broken rule file is no fault of this page: the pages wait
            raise
        except AnnounceError as error:
            log.exception("Chưa xếp được tin báo cho %s; trang chờ lượt sau", row.url)
            self.report.failures.append((row.url, f"chưa xếp được tin báo: {error}"))
            return
        except Exception as error:
            log.exception("Không đọc được trang %s", row.url)
            reason = f"{type(error).__name__}: {error}"[:500]
            stored = fail(self._engine, row.id, reason)
            self.report.failures.append((row.url, reason))
        if stored is not None and (stored.state is UrlState.FILE or not is_file_key(row.key)):
            self.report.count(stored)

    def _text_of(self, row: Row[Any]) -> FileText:
        body = unpacked(row.body)
        try:
            return self.aside.wait_for(read_file, body)
        except TooHeavyError:
            return too_heavy(body)

    def _store(self, page_id: int, given: Given | Extract | FileText) -> Stored | None:
        """End a page and begin the next, in one transaction; None where another reader was quicker."""
        if isinstance(given, Given):
            given, word = with_documents(self._engine, given, self._rules.now)
            self.report.words += [word] if word else []
        with transaction(self._engine) as session:
            one_writer(session)
            stored = _store(session, page_id, given, self._rules)
            writes = stored is not None and isinstance(given, Given) and _is_new(stored) and given.source_id
            if writes and writes not in self._writing:
                source_writes(session, writes, self._rules.now)
            following = self._following(session)
        self._take(following)  # only now: what is rolled back was not begun
        self._writing |= {writes} if writes else set()
        return stored

    def _following(self, session: Session) -> tuple[int, Row[Any] | None]:
        """Begin the next page that still waits; answers how many are passed then, and the page."""
        passed = self._passed
        while passed < len(self._waiting) and not self._stopped():
            passed += 1
            row = begin(session, self._waiting[passed - 1], self._rules.run_id)
            if row is not None:
                return passed, row
        return passed, None

    def _take(self, following: tuple[int, Row[Any] | None]) -> None:
        self._passed, self._begun = following
        self.report.stopped = self._begun is None and self._passed < len(self._waiting)


def _waiting(engine: Engine, source_id: str | None) -> list[int]:
    """The pages that wait, oldest first; one that stopped its reader before goes last."""
    query = select(PageRow.id).where(PageRow.read_state == "waiting")
    if source_id is not None:
        query = query.where(PageRow.source_id == source_id)
    with transaction(engine) as session:
        return list(session.scalars(query.order_by(PageRow.read_tries, PageRow.fetched_at, PageRow.id)))


def _store(session: Session, page_id: int, given: Given | Extract | FileText, rules: _Options) -> Stored | None:
    """All that becomes of one page, within the caller's transaction."""
    now, status = rules.now, PageStatus.FILE.value
    if not isinstance(given, FileText):
        status = status_of(given if isinstance(given, Extract) else given.extract)
    row = end(session, page_id, "read", status=status, rules=reading_version())
    if row is None:
        return None
    if isinstance(given, FileText):
        source = rules.catalogue.get(row.source_id)
        stored = store_file(session, page_id, given, source.province if source else None)
    elif isinstance(given, Extract):
        stored = _not_an_article(session, row, given, now)
    else:
        stored = store_article(session, given, now, rules.alerting)
        if given.extract.status is PageStatus.PROTECTED and stored.state in {UrlState.NEW, UrlState.CHANGED}:
            reason = NEW_PROTECTED if stored.state is UrlState.NEW else "báo che nội dung"
            stored.state, stored.reason = UrlState.PROTECTED, reason
    settle(session, row, stored, now)
    return stored


def _not_an_article(session: Session, row: Row[Any], found: Extract, now: datetime) -> Stored:
    state, reason = STATES.get(found.status, STATES[PageStatus.EMPTY])
    reason = "trang quá nặng, không đọc được" if status_of(found) == TOO_HEAVY else reason
    if state is UrlState.GONE:
        mark_removed(session, row.source_id, row.key, now)
    return Stored(state, reason)
