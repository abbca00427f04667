"""From stored pages to articles, documents and alerts: a few pages, one transaction.

A page waits until the transaction that holds everything made of it has been committed. Whatever kills the process in
between, the page still waits and the next run reads it: nothing is lost and nothing stands twice.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Row, func, select
from sqlalchemy.orm import Session

from crawlers.aside import Aside, TooHeavyError
from crawlers.file_text import FileText, read_file, too_heavy
from crawlers.keys import is_file_key
from crawlers.source import Source
from crawlers.values import UrlState
from foundation.clock import hanoi_day
from foundation.errors import ConfigurationError, StoreError
from models.database import one_writer, transaction
from models.landing.bodies import unpacked
from models.landing.outcomes import begin, fail, put_back
from models.storing.ahead import PART, with_documents
from models.storing.articles import Given, source_writes
from models.storing.news import Alerting, Announce, AnnounceError, Stored
from models.storing.page import Options, Understood, is_new, store_page
from models.storing.reading import (
    Extractor,
    Reader,
    extract_page,
    page_value,
    read_article,
    reading_version,
    understand,
)
from models.storing.report import ReadReport
from models.tables import PageRow, UrlRow

log = logging.getLogger(__name__)


FILE_SECONDS = 60.0
"""For the text of one file, in a process of its own."""


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
    portions = _waiting(engine, source_id)
    alerting = Alerting(announce, window_days, _watched_since(engine, catalogue) if announce else {})
    rules = Options(catalogue, read, extract, now, alerting, run_id)
    reading = _PageReader(engine, rules, portions, stopped)
    try:
        while pages := reading.begin():
            reading.read(pages)
            if progress:
                progress(reading.done, sum(map(len, portions)))
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
    return {source_id: hanoi_day(moment) for source_id, moment in met} | said


class _PageReader:
    """The reading of waiting pages, a portion after the other.

    That a page's reading has begun is written before it begins, so that a page that kills its reader is found: in the
    transaction that ends the portion before (a commit less), or in one of its own.
    """

    def __init__(
        self, engine: Engine, rules: Options, portions: Sequence[Sequence[int]], stopped: Callable[[], bool]
    ) -> None:
        self.report = ReadReport()
        self.aside = Aside(FILE_SECONDS)
        self.done = 0
        """How many of the waiting pages are behind."""
        self._engine, self._rules, self._portions, self._stopped = engine, rules, portions, stopped
        self._passed = 0
        """Portions that were begun, or of which no page waited any more."""
        self._begun: Sequence[Row[Any]] = ()
        self._understood: list[tuple[Row[Any], Understood]] = []
        """Read, and not stored yet."""
        self._named = 0
        """Mentions of documents in these."""
        self._writing: set[str] = set()
        """Sources of which it is noted that they print articles."""

    def begin(self) -> Sequence[Row[Any]]:
        """The next pages, their beginning written; none when there are none, or when it is time to stop."""
        if not self._begun and not self.report.stopped and self._passed < len(self._portions):
            with transaction(self._engine) as session:
                one_writer(session)  # it takes many pages, as another reader's transaction does, in another order
                following = self._following(session)
            self._take(following)
        pages, self._begun = self._begun, ()
        return pages

    def read(self, rows: Sequence[Row[Any]]) -> None:
        """Read these pages and store them, or record why one could not be."""
        for row in rows:
            if self._understood and self._stopped():
                self.report.stopped = True  # the others wait for the next run
                break
            with self._recording(row):
                given = self._understand(row)
                names = len(given.reading.citations) if isinstance(given, Given) else 0
                if self._named + names > PART:  # those before it come first: what both name, they brought
                    self._store()
                self._understood.append((row, self._with_documents(given)))
                self._named += names
            if self._named > PART:
                self._store()
        self._store()
        self.done += len(rows)

    def _understand(self, row: Row[Any]) -> Understood:
        rules = self._rules
        if is_file_key(row.key):
            return self._text_of(row)
        source = rules.catalogue.get(row.source_id)
        return understand(row.id, page_value(row), source, rules.read, rules.extract, reading_version())

    def _with_documents(self, given: Understood) -> Understood:
        if not isinstance(given, Given):
            return given
        given, word = with_documents(self._engine, given, self._rules.now)
        self.report.words += [word] if word else []
        return given

    def _text_of(self, row: Row[Any]) -> FileText:
        body = unpacked(row.body)
        try:
            return self.aside.wait_for(read_file, body)
        except TooHeavyError:
            return too_heavy(body)

    def _store(self) -> None:
        """Store together what was read; where one page cannot be, each by itself."""
        understood, self._understood, self._named = self._understood, [], 0
        if len(understood) > 1:
            try:
                self._write(understood)
            except (StoreError, ConfigurationError):
                raise
            except Exception:
                log.warning("One of these pages cannot be stored: each by itself", exc_info=True)
            else:
                return
        for one in understood:
            with self._recording(one[0]):
                self._write([one])

    def _write(self, understood: Sequence[tuple[Row[Any], Understood]]) -> None:
        """End pages and begin the next ones, in one transaction."""
        stored: list[tuple[Row[Any], Stored]] = []
        writing: set[str] = set()
        with transaction(self._engine) as session:
            one_writer(session)
            for row, given in understood:
                became = store_page(session, row, given, self._rules)
                if became is None:
                    continue
                stored.append((row, became))
                if isinstance(given, Given) and is_new(became):
                    writing.add(given.source_id)
            for source_id in writing - self._writing:
                source_writes(session, source_id, self._rules.now)
            following = self._following(session)
        self._take(following)  # only now: what is rolled back was not begun
        self._writing |= writing
        for row, became in stored:
            self._count(row, became)

    def _following(self, session: Session) -> tuple[int, Sequence[Row[Any]]]:
        """Begin the next pages that still wait; answers how many portions are passed then, and the pages."""
        passed, begun = self._passed, self._begun
        while not begun and passed < len(self._portions) and not self._stopped():
            passed += 1
            begun = begin(session, self._portions[passed - 1], self._rules.run_id)
        return passed, begun

    def _take(self, following: tuple[int, Sequence[Row[Any]]]) -> None:
        self._passed, self._begun = following
        self.report.stopped |= not self._begun and self._passed < len(self._portions)

    @contextmanager
    def _recording(self, row: Row[Any]) -> Iterator[None]:
        """Record why a page cannot be read or stored; a fault of the archive, or of a rule file, is none of a page."""
        try:
            yield
        except (StoreError, ConfigurationError):
            raise
        except AnnounceError as error:
            log.exception("Chưa xếp được tin báo cho %s; trang chờ lượt sau", row.url)
            self.report.failures.append((row.url, f"chưa xếp được tin báo: {error}"))
            put_back(self._engine, row.id)
        except Exception as error:
            log.exception("Không đọc được trang %s", row.url)
            self._store()  # in their order: of two versions of a page the later has the last word
            reason = f"{type(error).__name__}: {error}"[:500]
            self.report.failures.append((row.url, reason))
            if (stored := fail(self._engine, row, reason)) is not None:
                self._count(row, stored)

    def _count(self, row: Row[Any], stored: Stored) -> None:
        if stored.state is UrlState.FILE or not is_file_key(row.key):
            self.report.count(stored)


PORTION = 16
"""Pages of one transaction: one alone writes 84 pages of the database, each of sixteen 40 (most are indexes)."""


def _waiting(engine: Engine, source_id: str | None) -> list[list[int]]:
    """The pages that wait, in portions, oldest first. Those that stopped their reader before go last, one by one."""
    query = select(PageRow.id, PageRow.read_tries).where(PageRow.read_state == "waiting")
    if source_id is not None:
        query = query.where(PageRow.source_id == source_id)
    with transaction(engine) as session:
        rows = session.execute(query.order_by(PageRow.read_tries, PageRow.fetched_at, PageRow.id)).all()
    fresh = [page for page, tries in rows if not tries]
    return [fresh[at : at + PORTION] for at in range(0, len(fresh), PORTION)] + [
        [page] for page, tries in rows if tries
    ]
