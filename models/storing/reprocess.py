"""Reading the archive again under new rules: from the stored pages, without one request to a paper.

Only what was read under other rules than today's is read, in batches that are leased: a reading that was ended goes on
where it stood, and several processes share the work. Article ids stay, nobody is alerted, no version is kept (the paper
changed nothing; our rules did). Articles whose page is gone (pruned) are read again from their stored text.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, or_, select, text, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased, undefer

from analysis.places import code_then
from analysis.values import UNREADABLE_NUMBER
from crawlers.source import Source
from crawlers.values import Extract, Page, PageStatus, UrlState
from foundation.errors import ConfigurationError, RunLockedError, StoreError
from foundation.settings import HANOI
from models.database import one_writer, transaction
from models.runs.lease import leased
from models.storing.ahead import with_documents
from models.storing.articles import Given, store_article
from models.storing.news import Alerting
from models.storing.reading import (
    Extractor,
    Reader,
    extract_page,
    page_value,
    published_on,
    read_article,
    reading_version,
    status_of,
    understand,
)
from models.tables import ArticleRow, ArticleTopicRow, CitationRow, PageRow, UrlRow

BATCH = 100
"""Ids that one lease spans: some seconds of work."""

LEASE = timedelta(minutes=1)
PATIENCE, STEP = 2 * LEASE.total_seconds(), 2.0
"""How long a reading waits, when all else is done, for what another has leased: that one may be dead."""

MOST_EXAMPLES = 200

SILENT = Alerting(None)

log = logging.getLogger(__name__)


@dataclass
class ReprocessReport:
    """What a second reading came to."""

    read: int = 0
    """Pages and texts that were read."""
    changed: int = 0
    """Articles that staff see otherwise than before; `changes` says in what, `examples` which."""
    failed: int = 0
    articles_new: int = 0
    """Pages that are articles under the new rules and were none before."""
    changes: dict[str, int] = field(default_factory=dict)
    examples: list[dict[str, Any]] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)
    stopped: bool = False
    seconds: float = 0.0

    def form(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def compare(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
        """Count how an article's reading changed."""
        told = [name for name in after if before[name] != after[name]]
        self.changed += bool(told)
        self.changes = dict(Counter(self.changes) + Counter(told))
        if told and len(self.examples) < MOST_EXAMPLES:
            differences = {name: [before[name], after[name]] for name in told if name != "text"}
            self.examples.append({"article": after["article"], "title": after["text"][0], **differences})


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
        _forget_rules(engine, since)
    left = _old(engine, since, rules.version)
    done, total = 0, sum(map(len, left.values()))
    for ids in _mine(engine, left):
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


_Id = tuple[type[PageRow | ArticleRow], int]


def _of_interest(since: date | None) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """Which pages: the newest of every URL that was read or could not be. Which articles: those without a page."""
    newer = aliased(PageRow)
    superseded = select(newer.id).where(
        newer.source_id == PageRow.source_id,
        newer.key == PageRow.key,
        (newer.fetched_at > PageRow.fetched_at) | ((newer.fetched_at == PageRow.fetched_at) & (newer.id > PageRow.id)),
    )
    article = or_(PageRow.page_status.is_(None), PageRow.page_status != PageStatus.FILE.value)
    pages: list[ColumnElement[bool]] = [PageRow.read_state != "waiting", article, ~superseded.exists()]
    bare: list[ColumnElement[bool]] = [ArticleRow.page_id.is_(None)]
    if since is not None:
        begin = datetime.combine(since, clock_time(), HANOI)
        pages.append(PageRow.fetched_at >= begin)
        bare.append(ArticleRow.first_seen_at >= begin)
    return pages, bare


def _other(column: InstrumentedAttribute[Any], version: str) -> ColumnElement[bool]:
    return or_(column.is_(None), column != version)


def _old(engine: Engine, since: date | None, version: str) -> dict[str, list[_Id]]:
    """What is to be read, by the name of its batch's lease."""
    pages, bare = _of_interest(since)
    queries = (
        (PageRow, select(PageRow.id).where(*pages, _other(PageRow.read_rules, version))),
        (ArticleRow, select(ArticleRow.id).where(*bare, _other(ArticleRow.rules, version))),
    )
    batches: dict[str, list[_Id]] = {}
    with transaction(engine) as session:
        for mapped, query in queries:
            for row_id in session.scalars(query.order_by(mapped.id)):
                batches.setdefault(f"read:{mapped.__tablename__}:{row_id // BATCH}", []).append((mapped, row_id))
    return batches


def _forget_rules(engine: Engine, since: date | None) -> None:
    """Note of all that is to be read that it was read under rules nobody knows."""
    pages, bare = _of_interest(since)
    with transaction(engine) as session:
        ids = select(PageRow.id).where(*pages)
        session.execute(
            update(PageRow).where(PageRow.id.in_(ids)).values(read_rules=None),
            execution_options={"synchronize_session": False},
        )
        session.execute(update(ArticleRow).where(*bare).values(rules=""))


def _mine(engine: Engine, batches: Mapping[str, Sequence[_Id]]) -> Iterator[Sequence[_Id]]:
    """The batches that nobody else is reading, each leased while it is read; at last those that others gave back."""
    left, patience = dict(batches), PATIENCE
    while left:
        held = {}
        for name, ids in left.items():
            try:
                with leased(engine, [name], LEASE, clock=lambda: datetime.now(UTC)):
                    yield ids
            except RunLockedError:
                held[name] = ids
        if patience <= 0:
            return
        if len(held) < len(left):
            patience = PATIENCE
        elif held:
            time.sleep(STEP)
            patience -= STEP
        left = held


def _again(
    engine: Engine, mapped: type[PageRow | ArticleRow], row_id: int, rules: _Rules, report: ReprocessReport
) -> None:
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


def _load(session: Session, mapped: type[PageRow | ArticleRow], row_id: int, version: str) -> Page | ArticleRow | None:
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
    day = published_on(article.published_at)
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
